"""The command line: check the DNS of a domain without Odoo."""

import argparse
import json
import shutil
import sys
import textwrap

from . import domain_report, https
from .error import CoreError
from .finding import Severity
from .resolver import LIFETIME, DnsResolver
from .wording import MARKS, explain, explain_error

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


def main(arguments=None, output=None):
    """Run the command; returns its exit status."""
    output = output or sys.stdout
    options = _parser().parse_args(arguments)
    try:
        resolver = DnsResolver(options.nameserver, lifetime=options.lifetime)
    except CoreError as error:
        print(explain_error(error), file=sys.stderr)
        return USAGE_ERROR
    report = domain_report.check_sync(options.domain, resolver, options.selector,
                                      transport=True, fetch=https.fetch)
    if report.findings[0].code == "name_invalid":
        print(explain(report.findings[0]), file=sys.stderr)
        return USAGE_ERROR
    print(json.dumps(report.to_json(), indent=2, ensure_ascii=False) if options.json
          else as_table(report, min(shutil.get_terminal_size().columns, WIDTH_MAX)), file=output)
    return EXIT_STATUS[report.severity]


def as_table(report, width):
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
    return textwrap.wrap(text, width, initial_indent=margin + label,
                         subsequent_indent=margin + " " * len(label)) or [margin + label]


def _parser():
    parser = _Parser(prog="python3 -m core", description="E-mail authentication of a domain.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check", help="check MX, SPF, DKIM and DMARC of a domain", epilog=EPILOG,
        description="Ask the DNS about the mail of a domain and judge the answers.",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    check.add_argument("domain", help="the domain behind the @, like example.com")
    check.add_argument("--nameserver", action="append", metavar="HOST:PORT",
                       help="address of a name server to ask instead of the system's (repeatable)")
    check.add_argument("--selector", action="append", default=[], metavar="NAME",
                       help="a DKIM selector that signs mail of the domain (repeatable)")
    check.add_argument("--lifetime", type=seconds, default=LIFETIME, metavar="SECONDS",
                       help="longest time the whole check may take (default: %(default)s)")
    check.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def seconds(text):
    """A positive number; argparse names this function in what it says about another text."""
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value
