import time

import pytest

from core.domain.pasted import domain_in, mail_domain_in
from core.domain.report import unanswered
from core.findings.finding import Severity
from core.name import InvalidName


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("example.com", "example.com"),
        (" Example.COM. ", "example.com"),
        ("https://www.example.com/shop?a=b@c#d", "www.example.com"),
        ("HTTP://example.com:8080", "example.com"),
        ("//example.com/", "example.com"),
        ("example.com:8080", "example.com"),
        ("example.com/contact", "example.com"),
        ("https://user:secret@example.com/", "example.com"),
        ("ada@example.com", "example.com"),
        ("@example.com", "example.com"),
        ("Ada Lovelace <ada@example.com>", "example.com"),
        ("mailto:ada@example.com?subject=x", "example.com"),
        ("<https://example.com>", "example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_the_domain_in_what_people_paste(text, domain):
    assert mail_domain_in(text) == domain


@pytest.mark.parametrize(
    "text",
    ["", "  ", "..", ".", "@", "not a domain", "a..b", "exa mple", "127.0.0.1", "http://[::1]/",
     "localhost", "x" * 64 + ".example", "<b>.example", "https://"],
)  # fmt: skip
def test_what_is_no_domain_is_refused_whatever_stands_around_it(text):
    with pytest.raises(InvalidName):
        mail_domain_in(text)


@pytest.mark.parametrize("unit", ["a:", "<", "@", "/", "a@", " ", ":", "https://", "."])
def test_a_long_text_takes_no_time(unit):
    start = time.process_time()
    domain_in(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 1


def test_a_check_that_could_not_be_made_is_unknown():
    report = unanswered(" example.com ", "nameserver_unknown", nameserver="dns.example")
    assert report.severity is Severity.UNKNOWN
    assert report.domain == "example.com"
    assert report.asked_at
