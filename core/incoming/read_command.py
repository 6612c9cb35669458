"""`python3 -m core read`: what mails are, told to people and to scripts."""

import argparse
import gc
import json
import sys
import textwrap
from typing import TextIO

from ..reply import CLASSES
from ..text import printable
from .parts import MAIL_BYTES
from .reading import Action, Kind, Reading, Recipient
from .report import read

WIDTH = 100  # columns
USAGE_ERROR = 64  # exit status EX_USAGE of sysexits.h
NO_INPUT = 66
"""Exit status EX_NOINPUT of sysexits.h: a file could not be read. Whatever stands in a mail is no
error."""

DESCRIPTION = """\
Read files with one mail each and tell what they are: a mail, a delivery report (with what became
of the message for each recipient), an automatic reply, a read receipt or a complaint. It asks
nobody and changes nothing."""

KINDS = {
    Kind.MAIL: "This is an ordinary mail.",
    Kind.DELIVERY_REPORT: "This is a report about a message that was sent.",
    Kind.AUTOMATIC_REPLY: "This is an automatic reply: a machine answered, not a person.",
    Kind.READ_RECEIPT: "This is a read receipt.",
    Kind.COMPLAINT: "This is a complaint about a message that was sent.",
    Kind.UNREADABLE: "This is no mail that can be read: it has no header.",
}
ACTIONS = {
    Action.FAILED.value: "The message could not be delivered to {}.",
    Action.DELAYED.value: "The message to {} is delayed; the other mail server keeps trying.",
    Action.DELIVERED.value: "The message was delivered to {}.",
    Action.RELAYED.value: "The message to {} was handed on to a system that sends no reports.",
    Action.EXPANDED.value: "The message to {} was handed on to several addresses.",
    "displayed": "The message was shown to {}.",
    "deleted": "{} deleted the message without reading it.",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        """Refuses bad input with one sentence and the exit status of a usage error."""
        self.exit(USAGE_ERROR, f"{message[:1].upper()}{message[1:]}. Try --help.\n")


def main(arguments: list[str] | None = None, output: TextIO | None = None) -> int:
    """Run the command with what stands behind its name; returns its exit status."""
    gc.enable()  # mails without end may be read, and each is dropped when it is told
    parser = _Parser(prog="python3 -m core read", description=DESCRIPTION)
    parser.add_argument("--json", action="store_true", help="print one line of JSON for each file")
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        metavar="SERVER",
        help="name of a receiving mail server whose Authentication-Results are believed",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file with one mail")
    return run(parser.parse_args(sys.argv[2:] if arguments is None else arguments), output)


def run(options, output: TextIO | None = None) -> int:
    """One line of JSON, or one paragraph, for each file, in order."""
    output, status = output or sys.stdout, 0
    for name in options.files:
        try:
            with open(name, "rb") as file:
                reading = read(file.read(MAIL_BYTES), options.trust)
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            print(f"{printable(name)} cannot be read: {reason}.", file=sys.stderr)
            reading, status = Reading(Kind.UNREADABLE, (reason,)), NO_INPUT
            if not options.json:
                continue
        text = as_json(name, reading) if options.json else "\n".join(_lines(name, reading))
        print(text, file=output)
    return status


def as_json(name: str, reading: Reading) -> str:
    """One line; what UTF-8 cannot say, like a file name of other bytes, is escaped."""
    return json.dumps({"file": name, **reading.to_json()})


def _lines(name, reading):
    yield f"{printable(name)}: {KINDS[reading.kind]}"
    if reading.message_id:
        yield f"    It is about the message {printable(reading.message_id)}."
    for recipient in reading.recipients:
        yield from _wrapped(_sentence(recipient))
        if recipient.text:
            yield from _wrapped(f"“{recipient.text}”", 8)
    if reading.kind is Kind.DELIVERY_REPORT and not reading.recipients:
        yield "    It could not be told which recipients it is about."
    if reading.provenance:
        yield from _wrapped(printable(reading.provenance.explain()))
    if reading.decided_by:
        yield from _wrapped(f"Told by: {', '.join(map(printable, reading.decided_by))}.")


def _sentence(recipient: Recipient):
    sentence = ACTIONS.get(recipient.action, "The message concerns {}.")
    sentence = sentence.format(printable(recipient.address))
    if recipient.action in (Action.FAILED.value, Action.DELAYED.value) and recipient.reply_class:
        sentence += f" {CLASSES[recipient.reply_class].sentence}"
    if recipient.dead_address:
        sentence += " That is proven: no further message should be sent to this address."
    return sentence


def _wrapped(text, margin=4):
    space = " " * margin
    return textwrap.wrap(text, WIDTH, initial_indent=space, subsequent_indent=space)
