from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.mail_incoming_retention import SOURCE_DAYS_PARAMETER
from .incoming_common import IncomingCase

NOWHERE = "help@acme.test"


@tagged("post_install", "-at_install")
class TestIncomingActions(IncomingCase, TransactionCase):
    """What an administrator does with mails that wait for a decision, and what time does."""

    def receive(self, *raws):
        self.deliver(*raws)
        self.fetch()
        return self.spooled()[-len(raws) :]

    def route(self, rows, **values):
        with self.registry_cursor() as env:
            route = env["mail.incoming.route"].create({"incoming_ids": rows.ids, **values})
            route.action_apply()
        self.env.invalidate_all()

    def alerts(self):
        return self.env["mail.activity"].search([("automated", "=", True)])

    # ------------------------------------------------------------
    # DESTINATIONS
    # ------------------------------------------------------------

    def test_a_record_is_chosen(self):
        partner = self.env["res.partner"].create({"name": "Topic"})
        row = self.receive(self.raw_mail(to=NOWHERE))
        self.assertEqual(row.state, "unrouted")
        self.route(row, kind="record", record_ref=f"res.partner,{partner.id}")
        self.assertEqual((row.state, row.reason), ("done", "reply"))
        self.assertEqual((row.res_model, row.res_id), ("res.partner", partner.id))
        message = partner.message_ids[0]
        self.assertEqual(message.message_id, row.message_id)
        self.assertEqual(message.email_from, '"Carl" <carl@customer.test>')
        self.assertEqual(str(message.date), "2026-11-02 10:00:00")

    def test_a_new_record_is_chosen(self):
        row = self.receive(self.raw_mail(to=NOWHERE))
        self.route(row, kind="new_record", model_id=self.env["ir.model"]._get_id("res.partner"))
        self.assertEqual((row.state, row.reason), ("done", "created"))
        self.assertEqual(self.partners().ids, [row.res_id])

    def test_an_alias_is_chosen(self):
        self.alias.alias_defaults = "{'ref': 'by alias'}"
        row = self.receive(self.raw_mail(to=NOWHERE))
        self.route(row, kind="alias", alias_id=self.alias.id)
        self.assertEqual(self.partners().mapped("ref"), ["by alias"])

    def test_a_new_alias_takes_all_that_waits_for_its_address(self):
        rows = self.receive(
            self.raw_mail(1, to=NOWHERE),
            self.raw_mail(2, to="other@acme.test"),
            self.raw_mail(3, to=f"Help <{NOWHERE}>"),
        )
        self.assertEqual(set(rows.mapped("state")), {"unrouted"})
        alert = self.alerts()
        self.assertEqual(len(alert), 1)
        partners = self.env["ir.model"]._get_id("res.partner")
        self.route(rows[0], kind="new_alias", model_id=partners)
        self.assertEqual(rows.mapped("state"), ["done", "unrouted", "done"])
        self.assertTrue(alert.active)
        rows[1].action_dismiss()
        self.assertFalse(alert.active)

    def test_an_address_that_cannot_be_an_alias_is_told(self):
        row = self.receive(self.raw_mail(to="help@elsewhere.test"))
        partners = self.env["ir.model"]._get_id("res.partner")
        with self.assertRaisesRegex(UserError, "one of the alias domains"):
            self.route(row, kind="new_alias", model_id=partners)

    def test_the_likely_thread_is_offered(self):
        partner = self.env["res.partner"].create({"name": "Carl", "email": "carl@customer.test"})
        message = partner.message_post(subject="Your offer", body="Hello", partner_ids=partner.ids)
        by_subject, quoting = self.receive(
            self.raw_mail(1, to=NOWHERE, Subject="AW: Re: Your offer"),
            self.raw_mail(2, to=NOWHERE, X_Original_Reference=message.message_id),
        )
        for row in (by_subject, quoting):
            route = self.env["mail.incoming.route"].create({"incoming_ids": row.ids})
            self.assertIn("It probably belongs to “Carl”", route.suggestion)
            self.assertEqual(route.record_ref, partner)

    # ------------------------------------------------------------
    # OTHER DECISIONS
    # ------------------------------------------------------------

    def test_a_bounce_is_sent(self):
        row = self.receive(self.raw_mail(to=NOWHERE, sender="bounced@customer.test"))
        row.action_bounce()
        self.assertEqual((row.state, row.reason, row.answered), ("ignored", "bounced", True))
        peers = (self.sandbox.smtp, self.sandbox.smtp2)
        sent = [m for peer in peers for m in peer.received if "bounced@customer.test" in m.rcpt_tos]
        self.assertEqual(len(sent), 1)

    def test_what_is_done_is_not_processed_again(self):
        row = self.receive(self.raw_mail())
        self.process(row)
        self.assertEqual(len(self.partners()), 1)

    def test_a_duplicate_is_processed_by_hand(self):
        first, second = self.receive(self.raw_mail(), self.raw_mail())
        self.assertEqual((second.reason, second.res_id), ("duplicate", first.res_id))
        self.process(second)
        self.assertEqual((second.state, second.reason), ("done", "created"))
        self.assertEqual(len(self.partners()), 2)

    def process(self, rows):
        with self.registry_cursor() as env:
            rows.with_env(env).action_process()
        self.env.invalidate_all()

    def test_a_damaged_source_is_told(self):
        row = self.receive(self.raw_mail(to=NOWHERE))
        self.env.cr.execute(
            "UPDATE mail_incoming_source SET raw = 'x' WHERE incoming_id = %s", [row.id]
        )
        self.process(row)
        self.assertEqual((row.state, row.reason), ("failed", "source"))

    def test_in_a_transaction_of_a_test(self):
        """Where nothing can be committed, it works all the same."""
        row = self.receive(self.raw_mail(to=NOWHERE))
        self.alias.copy({"alias_name": "help"})
        row.action_process()
        self.assertEqual((row.state, row.reason), ("done", "created"))

    def test_preview(self):
        row = self.receive(
            self.raw_mail(to=NOWHERE, Content_Type="text/html").replace(
                b"Hello", b'<img src="http://x.test/1.png"/><script>alert(1)</script><b>Hello</b>'
            )
        )
        preview = self.env["mail.incoming.preview"].create({"incoming_id": row.id})
        self.assertIn("*Hello*, this is mail 1.", preview.body)
        self.assertNotIn("<script>", preview.body)
        self.assertIn("Subject: Question 1", preview.headers)

    # ------------------------------------------------------------
    # RIGHTS
    # ------------------------------------------------------------

    def test_only_administrators(self):
        row = self.receive(self.raw_mail())
        employee = new_test_user(self.env, "incoming_employee", groups="base.group_user")
        for name in ("action_process", "action_dismiss", "action_bounce"):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                getattr(row.with_user(employee), name)()
        administrator = new_test_user(self.env, "incoming_admin", groups="base.group_system")
        self.assertEqual(row.with_user(administrator).subject, "Question 1")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.env["mail.incoming.source"].with_user(administrator).search([])

    def test_the_company_of_the_mailbox(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.mailbox.company_id = other
        self.mailbox.object_id = self.env["ir.model"]._get_id("crm.lead")
        row = self.receive(self.raw_mail(to="x@elsewhere.test"))
        self.assertEqual(row.company_id, other)
        self.assertEqual(self.env["crm.lead"].browse(row.res_id).company_id, other)
        administrator = new_test_user(self.env, "incoming_admin", groups="base.group_system")
        self.assertFalse(
            self.env["mail.incoming"].with_user(administrator).search([("id", "=", row.id)])
        )
        administrator.company_ids += other
        both = self.env["mail.incoming"].with_user(administrator)
        both = both.with_context(allowed_company_ids=(administrator.company_id + other).ids)
        self.assertTrue(both.search([("id", "=", row.id)]))

    # ------------------------------------------------------------
    # TIME
    # ------------------------------------------------------------

    def age(self, rows, days):
        date = fields.Datetime.now() - timedelta(days=days)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_incoming SET create_date = %s, processed_at = %s WHERE id IN %s",
            [date, date, tuple(rows.ids)],
        )
        self.env.invalidate_all()

    def test_sources_go_after_a_week_and_rows_after_two_months(self):
        done, waiting = self.receive(self.raw_mail(1), self.raw_mail(2, to=NOWHERE))
        spool = self.env["mail.incoming"]
        self.age(done + waiting, 6)
        spool._gc_sources()
        self.assertTrue(done.has_source)
        self.age(done + waiting, 8)
        spool._gc_sources()
        self.env.invalidate_all()
        self.assertEqual((done.has_source, waiting.has_source), (False, True))
        self.age(done, 61)
        spool._gc_rows()
        self.assertFalse(done.exists())

    def test_sources_stay_where_originals_are_kept_and_go_at_once_where_wanted(self):
        self.mailbox.original = True
        row = self.receive(self.raw_mail())
        self.age(row, 30)
        self.env["mail.incoming"]._gc_sources()
        self.assertTrue(row.has_source)
        self.mailbox.original = False
        self.env["ir.config_parameter"].set_param(SOURCE_DAYS_PARAMETER, "0")
        row = self.receive(self.raw_mail(2))
        self.assertFalse(row.has_source)
        self.assertTrue(self.receive(self.raw_mail(3, to=NOWHERE)).has_source)

    def test_what_waits_expires_after_somebody_was_told(self):
        row = self.receive(self.raw_mail(to=NOWHERE))
        spool, before = self.env["mail.incoming"], self.alerts()
        self.age(row, 55)
        spool._gc_waiting()
        told = self.alerts() - before
        self.assertEqual(len(told), 1)
        self.assertIn("1 incoming emails", told.note)
        self.assertEqual(row.state, "unrouted")
        self.age(row, 61)
        spool._gc_waiting()
        self.assertEqual((row.state, row.reason), ("ignored", "expired"))
        self.assertFalse(told.active)

    # ------------------------------------------------------------
    # SETTINGS
    # ------------------------------------------------------------

    def test_settings_say_what_waits(self):
        self.receive(self.raw_mail(to=NOWHERE))
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.incoming_decision_count, 1)
        self.assertFalse(settings.incoming_is_stopped)
        settings.incoming_workers = "2"
        settings.execute()
        crons = self.env["mail.incoming"]._crons()
        self.assertEqual(crons.mapped("active"), [True, True, False])
        crons.active = False
        self.assertTrue(self.env["res.config.settings"].create({}).incoming_is_stopped)


@tagged("post_install", "-at_install")
class TestIncomingSource(HttpCase):
    def test_download(self):
        raw = b"Subject: Hello\r\n\r\n<script>"
        row = self.env["mail.incoming"]._spool([(raw, {})])
        url = f"/email_communication/incoming/{row.id}.eml"
        self.authenticate("admin", "admin")
        answer = self.url_open(url)
        self.assertEqual(answer.content, raw)
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        new_test_user(self.env, "incoming_employee", groups="base.group_user")
        self.authenticate("incoming_employee", "incoming_employee")
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_model"):
            self.assertEqual(self.url_open(url).status_code, 403)
