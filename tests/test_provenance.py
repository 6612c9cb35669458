import base64
import time
from unittest.mock import patch

import dkim
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from odoo.addons.mail.tools.discuss import Store
from odoo.exceptions import AccessError
from odoo.tests import Form, TransactionCase, new_test_user, tagged

from ..core.incoming import dkim_proof
from ..models.mail_thread_provenance import DNS_SECONDS
from .incoming_common import IncomingCase

SERVER = "mx.acme.test"
BORDER = f"from out.customer.test (out.customer.test [192.0.2.7]) by {SERVER}; now"


class ProvenanceCase(IncomingCase):
    """Mixin: a mailbox that trusts its mail server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mailbox.authserv_id = SERVER

    def checked(self, result, number=1, server=SERVER, **headers):
        """A mail as the receiving server hands it on, its own fields on top."""
        note = f"{server}; dmarc={result} header.from=customer.test"
        trace = f"Authentication-Results: {note}\r\nReceived: {BORDER}\r\n" if result else ""
        return trace.encode() + self.raw_mail(number, **headers)

    def receive(self, raw):
        known = self.spooled()
        self.deliver(raw)
        self.fetch()
        return self.spooled() - known


@tagged("post_install", "-at_install")
class TestProvenance(ProvenanceCase, TransactionCase):
    """What the mail server of the mailbox has checked is told with each mail."""

    def test_three_verdicts(self):
        for number, (result, verdict, words) in enumerate(
            (
                ("pass", "verified", "checked that the mail comes from customer.test"),
                ("none", "not_verified", "nothing proves that it comes from customer.test"),
                ("fail", "failed", "the mail does not come from customer.test"),
            )
        ):
            with self.subTest(result=result):
                row = self.receive(self.checked(result, number))
                self.assertEqual(row.reason, "created", "it is told, and changes nothing")
                self.assertEqual(row.provenance, verdict)
                self.assertIn(words, row.provenance_text)
                self.assertEqual(row.mail_message_id.provenance, verdict)
                self.assertIn(f"provenance_{verdict}", [step["code"] for step in row.steps])

    def test_only_the_own_server_is_believed(self):
        row = self.receive(self.checked("pass", server="mx.evil.test"))
        self.assertEqual(row.provenance, "not_verified")
        forged = f"{SERVER}; dmarc=pass header.from=customer.test"
        raw = f"Received: {BORDER}\r\n".encode()
        raw += self.raw_mail(2, Authentication_Results=forged)
        self.assertEqual(self.receive(raw).provenance, "not_verified")

    def test_the_chatter_tells_internal_users_alone(self):
        message = self.receive(self.checked("fail")).mail_message_id
        sent = self.stored(message, self.env.user)
        self.assertEqual(sent["provenance"], "failed")
        self.assertIn("Be careful with it", sent["provenance_text"])
        self.assertNotIn("provenance", self.stored(message, self.env.ref("base.public_user")))
        portal = new_test_user(self.env, "portal", groups="base.group_portal")
        self.assertNotIn("provenance", self.stored(message, portal))

    def stored(self, message, user):
        store = Store(bus_channel=user.partner_id)
        store.target = Store.Target(user)
        store.add(message.with_user(user))
        [data] = [item for item in store.get_result()["mail.message"] if item["id"] == message.id]
        return data

    def test_a_proof_cannot_be_set(self):
        """By nobody, for any message."""
        user = new_test_user(self.env, "eve", groups="base.group_user,base.group_partner_manager")
        record = self.env["res.partner"].create({"name": "Topic"}).with_user(user)
        with self.assertRaisesRegex(ValueError, "provenance"):
            record.message_post(body="Hello", provenance="verified")
        note = record.message_post(body="Hello")
        self.assertNotIn("provenance", self.stored(note, user))
        with self.assertRaises(AccessError):
            note.provenance = "verified"
        values = {"model": record._name, "res_id": record.id, "provenance": "verified"}
        with self.assertRaises(AccessError):
            self.env["mail.message"].with_user(user).create(values)

    def test_a_server_is_suggested_by_the_mails_that_are_there(self):
        self.mailbox.authserv_id = False
        for number in range(3):
            self.assertEqual(self.receive(self.checked("pass", number)).provenance, "not_verified")
        self.receive(self.raw_mail(9))
        self.mailbox.invalidate_recordset()
        with Form(self.mailbox, "mail.view_email_server_form") as form:
            self.assertIn(
                "“mx.acme.test” has noted its checks in 3 of the latest 4 mails",
                form.authserv_suggestion_text,
            )
        self.mailbox.action_trust_suggestion()
        self.assertEqual(self.mailbox.authserv_id, SERVER)
        self.mailbox.invalidate_recordset()
        self.assertFalse(self.mailbox.authserv_suggestion)
        self.assertEqual(self.receive(self.checked("pass", 10)).provenance, "verified")

    def test_without_a_trusted_server_it_says_what_to_do(self):
        self.mailbox.authserv_id = False
        self.assertFalse(self.mailbox.signatures_note)
        with patch.object(dkim_proof, "is_available", return_value=False):
            row = self.receive(self.raw_mail())
            self.mailbox.invalidate_recordset()
            self.assertIn("pip install dkimpy", self.mailbox.signatures_note)
        self.assertEqual(row.provenance, "not_verified")
        self.assertIn("No receiving mail server is trusted", row.provenance_text)

    # ------------------------------------------------------------
    # SIGNATURES
    # ------------------------------------------------------------

    def signed(self, number):
        """A mail with a signature of its sender, whose key is in the DNS."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        text = base64.b64encode(public).decode()
        record = f'"v=DKIM1; k=rsa; p={text[:200]}" "{text[200:]}"'
        self.dns.set_zone("signed.test", f"s1._domainkey 60 IN TXT {record}\n")
        raw = self.raw_mail(number, sender="ada@signed.test")
        return dkim.sign(raw, b"s1", b"signed.test", private) + raw

    def test_a_signature_proves_the_sender_where_no_server_has_checked(self):
        raw = self.signed(1)
        row = self.receive(raw)
        self.assertEqual(row.provenance, "verified", row.provenance_text)
        self.assertIn("valid signature of signed.test", row.provenance_text)
        row = self.receive(raw.replace(b"this is mail", b"this was mail").replace(b"<1.", b"<2."))
        self.assertEqual((row.reason, row.provenance), ("created", "failed"))

    def test_a_silent_dns_holds_a_mail_up_for_seconds_only(self):
        raw = self.signed(1)
        self.addCleanup(self.dns.reset)
        self.dns.fail("s1._domainkey.signed.test", "TXT", "timeout")
        begin = time.monotonic()
        row = self.receive(raw)
        self.assertLess(time.monotonic() - begin, DNS_SECONDS + 6)
        self.assertEqual((row.reason, row.provenance), ("created", "not_verified"))
        self.assertIn("could not be checked now", row.provenance_text)

    def test_the_dns_is_not_asked_where_the_server_has_checked(self):
        asked = len(self.dns.questions)
        signature = "v=1; a=rsa-sha256; d=customer.test; s=mail; h=From; bh=x; b=y"
        self.receive(self.checked("pass", DKIM_Signature=signature))
        self.assertEqual(len(self.dns.questions), asked)

    def test_hostile_fields(self):
        for number, value in enumerate(
            ("(" * 5_000, "x" * 100_000, f"{SERVER}; " + "dkim=pass; " * 9_000)
        ):
            raw = f"Authentication-Results: {value}\r\nReceived: {BORDER}\r\n".encode()
            begin = time.monotonic()
            row = self.receive(raw + self.raw_mail(number))
            self.assertEqual(row.reason, "created")
            self.assertEqual(row.provenance, "not_verified")
            self.assertLess(time.monotonic() - begin, 10)
