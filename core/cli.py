"""The command line: check the DNS of a domain, and read mails, without Odoo."""

import argparse
import shutil
import sys
import textwrap
from typing import TextIO

from .dns.name import mail_domain
from .dns.resolver import LIFETIME, DnsResolver, run
from .domain import report as domain_report
from .error import CoreError
from .findings.finding import Severity, printable
from .findings.wording import MARKS, explain
from .spf import Cost, measure_domain
from .transport import https

USAGE_ERROR = 64  # exit status EX_USAGE of sysexits.h
WIDTH_MAX = 100  # columns; longer lines are hard to read

EXIT_STATUS = {
    Severity.OK: 0,
    Severity.INFO: 0,
    Severity.WARNING: 1,
    Severity.ERROR: 2,
    Severity.UNKNOWN: 3,
}

EPILOG = """\
The exit status tells the worst finding: 0 all is well, 1 something should be improved,
2 something is wrong, 3 nothing is wrong but something could not be told, 64 the command
itself could not be understood."""


class _Parser(argparse.ArgumentParser):
    """Refuses bad input with one sentence and the exit status of a usage error."""

    def error(self, message):
        self.exit(USAGE_ERROR, f"{message[:1].upper()}{message[1:]}. Try --help.\n")


def main(arguments: list[str] | None = None, output: TextIO | None = None) -> int:
    """Run the command; returns its exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["read"]:
        from .incoming import read_command  # what asks the DNS has no use for it

        return read_command.main(arguments[1:], output)
    options = _parser().parse_args(arguments)
    try:
        resolver = DnsResolver(options.nameserver, lifetime=options.lifetime)
        domain = mail_domain(options.domain)
    except CoreError as error:
        print(printable(error.explain()), file=sys.stderr)
        return USAGE_ERROR
    text, status = options.run(domain, resolver, options)
    print(text, file=output or sys.stdout)
    return status


def _check(domain, resolver, options):
    report = domain_report.check_sync(
        domain, resolver, options.selector, transport=True, fetch=https.fetch
    )
    text = _json(report) if options.json else as_table(report, _width())
    return text, EXIT_STATUS[report.severity]


def _spf(domain, resolver, options):
    tree = run(measure_domain(domain, resolver))
    if tree is None and not run(resolver.query(domain, "TXT")).known:
        return f"It could not be told whether {domain} has an SPF record. Check again later.", 3
    if tree is None:
        return f"{domain} has no SPF record, or more than one. It needs exactly one.", 2
    text = _json(tree) if options.json else as_tree(tree)
    return text, {True: 0, False: 2, None: 3}[tree.usable]


def _json(value):
    import json  # the start of the command should not wait for what few ask for

    return json.dumps(value.to_json(), indent=2, ensure_ascii=False)


def _width():
    return min(shutil.get_terminal_size().columns, WIDTH_MAX)


def as_tree(cost: Cost) -> str:
    """The cost of an SPF record as lines, one for each term that costs something."""
    return "\n".join([f"{'look-ups':>8} {'void':>5}  term", *_branches(cost, 0)])


def _branches(cost, depth):
    note = f"  ({cost.problem.replace('_', ' ')})" if cost.problem else ""
    term = printable(cost.term) if depth else cost.domain
    yield f"{cost.total_lookups:8} {cost.total_void_lookups:5}  {'  ' * depth}{term}{note}"
    for child in cost.children:
        yield from _branches(child, depth + 1)


def as_table(report: domain_report.DomainReport, width: int) -> str:
    """The report as lines of text, one block for each finding."""
    lines = [f"{report.domain}, asked {report.asked_at}, {report.elapsed:.2f} s", ""]
    for item in report.findings:
        lines += _block(item, width)
    return "\n".join(lines)


def _block(item, width):
    kind = item.record_type.replace("_", "-").upper()
    yield f"{MARKS[item.severity]:8} {kind:8} {item.rdtype:5} {item.name}"
    yield from _wrapped("", explain(item), width)
    for text in item.found:
        yield from _wrapped("found: ", text, width)
    if item.expected:
        yield from _wrapped("expected: ", item.expected, width)
    yield ""


def _wrapped(label, text, width):
    margin = " " * 9
    return textwrap.wrap(
        text, width, initial_indent=margin + label, subsequent_indent=margin + " " * len(label)
    ) or [margin + label]


def _parser():
    parser = _Parser(
        prog="python3 -m core", description="E-mail authentication of a domain, and what mails are."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = _command(
        commands,
        "check",
        _check,
        "check everything about the mail of a domain",
        "Ask the DNS about the mail of a domain and judge the answers.",
    )
    check.add_argument(
        "--selector",
        action="append",
        default=[],
        metavar="NAME",
        help="a DKIM selector that signs mail of the domain (repeatable)",
    )
    _command(
        commands,
        "spf",
        _spf,
        "show what the SPF record of a domain costs, term by term",
        "Count the DNS look-ups that a receiver needs for the SPF record of a domain; it "
        "stops at 10.",
    )
    commands.add_parser("read", help="tell of mails in files what they are")
    return parser


def _command(commands, name, function, summary, description):
    command = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=function)
    command.add_argument("domain", help="the domain behind the @, like example.com")
    command.add_argument(
        "--nameserver",
        action="append",
        metavar="HOST:PORT",
        help="address of a name server to ask instead of the system's (repeatable)",
    )
    command.add_argument(
        "--lifetime",
        type=seconds,
        default=LIFETIME,
        metavar="SECONDS",
        help="longest time it may take (default: %(default)s)",
    )
    command.add_argument("--json", action="store_true", help="print it as JSON")
    return command


def seconds(text: str) -> float:
    """A positive number; argparse names this function in what it says about another text."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value
