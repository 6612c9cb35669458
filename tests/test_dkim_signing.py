import base64
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..core.dkim import sign as core_sign
from .dkim_common import DkimCase

LONG = "x" * 3000 + " " + "ä" * 1500


@tagged("post_install", "-at_install")
class TestDkimSigning(DkimCase, TransactionCase):
    """What Odoo signs verifies where it arrives, and it signs only what the DNS says it may."""

    def received(self):
        [mail] = self.peer.received
        self.peer.reset()
        return mail.data

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("email_communication.ir_cron_check_dkim_keys").method_direct_trigger()
        self.env.invalidate_all()

    def send_mail(self, **values):
        mail = self.new_mail(email_to="ada@one.test", **values)
        mail.send()
        self.assertEqual(mail.state, "sent")
        return mail

    # ------------------------------------------------------------
    # SIGNATURES
    # ------------------------------------------------------------

    def test_mails_verify_after_a_real_trip(self):
        keys = self.make_keys()
        self.sign_with(*keys)
        selectors = keys.mapped("selector")
        attachment = self.env["ir.attachment"].create(
            {"name": "Übersicht.bin", "raw": bytes(range(256)) * 50}
        )
        for name, values in {
            "plain": {},
            "umlauts": {"subject": "Grüße aus Łódź " * 8, "body_html": "<p>Grüße</p>"},
            "long lines": {"body_html": f"<p>{LONG}</p>"},
            "dots": {"body_html": "<pre>.\n..\n.hidden\n\n.\n</pre>"},
            "attachment": {"attachment_ids": [attachment.id]},
            "display name": {"email_from": "Ädä Łovelace <me@acme.test>"},
        }.items():
            with self.subTest(name):
                self.send_mail(**values)
                self.assertEqual(sorted(self.verified(self.received())), sorted(selectors))

    def test_notifications_are_signed_too(self):
        keys = self.make_keys()
        self.sign_with(*keys)
        message = self.post("ada@one.test", "bob@two.test")
        self.send(message)
        self.assertEqual(len(self.peer.received), 2)
        for mail in self.peer.received:
            self.assertEqual(len(self.verified(mail.data)), 2)
        for delivery in self.deliveries(message):
            self.assertEqual(
                delivery.signature_sentence,
                "Odoo signed it with DKIM: " + ", ".join(keys.mapped("record_name")) + ".",
            )
            told = delivery._for_chatter()["signature_sentence"]
            self.assertEqual(told, delivery.signature_sentence)

    def test_whoever_sends_without_the_queue(self):
        keys = self.make_keys()
        self.sign_with(*keys)
        servers = self.env["ir.mail_server"]
        message = servers._build_email__("me@acme.test", ["ada@one.test"], "Hi", "Grüße")
        servers.send_email(message)
        self.assertEqual(len(self.verified(self.received())), 2)
        session = servers._connect__(mail_server_id=self.server.id, smtp_from="me@acme.test")
        servers.send_email(message, smtp_session=session)
        session.quit()
        self.assertEqual(len(self.verified(self.received())), 2)

    def test_a_server_that_signs_by_itself_is_left_alone(self):
        self.sign_with(*self.make_keys())
        self.server.dkim_sign = False
        mail = self.send_mail()
        self.assertNotIn(b"dkim-signature", self.received().lower())
        self.assertFalse(mail.delivery_ids.signature_sentence)

    def test_nothing_changes_for_servers_that_are_there(self):
        self.assertFalse(self.newsletters.dkim_sign)
        self.assertFalse(self.env["ir.mail_server"].create({"name": "New"}).dkim_sign)

    def test_a_sender_without_key_goes_unsigned_and_that_is_told(self):
        self.sign_with(*self.make_keys())
        self.server.from_filter = "acme.test, elsewhere.test"
        mail = self.send_mail(email_from="me@elsewhere.test")
        self.assertNotIn(b"dkim-signature", self.received().lower())
        self.assertIn("no key of", mail.delivery_ids.signature_sentence)

    def test_a_key_that_breaks_down_keeps_no_mail(self):
        keys = self.make_keys()
        self.sign_with(*keys)
        self.env.cr.execute("UPDATE mail_dkim_key SET private_key = 'nonsense'")
        with mute_logger("odoo.addons.email_communication.models.ir_mail_server_dkim"):
            mail = self.send_mail()
        self.assertNotIn(b"dkim-signature", self.received().lower())
        self.assertIn("the key cannot be used", mail.delivery_ids.signature_sentence)
        with mute_logger("odoo.addons.email_communication.models.mail_dkim_key"):
            self.run_cron()
        self.assertEqual(set(keys.mapped("stop_reason")), {"unusable"})
        self.assertTrue(keys.activity_ids)

    # ------------------------------------------------------------
    # THE DNS DECIDES
    # ------------------------------------------------------------

    def test_signing_starts_with_the_dns_and_stops_with_it(self):
        key = self.make_keys().filtered(lambda key: key.algorithm == "rsa")
        self.assertEqual(key.state, "waiting")
        self.assertIn("Publish the record", key.state_sentence)
        self.send_mail()
        self.assertNotIn(b"dkim-signature", self.received().lower())
        key.check_dns__()
        self.assertEqual(key.state, "waiting")
        self.assertIn("is not in the DNS yet", key.state_sentence)
        self.sign_with(key)
        self.send_mail()
        self.assertEqual(self.verified(self.received()), [key.selector])
        self.publish()
        self.run_cron()
        self.assertEqual((key.state, key.stop_reason), ("stopped", "dns"))
        self.assertEqual(key.activity_ids.summary, "E-mails of acme.test are not signed")
        self.send_mail()
        self.assertNotIn(b"dkim-signature", self.received().lower())
        self.sign_with(key)
        self.assertFalse(key.activity_ids, "It signs again, and nobody has to look at it")

    def test_another_key_in_the_dns_is_not_ours(self):
        key, other = self.make_keys()[:1], self.make_other_key()
        self.publish(**{key.record_name: other.public_record})
        key.check_dns__()
        self.assertEqual(key.state, "waiting")
        self.publish(key)
        key.check_dns__()
        self.publish(**{key.record_name: "v=DKIM1; k=rsa; p="})
        key.check_dns__()
        self.assertEqual(key.state, "stopped")

    def make_other_key(self):
        return self.env["mail.dkim.key"].create(
            {"alias_domain_id": self.alias_domain.id, "selector": "other"}
        )

    def test_could_not_tell_changes_nothing(self):
        key = self.make_keys()[:1]
        self.sign_with(key)
        self.dns.fail(key.record_name, None, "servfail")
        key.check_dns__()
        self.assertEqual(key.state, "signing")
        waiting = self.make_other_key()
        self.dns.fail(waiting.record_name, None, "refused")
        waiting.check_dns__()
        self.assertEqual((waiting.state, waiting.dns_checked_at), ("waiting", False))

    def test_the_dns_check_starts_it_as_well(self):
        keys = self.make_keys()
        check = self.alias_domain._new_check()
        check._check_dns__()
        missing = [item for item in check.findings if item["kind"] == "dkim" and item["expected"]]
        self.assertEqual(
            sorted(item["expected"] for item in missing), sorted(keys.mapped("public_record"))
        )
        self.assertIn(keys[0].record_name, check.zone_snippet)
        self.assertIn(keys[0].selector, check.dkim_selectors_tested)
        self.publish(*keys)
        check = self.alias_domain._new_check()
        check._check_dns__()
        self.assertEqual(set(keys.mapped("state")), {"signing"})

    def test_a_domain_with_another_name_is_not_signed(self):
        keys = self.make_keys()
        self.sign_with(*keys)
        self.alias_domain.name = "victim.test"
        self.send_mail(email_from="me@acme.test")
        self.assertNotIn(b"dkim-signature", self.received().lower())
        self.run_cron()
        self.assertEqual(set(keys.mapped("stop_reason")), {"renamed"})

    def test_without_dkimpy_the_screen_says_what_is_missing(self):
        keys = self.make_keys()
        self.sign_with(*keys)
        with patch.object(core_sign.importlib.util, "find_spec", lambda name: None):
            self.alias_domain.invalidate_recordset()
            self.server.invalidate_recordset()
            self.assertIn("pip install dkimpy", self.alias_domain.dkim_problem)
            self.assertIn("pip install dkimpy", self.server.dkim_note)
            keys.check_dns__()
        self.assertEqual(set(keys.mapped("stop_reason")), {"packages"})
        keys.check_dns__()
        self.assertEqual(set(keys.mapped("state")), {"signing"})

    def test_rsa_alone_where_pynacl_is_not_there(self):
        def find_spec(name):
            return None if name == "nacl" else object()

        with patch.object(core_sign.importlib.util, "find_spec", find_spec):
            self.assertEqual(self.make_keys().mapped("algorithm"), ["rsa"])

    # ------------------------------------------------------------
    # ROTATION
    # ------------------------------------------------------------

    def test_a_newer_key_takes_over_once_it_is_there(self):
        old = self.make_keys()
        self.sign_with(*old)
        new = self.make_keys() - old
        self.assertEqual(len(new), 2)
        self.assertFalse(set(old.mapped("selector")) & set(new.mapped("selector")))
        self.send_mail()
        self.assertEqual(sorted(self.verified(self.received())), sorted(old.mapped("selector")))
        self.publish(*old, *new)
        new.check_dns__()
        self.assertEqual(set(old.mapped("state")), {"retiring"})
        self.assertIn("Keep the record", old[0].state_sentence)
        self.send_mail()
        self.assertEqual(sorted(self.verified(self.received())), sorted(new.mapped("selector")))
        self.env.cr.execute("SELECT private_key FROM mail_dkim_key WHERE id IN %s", [old._ids])
        self.assertEqual(set(self.env.cr.fetchall()), {(None,)})
        old.retired_at = fields.Datetime.now()
        self.run_cron()
        self.assertEqual(set(old.mapped("state")), {"retired"})
        self.assertIn("remove the record", old[0].state_sentence)

    def test_a_new_key_that_is_never_published_changes_nothing(self):
        old = self.make_keys()
        self.sign_with(*old)
        self.make_keys()
        self.run_cron()
        self.assertEqual(set(old.mapped("state")), {"signing"})

    # ------------------------------------------------------------
    # WHO KNOWS OF IT
    # ------------------------------------------------------------

    def verdict(self):
        check = self.alias_domain._new_check()
        check._check_dns__()
        sentences = [item["sentence"] for item in check.findings if item["kind"] == "alignment"]
        return next(text for text in sentences if "Transactional" in text)

    def test_the_alignment_verdict(self):
        self.server.from_filter = "acme.test"
        self.assertIn("it does not sign with DKIM", self.verdict())
        keys = self.make_keys()
        self.assertIn("there is no usable DKIM key", self.verdict())
        self.publish(*keys)
        self.assertNotIn("DKIM key", self.verdict())
        self.assertEqual(set(keys.mapped("state")), {"signing"})

    def test_the_simulator(self):
        def signature(sender="me@acme.test"):
            simulation = self.env["ir.mail_server.simulate"].create({"email_from": sender})
            return simulation.signature

        self.assertIn("no key of acme.test is in use", signature())
        keys = self.make_keys()
        self.sign_with(*keys)
        self.assertIn(keys[0].record_name, signature())
        self.server.dkim_sign = False
        self.assertIn("Odoo does not sign it", signature())

    def test_the_server_says_whom_it_signs_for(self):
        self.assertIn("Nothing is signed yet", self.server.dkim_note)
        self.sign_with(*self.make_keys())
        self.server.invalidate_recordset()
        self.assertEqual(self.server.dkim_note, "Signed are the e-mails of acme.test.")

    def test_choosing_servers_in_the_assistant(self):
        self.newsletters.action_unarchive()
        self.assertEqual(self.alias_domain.dkim_server_ids, self.server)
        self.alias_domain.dkim_server_ids = self.newsletters
        self.assertEqual((self.server.dkim_sign, self.newsletters.dkim_sign), (False, True))

    def test_a_copy_of_the_database_has_no_private_key(self):
        keys = self.make_keys()
        self.sign_with(*keys)
        [query] = self.neutralization_queries()
        self.env.cr.execute(query)
        keys.invalidate_recordset()
        self.assertFalse(any(key.private for key in keys._with_private_parts__()))
        self.assertEqual(set(keys.mapped("state")), {"stopped"})

    def neutralization_queries(self):
        from odoo.modules.neutralize import get_neutralization_queries

        return list(get_neutralization_queries(["email_communication"]))

    def test_the_private_key_is_what_signs(self):
        key = self.make_keys().filtered(lambda key: key.algorithm == "ed25519")
        [secret] = key._with_private_parts__()
        self.assertEqual(len(base64.b64decode(secret.private)), 32)
