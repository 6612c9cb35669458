import email
import email.policy
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from ..core.incoming import report
from ..models.incoming_run import Observed, observing

REPORT = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: bounce@acme.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; ada@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--b--
"""


@tagged("post_install", "-at_install")
class TestIncomingReading(TransactionCase):
    """What a mail is, as the gateway asks for it."""

    def setUp(self):
        super().setUp()
        self.thread = self.env["mail.thread"]
        self.message = email.message_from_bytes(REPORT, policy=email.policy.SMTP)

    def test_a_message_of_the_gateway_is_read(self):
        reading = self.thread._read_incoming(self.message)
        self.assertEqual(reading.kind, "delivery report")
        recipient = reading.recipients[0]
        self.assertEqual(recipient.address, "ada@example.com")
        self.assertTrue(recipient.dead_address)

    def test_a_mail_is_read_once(self):
        with (
            observing(Observed(REPORT)),
            patch.object(report, "read", wraps=report.read) as read,
        ):
            first = self.thread._read_incoming(self.message)
            second = self.thread._read_incoming(self.message)
        self.assertIs(first, second)
        self.assertEqual(first.kind, "delivery report")
        self.assertEqual(read.call_count, 1)
