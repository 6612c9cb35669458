import pytest

from core.provider import (
    SelectorError,
    checkable_host,
    host_matches,
    parse_selectors,
    recognise,
    selectors_for,
    smtp_port,
    spf_terms,
)
from core.sender import Selector

PATTERNS = "smtp.example.net, smtp-relay.example.net\nmail.*.example.net"


@pytest.mark.parametrize(
    ("host", "fits"),
    [
        ("smtp.example.net", True),
        (" SMTP.Example.NET. ", True),
        ("mail.eu-west-1.example.net", True),
        ("smtp.example.net.evil.test", False),
        ("notsmtp.example.net", False),
        ("example.net", False),
        ("", False),
        (None, False),
    ],
)
def test_a_host_is_recognised_by_its_whole_name(host, fits):
    assert host_matches(host, PATTERNS) is fits


def test_no_patterns_recognise_nothing():
    assert not host_matches("smtp.example.net", None)
    assert not host_matches("smtp.example.net", " , ")


def test_the_first_that_fits_is_recognised():
    patterns = [("a", None), ("b", "*.example.net"), ("c", "smtp.example.net")]
    assert recognise("smtp.example.net", patterns) == "b"
    assert recognise("smtp.example.org", patterns) is None


@pytest.mark.parametrize(
    ("host", "checked"),
    [
        ("Mail.Example.com.", "mail.example.com"),
        ("8.8.8.8", "8.8.8.8"),
        ("2001:4860:4860::8888", "2001:4860:4860::8888"),
        ("localhost", ""),
        ("smtp.localhost", ""),
        ("postfix", ""),
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("::1", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_hosts_the_world_knows_are_checked(host, checked):
    assert checkable_host(host) == checked


@pytest.mark.parametrize(
    ("encryption", "preset", "port"),
    [
        ("starttls", ("starttls_strict", 2525), 2525),
        ("starttls_strict", ("starttls_strict", 587), 587),
        ("ssl_strict", ("starttls_strict", 587), 465),
        ("ssl", ("starttls_strict", 587), 465),
        ("starttls_strict", ("ssl_strict", 465), 587),
        ("none", ("starttls_strict", 587), None),
        ("none", ("none", 1025), 1025),
    ],
)
def test_the_port_follows_the_encryption(encryption, preset, port):
    assert smtp_port(encryption, *preset) == port


def test_spf_terms():
    assert spf_terms("include:a.example  include:b.example", "x.example") == (
        "include:a.example",
        "include:b.example",
    )
    assert spf_terms(None, "x.example") == ()
    assert spf_terms("a:{host}", "Mail.Example.com") == ("a:mail.example.com",)
    assert spf_terms("a:{host}", "8.8.8.8") == ("ip4:8.8.8.8",)
    assert spf_terms("a:{host}", "2001:4860:4860::8888") == ("ip6:2001:4860:4860::8888",)
    assert spf_terms("a:{host}", "localhost") is None


def known(text, domain="example.com", target=""):
    return selectors_for(domain, parse_selectors(text), target)


def test_selectors_as_typed_and_as_copied():
    assert known("odoo") == (Selector("odoo"),)
    assert known(" S1 , s2=T.example.net. ,\n2026.eu") == (
        Selector("s1"),
        Selector("s2", "t.example.net"),
        Selector("2026.eu"),
    )
    assert known("k1._domainkey") == (Selector("k1"),)
    assert known("") is None


def test_a_selector_copied_with_its_domain_is_for_that_domain():
    text = "abc._domainkey.Example.com., def._domainkey.example.org = def.dkim.example.net"
    assert known(text) == (Selector("abc"),)
    assert known(text, "Example.org") == (Selector("def", "def.dkim.example.net"),)
    assert known(text, "example.net") is None


def test_the_target_of_the_provider_is_for_selectors_without_their_own():
    assert known("abc, def=own.example", target="{selector}.dkim.example.net") == (
        Selector("abc", "abc.dkim.example.net"),
        Selector("def", "own.example"),
    )


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("a b", "selector_invalid", 1),
        ("ok, =target.example", "selector_invalid", 2),
        ("v=DKIM1; p=abc", "selector_target_invalid", 1),
        ("ok, , sél", "selector_invalid", 2),
        ("._domainkey.example.com", "selector_invalid", 1),
        ("a..b", "selector_invalid", 1),
        ("s1=a..b", "selector_target_invalid", 1),
    ],
)
def test_what_is_no_selector_is_named(text, code, position):
    with pytest.raises(SelectorError) as caught:
        parse_selectors(text)
    assert caught.value.code == code
    assert caught.value.params["position"] == position
