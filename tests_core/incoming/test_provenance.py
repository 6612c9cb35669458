"""Where a mail comes from: what the receiving server found, and who may have written that."""

import pytest
from received_mail import BORDER, FROM, INNER, fields

from core.incoming import authentication_results, provenance
from core.incoming.authentication_results import parse, suggested
from core.incoming.fields import Fields, read_fields
from core.incoming.parts import parse as parse_mail


def checked(results, server="mx.acme.test"):
    return f"Authentication-Results: {server}; {results}\n"


def verdict(text, servers=("mx.acme.test",)):
    found = provenance.judge(fields(text), servers)
    assert found.explain()
    return found.verdict, found.reason


PASS = "dmarc=pass (p=none dis=none) header.from=example.com"

# ------------------------------------------------------------
# VERDICTS
# ------------------------------------------------------------

VERDICTS = {
    "dmarc": (PASS, ("verified", "dmarc")),
    "dkim": ("dkim=pass (2048-bit key) header.d=example.com header.s=s1", ("verified", "dkim")),
    "dkim, header.i": ("dkim=pass header.i=@example.com", ("verified", "dkim")),
    "dkim of a subdomain": ("dkim=pass header.d=mail.example.com", ("verified", "dkim")),
    "dkim of somebody else": (
        "dkim=pass header.d=sendgrid.example",
        ("not verified", "nothing_proven"),
    ),
    "spf": ("spf=pass smtp.mailfrom=bounce@example.com", ("verified", "spf")),
    "spf of somebody else": (
        "spf=pass smtp.mailfrom=bounce@other.example",
        ("not verified", "nothing_proven"),
    ),
    "spf softfail": ("spf=softfail smtp.mailfrom=example.com", ("not verified", "nothing_proven")),
    "dmarc failed": (
        "dmarc=fail (p=reject) header.from=example.com; spf=pass smtp.mailfrom=evil.example",
        ("failed", "dmarc_failed"),
    ),
    "dkim and spf failed": (
        "dkim=fail header.d=example.com; spf=fail smtp.mailfrom=example.com",
        ("failed", "checks_failed"),
    ),
    "dkim failed on a list": (
        "dkim=fail header.d=example.com; spf=pass smtp.mailfrom=list.example",
        ("not verified", "nothing_proven"),
    ),
    "none": ("none", ("not verified", "nothing_proven")),
    "dmarc of another From": (
        "dmarc=pass header.from=evil.example",
        ("not verified", "nothing_proven"),
    ),
    "a comment in a comment": (
        "dkim=pass (good (really (very) good)) header.d=example.com",
        ("verified", "dkim"),
    ),
    "a result in a comment": (
        "dkim=none (dkim=pass header.d=example.com)",
        ("not verified", "nothing_proven"),
    ),
    "a result in quotes": (
        'dkim=none reason="; dkim=pass header.d=example.com"',
        ("not verified", "nothing_proven"),
    ),
    "a version": ("dmarc/1=pass header.from=example.com", ("verified", "dmarc")),
}


@pytest.mark.parametrize("name", VERDICTS)
def test_a_verdict(name):
    results, expected = VERDICTS[name]
    assert verdict(checked(results) + BORDER + FROM) == expected


def test_the_shape_of_microsoft():
    text = (
        "Received: from AM0PR01.eurprd01.prod.outlook.com (2603:10a6::1) by "
        "DB9PR02.eurprd02.prod.outlook.com with HTTPS\n"
        "Received: from VI1EUR04FT050.eop-eur04.prod.protection.outlook.com (2603:10a6::2) by "
        "AM0PR01.outlook.office365.com (2603:10a6::3) with Microsoft SMTP Server\n"
        "Authentication-Results: spf=pass (sender IP is 198.51.100.7) "
        "smtp.mailfrom=example.com; dkim=pass (signature was verified) header.d=example.com;"
        "dmarc=pass action=none header.from=example.com;compauth=pass reason=100\n"
        "Received-SPF: Pass (protection.outlook.com: domain of example.com)\n"
        "Received: from mail.example.com (198.51.100.7) by "
        "VI1EUR04FT050.mail.protection.outlook.com (10.152.28.1) with Microsoft SMTP Server\n"
    )
    assert verdict(text + FROM, ["microsoft"]) == ("verified", "dmarc")
    assert verdict(text + FROM) == ("not verified", "not_checked")


def test_the_place_of_google():
    text = (
        "Received: by 2002:a05:6402:1::1 with SMTP id 1; Tue, 3 Nov 2026 02:00:00 -0800\n"
        "ARC-Authentication-Results: i=1; mx.google.com; dkim=pass\n"
        "Received: from mail.example.com (mail.example.com. [198.51.100.7]) by mx.google.com with "
        "ESMTPS id 1 for <sales@acme.test>\n"
        "Received-SPF: pass (google.com: domain of example.com)\n"
        "Authentication-Results: mx.google.com; dkim=pass header.i=@example.com header.s=s1\n"
    )
    assert verdict(text + FROM, ["mx.google.com"]) == ("verified", "dkim")
    assert verdict(text.replace("Received-SPF", "Subject") + FROM, ["mx.google.com"])[1] == (
        "not_checked"
    )


# ------------------------------------------------------------
# FORGED
# ------------------------------------------------------------

FORGED = {
    "below the own line": BORDER + checked(PASS),
    "below a made up line of the own server": BORDER + checked(PASS) + BORDER,
    "below, with another one above": checked("none") + BORDER + checked(PASS),
    "of another server": checked(PASS, "mx.evil.example") + BORDER,
    "with the name in a comment": checked(PASS, "(mx.acme.test) mx.evil.example") + BORDER,
    "a name that begins alike": checked(PASS, "mx.acme.test.evil.example") + BORDER,
    "in the shape of Microsoft": "Authentication-Results: " + PASS + "\n" + BORDER,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_field_is_not_believed(name):
    assert verdict(FORGED[name] + FROM)[0] == "not verified"


def test_own_servers_hand_a_mail_to_each_other():
    assert verdict(INNER + checked(PASS) + BORDER + FROM) == ("verified", "dmarc")
    assert verdict(checked(PASS) + INNER + BORDER + FROM) == ("verified", "dmarc")
    assert verdict(INNER + BORDER + checked(PASS) + FROM) == ("not verified", "not_checked")


def test_without_a_trusted_server_nothing_is_believed():
    assert verdict(checked(PASS) + BORDER + FROM, ()) == ("not verified", "no_trusted_server")


def test_several_senders_are_not_proven():
    text = checked(PASS) + BORDER + FROM + "From: boss@acme.test\n"
    assert verdict(text) == ("not verified", "several_senders")
    assert verdict(checked(PASS) + BORDER + "To: x@acme.test\n") == ("not verified", "no_sender")


def test_the_address_counts_not_the_name_before_it():
    text = checked(PASS) + BORDER + 'From: "ada@example.com" <eve@evil.example>\n'
    assert verdict(text)[0] == "not verified"


# ------------------------------------------------------------
# READING ONE FIELD
# ------------------------------------------------------------


def test_a_field_is_taken_apart():
    found = parse(
        'mx.acme.test 1; spf=pass smtp.mailfrom="ada@example.com"; dkim=fail reason="no; key" '
        "header.d=example.com (b (c) d); iprev=pass policy.iprev=198.51.100.7"
    )
    assert found.server == "mx.acme.test"
    assert [(item.method, item.result) for item in found.results] == [
        ("spf", "pass"),
        ("dkim", "fail"),
        ("iprev", "pass"),
    ]
    assert found.results[0].domain("smtp.mailfrom") == "example.com"
    assert found.results[1].properties["reason"] == "no; key"


@pytest.mark.parametrize(
    "value",
    [
        "",
        ";",
        ";;;;",
        "(((((",
        ")))",
        '"',
        "\\",
        "mx.acme.test",
        "mx.acme.test;",
        "=pass",
        "mx; =pass",
        "mx; dkim",
        "mx; dkim=",
        "(" * 100_000,
        "mx; dkim=pass " + "(" * 1_000 + ")" * 1_000 + " header.d=example.com",
        "mx; " + "dkim=pass header.d=example.com; " * 4_000,
        '"' + "a" * 100_000,
    ],
)
def test_whatever_stands_in_a_field(value):
    found = parse(value)
    assert len(found.results) <= authentication_results.RESULTS


def test_servers_are_suggested():
    mails = [fields(checked("none") + BORDER + FROM) for _number in range(3)]
    mails.append(fields(BORDER + checked("none", "mx.evil.example") + FROM))
    mails.append(fields(checked("none", "mx2.acme.test") + INNER + BORDER + FROM))
    assert suggested(mails) == [("mx.acme.test", 3), ("mx2.acme.test", 1)]


# ------------------------------------------------------------
# BOUNDS
# ------------------------------------------------------------


def test_thousands_of_fields_are_judged():
    text = (
        checked("dkim=pass " * 5_000) * 50
        + INNER * 2_000
        + "DKIM-Signature: v=1; d=example.com; s=x; h=from; b=abc\n" * 500
        + FROM
    )
    found = provenance.judge(Fields.of(parse_mail(text.encode() + b"\nHello\n")), ["mx.acme.test"])
    assert found.verdict in ("verified", "not verified")


def test_fields_without_a_mail():
    assert provenance.judge(read_fields([])).reason == "no_sender"
