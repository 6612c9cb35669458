"""Messages to Ada, Bob and Carl over a connection of smtplib's."""

import smtplib
from email.message import EmailMessage
from email.policy import SMTP

ADA, BOB, CARL = "ada@one.test", "bob@two.test", "carl@three.test"


def connect(peer, timeout=5):
    smtp = smtplib.SMTP(peer.host, peer.port, timeout=timeout)
    smtp.ehlo()
    return smtp


def message(body="Hello\n"):
    message = EmailMessage(policy=SMTP)
    message["From"] = "Me <me@acme.test>"
    message["To"] = ADA
    message["Subject"] = "Hello"
    message.set_content(body)
    return message


def send(session, *recipients, body="Hello\n"):
    return session.send_message(message(body), "bounce@acme.test", list(recipients) or [ADA])
