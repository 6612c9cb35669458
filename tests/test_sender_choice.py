from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..core.outgoing.selection import SenderRule
from ..models.sender_choice import CHOICE_NOTES, SENDER_RULES, ChoiceNotes, sender_rule_titles
from . import addon_beside


@tagged("post_install", "-at_install")
class TestChoiceNotes(TransactionCase):
    """While mails are split by server, the choice of each is noted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].search([]).action_archive()
        domains = cls.env["mail.alias.domain"].create([{"name": "acme.test"}, {"name": "b.test"}])
        cls.env.company.alias_domain_id, cls.other_domain = domains
        cls.acme, cls.b = cls.env["ir.mail_server"].create(
            [
                {"name": "Acme", "smtp_host": "a", "from_filter": "acme.test, *.acme.test"},
                {"name": "B", "smtp_host": "b", "from_filter": "ada@acme.test, b.test"},
            ]
        )

    def mail(self, email_from, **values):
        return self.env["mail.mail"].create(
            {"email_from": email_from, "email_to": "carl@customer.test", **values}
        )

    def split(self, mails):
        notes = ChoiceNotes()
        batches = list(mails.with_context(**{CHOICE_NOTES: notes})._split_by_mail_configuration())
        return notes, batches

    def noted(self, mail):
        notes, _batches = self.split(mail)
        choice = notes.of(mail.id)
        return choice.server_id, choice.rule.value, choice.smtp_from

    def test_every_mail_of_a_batch_has_its_own(self):
        by_address = self.mail("Ada <ada@acme.test>")
        by_domain = self.mail("bob@acme.test")
        by_subdomain = self.mail("bob@shop.acme.test")
        notification = self.mail("carl@elsewhere.example")
        elsewhere = self.mail("carl@elsewhere.example", record_alias_domain_id=self.other_domain.id)
        requested = self.mail("bob@acme.test", mail_server_id=self.b.id)
        mails = by_address + by_domain + by_subdomain + notification + elsewhere + requested
        notes, batches = self.split(mails)
        self.assertEqual(batches, list(mails._split_by_mail_configuration()))
        for mail, server, rule, smtp_from in [
            (by_address, self.b, SenderRule.ADDRESS, '"Ada" <ada@acme.test>'),
            (by_domain, self.acme, SenderRule.DOMAIN, "bob@acme.test"),
            (by_subdomain, self.acme, SenderRule.SUBDOMAIN, "bob@shop.acme.test"),
            (notification, self.acme, SenderRule.NOTIFICATION, "notifications@acme.test"),
            (elsewhere, self.b, SenderRule.NOTIFICATION, "notifications@b.test"),
            (requested, self.b, SenderRule.REQUESTED, "bob@acme.test"),
        ]:
            with self.subTest(rule=rule, server=server.name):
                choice = notes.of(mail.id)
                self.assertEqual(choice.server_id, server.id)
                self.assertEqual(choice.server_name, server.name)
                self.assertEqual(choice.rule, rule)
                self.assertEqual(choice.smtp_from, smtp_from)
        self.assertIsNone(notes.of(mails[-1].id + 1))

    def test_the_personal_server_of_one_author_is_not_for_the_others(self):
        owner = new_test_user(self.env, "owner", email="owner@personal.example")
        personal = self.env["ir.mail_server"].create(
            {
                "name": "Personal",
                "smtp_host": "p",
                "from_filter": "owner@personal.example",
                "owner_user_id": owner.id,
            }
        )
        mine = self.mail("owner@personal.example")
        mine.mail_message_id.sudo()._write({"create_uid": owner.id})
        mine.mail_message_id.invalidate_recordset()
        other = self.mail("owner@personal.example")
        notes, _batches = self.split(mine + other)
        self.assertEqual(notes.of(mine.id).server_id, personal.id)
        self.assertEqual(notes.of(mine.id).rule, SenderRule.ADDRESS)
        self.assertEqual(notes.of(other.id).server_id, self.acme.id)
        self.assertEqual(notes.of(other.id).rule, SenderRule.NOTIFICATION)

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_the_command_line(self):
        (self.acme + self.b).action_archive()
        mail = self.mail("bob@acme.test")
        notes, _batches = self.split(mail)
        self.assertIsNone(notes.of(mail.id).server_id)
        self.assertEqual(notes.of(mail.id).rule, SenderRule.COMMAND_LINE)
        self.assertIn("the command line", notes.of(mail.id).server_name)

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_what_another_app_decides_is_told_as_that(self):
        self.b.name = addon_beside.SPECIAL
        mail = self.mail("bob@acme.test")
        for addon in addon_beside.ADDONS:
            if addon is addon_beside.Excluding:
                self.b.name, self.acme.name = "B", addon_beside.SPECIAL
            for before_ours in (True, False):
                with (
                    self.subTest(addon=addon.__name__, before_ours=before_ours),
                    addon_beside.loaded(self.env, addon, before_ours),
                ):
                    rule = "domain" if addon is addon_beside.Rotating else "other"
                    self.assertEqual(self.noted(mail)[1], rule)
        self.assertEqual(self.noted(mail)[1], "domain")

    def test_noting_asks_the_database_nothing(self):
        mails = sum(
            (
                self.mail(f"ada{number}@{domain}")
                for number in range(3)
                for domain in ("b.test", "")
            ),
            self.mail("bob@acme.test", record_alias_domain_id=self.other_domain.id),
        )

        def queries(mails):
            self.env.flush_all()
            self.env.invalidate_all()
            self.env.cr.cache.clear()
            before = self.env.cr.sql_log_count
            self.assertTrue(list(mails._split_by_mail_configuration()))
            return self.env.cr.sql_log_count - before

        queries(mails)  # whatever the registry reads once
        # An environment of its own for both: each reads its user once
        self.assertEqual(
            queries(mails.with_context(**{CHOICE_NOTES: ChoiceNotes()})),
            queries(mails.with_context(**{CHOICE_NOTES: None})),
        )

    def test_a_context_from_outside_is_ignored(self):
        mail = self.mail("bob@acme.test")
        for made_up in (True, {"choices": {}}, "notes"):
            batches = mail.with_context(**{CHOICE_NOTES: made_up})._split_by_mail_configuration()
            self.assertEqual(list(batches), list(mail._split_by_mail_configuration()))

    def test_two_runs_never_share_their_notes(self):
        first, second = ChoiceNotes(), ChoiceNotes()
        mails = self.env["mail.mail"].with_context(**{CHOICE_NOTES: first})
        self.assertIs(ChoiceNotes.of_context(mails.env), first)
        mails = mails.with_context(**{CHOICE_NOTES: second})
        self.assertIs(ChoiceNotes.of_context(mails.env), second)


@tagged("post_install", "-at_install")
class TestSenderRules(TransactionCase):
    def test_every_rule_has_a_title_and_a_sentence(self):
        self.assertEqual(list(SENDER_RULES), list(SenderRule))
        servers = self.env["ir.mail_server"]
        for rule, title in sender_rule_titles(self.env):
            sentence = servers._sender_rule_sentence(rule, "Acme", "Ada <ada@acme.test>")
            self.assertIn("Acme", sentence)
            self.assertTrue(title)
