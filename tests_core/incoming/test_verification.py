import base64
from email import message_from_bytes
from email.policy import SMTP

import pytest

from core.incoming.verification import (
    GOOGLE,
    MICROSOFT,
    Verification,
    is_of_provider,
    read_message,
)

LINK = "https://mail-settings.google.com/mail/vf-%5BANGjdJ8x%5D-abc_1"
GMAIL = f"""\
carl@gmail.com has requested to automatically forward mail to your email
address catchall@acme.test.
Confirmation code: 123456789

To allow carl@gmail.com to automatically forward mail to your email address,
please click the link below to confirm the request:

{LINK}

If you click the link and it appears to be broken, please copy and paste it.

If you accidentally clicked the link, but you do not want to allow this, please click this link
to cancel this verification:
https://mail-settings.google.com/mail/uf-%5BANGjdJ8x%5D-cancel
"""
GOOGLE_SENDER = "Gmail Team <forwarding-noreply@google.com>"
SUBJECT = "(#123456789) Gmail Forwarding Confirmation - Receive Mail from carl@gmail.com"


def mail(body=GMAIL, sender=GOOGLE_SENDER, subject=SUBJECT, kind="plain", **headers):
    fields = {
        "From": sender,
        "To": "catchall@acme.test",
        "Subject": subject,
        "MIME-Version": "1.0",
        "Content-Type": f"text/{kind}; charset=utf-8",
        **headers,
    }
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return message_from_bytes((head + "\r\n" + body).encode(), policy=SMTP)


def test_gmail():
    assert read_message(mail()) == Verification(GOOGLE, "carl@gmail.com", "123456789", LINK)


def test_gmail_in_another_language_and_encoded():
    body = GMAIL.replace("Confirmation code", "Código de confirmación")
    subject = "=?utf-8?q?=28=231234567890=29_Confirmaci=C3=B3n_de_reenv=C3=ADo_de_Gmail?="
    encoded = base64.b64encode(body.encode()).decode()
    found = read_message(mail(encoded, subject=subject, Content_Transfer_Encoding="base64"))
    assert (found.code, found.link) == ("1234567890", LINK)
    found = read_message(mail(body, subject="Gmail"))
    assert found.code == "123456789"


def test_a_link_that_stands_in_html_alone():
    page = f'<p>Confirm: <a href="{LINK}?a=1&amp;b=2">here</a></p>'
    found = read_message(mail(page, kind="html"))
    assert found.link == f"{LINK}?a=1&b=2"


def test_microsoft():
    found = read_message(
        mail(
            "Please use the following security code for the Microsoft account ca**l@outlook.com.\n"
            "Security code: 4829131\n",
            sender="Microsoft <account-security-noreply@accountprotection.microsoft.com>",
            subject="Microsoft account security code",
        )
    )
    assert (found.provider, found.code, found.link) == (MICROSOFT, "4829131", "")
    found = read_message(
        mail(
            "Confirm it: https://account.live.com/Aliases/Verify?token=x.",
            sender="no-reply@microsoft.com",
            subject="Verify your forwarding address",
        )
    )
    assert found.link == "https://account.live.com/Aliases/Verify?token=x"


@pytest.mark.parametrize(
    "sender",
    [
        "forwarding-noreply@google.com.evil.test",
        "forwarding-noreply@googIe.com",
        "Gmail <x@evil.test>, forwarding-noreply@google.com",
        '"forwarding-noreply@google.com" <x@evil.test>',
        "carl@microsoft.com",
        "no-reply@microsoft.com.evil.test",
        "no-reply@notmicrosoft.com",
        "",
    ],
)
def test_others_are_no_providers(sender):
    assert read_message(mail(sender=sender)) is None


def test_two_senders_are_none():
    raw = mail().as_bytes().replace(b"From:", b"From: x@evil.test\r\nFrom:", 1)
    assert read_message(message_from_bytes(raw, policy=SMTP)) is None


@pytest.mark.parametrize(
    "link",
    [
        "http://mail-settings.google.com/mail/vf-x",
        "https://mail-settings.google.com.evil.test/mail/vf-x",
        "https://evil.test/mail/vf-x?mail-settings.google.com",
        "https://mail-settings.google.com@evil.test/mail/vf-x",
        "https://evil.test\\@mail-settings.google.com/mail/vf-x",
        "https://mail-settings.google.com:8443/mail/vf-x",
        "https://mail-settings.google.com:x/mail/vf-x",
        "https://[mail-settings.google.com/mail/vf-x",
        "https://mail-settings.google.com/mail/uf-x",
        "https://mail-settings.google.com/url?q=https://evil.test/mail/vf-x",
        "javascript:alert(1)//https://mail-settings.google.com/mail/vf-",
    ],
)
def test_links_elsewhere_are_never_shown(link):
    assert not is_of_provider(link, GOOGLE)
    found = read_message(mail(f"Confirmation code: 123456\n{link}\n", subject="Gmail"))
    assert found == Verification(GOOGLE, "", "123456", "")


def test_a_link_stops_where_the_text_goes_on():
    found = read_message(mail(f'<a href="{LINK}"><img src=x onerror=alert(1)></a>', kind="html"))
    assert found.link == LINK


def test_nothing_to_confirm():
    assert read_message(mail("Forwarding is on.", subject="Gmail")) is None
    sender = "account-security-noreply@accountprotection.microsoft.com"
    assert read_message(mail("A new sign-in.", sender=sender, subject="Sign-in")) is None
    assert read_message(message_from_bytes(b"", policy=SMTP)) is None
