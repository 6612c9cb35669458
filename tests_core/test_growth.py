"""Whatever somebody publishes or sends: twice as much of it takes about twice as long, no more.

Every parser of core gets megabytes of its own worst shape.
"""

import gc
import time
from contextlib import suppress

import pytest

from core import provider, reply
from core.dkim import record as dkim
from core.dmarc import record as dmarc
from core.dmarc.propose import propose
from core.dns import resolver, tag_list
from core.domain import zone_file
from core.error import CoreError
from core.findings.finding import printable, printable_values
from core.incoming import mailbox_error
from core.name import mail_domain, spelling, to_ascii
from core.outgoing import from_filter
from core.transport import mta_sts, mx

OCTETS = 1_000_000
GROWTH_MAX = 2.5  # times the work for twice the input
TRIES = 6  # the machine may be busy; work that grows faster does so every time
NEGLIGIBLE = 0.02  # seconds below which nothing can be told from noise

WORST = {
    "to_ascii": (to_ascii, "a", "a.", "ü."),
    "mail_domain": (mail_domain, "a", "a-", "[:"),
    "spelling": (spelling, "a.", "ü."),
    "parse_nameserver": (resolver.parse_nameserver, "[:", "1", ":"),
    "tag_list.read": (tag_list.read, ";", "p=none;", "a"),
    "dkim.parse": (dkim.parse, "p=;", "v=DKIM1;p=", "a"),
    "dkim.is_meant": (dkim.is_meant, ";", "v=DKIM1;"),
    "dmarc.parse": (dmarc.parse, "v=DMARC1;", "rua=mailto:a@b,", "a@b.com,"),
    "dmarc.propose": (lambda text: propose("example.com", [text]), "p=none;", "rua=mailto:a@b,"),
    "parse_policy": (mta_sts.parse_policy, "mx: a\n", ":", "\n"),
    "mx.parse": (lambda text: mx.parse([f"10 {text}"]), "a.", " "),
    "from_filter.parse": (from_filter.parse, "a", "a.", "a@b.com,", "<a@b>,", '"'),
    "entries_for": (lambda text: list(from_filter.entries_for(f"x@{text}")), "a", "a.", "ü."),
    "from_filter.find": (lambda text: from_filter.find(f"x@{text}", text), "a.", "a@b.com,"),
    "lists_domain": (lambda text: from_filter.lists_domain(text, text), "a.", "<a@b>,"),
    "index": (lambda text: from_filter.FromFilterIndex([(1, text)]), "a.", "<a@b>,", '"'),
    "parse_selectors": (provider.parse_selectors, "a.", "a=", "._domainkey"),
    "host_matches": (lambda text: provider.host_matches(text, "smtp.*.example.net"), "a.", "*"),
    "patterns": (lambda text: provider.host_matches("smtp.example.net", text), "*", "[:", "a*,"),
    "spf_terms": (lambda text: provider.spf_terms(text, "smtp.example.net"), "a:{host} ", "a"),
    "text_strings": (zone_file.text_strings, '"', "ü", "\0"),
    "printable": (printable, "\0", "\u202e", "a"),
    "printable_values": (lambda text: printable_values([text] * 3), "\0", "a"),
    "mailbox_error": (lambda text: mailbox_error.classify(OSError(text)), "a", "[auth"),
    "reply": (
        lambda text: reply.read(reply.Command.RCPT, 550, text),
        "5.1.1 ",
        "a",
        "\0",
        " <a@b>",
    ),
}
CASES = [(name, unit) for name, (_parse, *units) in WORST.items() for unit in units]


@pytest.mark.parametrize("parser, unit", CASES)
def test_twice_as_much_takes_twice_as_long(parser, unit):
    parse = WORST[parser][0]
    half = unit * (OCTETS // 2 // len(unit))
    assert any(grows_linearly(parse, half) for _ in range(TRIES))


def grows_linearly(parse, text):
    once, twice = (min(seconds(parse, text * times) for _ in range(2)) for times in (1, 2))
    return twice < NEGLIGIBLE or twice <= GROWTH_MAX * once


def seconds(parse, text):
    gc.disable()  # what it costs depends on all that other tests have left behind
    try:
        start = time.process_time()
        with suppress(CoreError):
            parse(text)
        return time.process_time() - start
    finally:
        gc.enable()
