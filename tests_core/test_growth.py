"""Whatever somebody publishes or sends: twice as much of it takes about twice as long, no more.

Every parser of core gets megabytes of its own worst shape.
"""

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
TRIES = 4  # the machine may be busy; work that grows faster does so every time
NEGLIGIBLE = 0.002  # seconds below which nothing can be told from noise

PARSERS = {
    "to_ascii": to_ascii,
    "mail_domain": mail_domain,
    "spelling": spelling,
    "parse_nameserver": resolver.parse_nameserver,
    "tag_list.parse": tag_list.parse,
    "tag_list.read": tag_list.read,
    "dkim.parse": dkim.parse,
    "dkim.is_meant": dkim.is_meant,
    "is_dmarc": dmarc.is_dmarc,
    "dmarc.parse": dmarc.parse,
    "dmarc.propose": lambda text: propose("example.com", [text]),
    "parse_policy": mta_sts.parse_policy,
    "mx.parse": lambda text: mx.parse([f"10 {text}"]),
    "from_filter.parse": from_filter.parse,
    "entries_for": lambda text: list(from_filter.entries_for(f"x@{text}")),
    "find": lambda text: from_filter.find(f"x@{text}", text),
    "lists_domain": lambda text: from_filter.lists_domain(text, text),
    "FromFilterIndex": lambda text: from_filter.FromFilterIndex([(1, text)]),
    "parse_selectors": provider.parse_selectors,
    "matching_host": lambda text: provider.host_matches(text, "smtp.*.example.net"),
    "matching_patterns": lambda text: provider.host_matches("smtp.example.net", text),
    "spf_terms": lambda text: provider.spf_terms(text, "smtp.example.net"),
    "text_strings": zone_file.text_strings,
    "printable": printable,
    "printable_values": lambda text: printable_values([text] * 3),
    "mailbox_error": lambda text: mailbox_error.classify(OSError(text)),
    "reply.read": lambda text: reply.read(reply.Command.RCPT, 550, text),
}
SHAPES = {
    "one long word": "a",
    "labels": "a.",
    "digits": "1",
    "spaces": " ",
    "commas": "a,",
    "addresses": "a@b.com,",
    "semicolons": ";",
    "tags": "p=none;",
    "reports": "rua=mailto:a@b,",
    "lines": "mx: a\n",
    "stars": "*",
    "hyphens": "a-",
    "brackets": "[:",
    "angles": "<a@b>,",
    "quotes": '"',
    "controls": "\0",
    "umlauts": "ü.",
    "codes": "5.1.1 ",
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("parser", PARSERS)
def test_twice_as_much_takes_twice_as_long(parser, shape):
    parse, unit = PARSERS[parser], SHAPES[shape]
    small = unit * (OCTETS // 2 // len(unit))
    assert any(grows_linearly(parse, small) for _ in range(TRIES))


def grows_linearly(parse, text):
    once, twice = (min(seconds(parse, text * times) for _ in range(2)) for times in (1, 2))
    return twice < NEGLIGIBLE or twice <= GROWTH_MAX * once


def seconds(parse, text):
    start = time.process_time()
    with suppress(CoreError):
        parse(text)
    return time.process_time() - start
