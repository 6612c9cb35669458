import contextlib
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.incoming_run import STEP_CHARS, STEPS_KEPT, Observed
from ..models.incoming_step_words import STEPS, VERDICTS, tell
from .incoming_common import IncomingCase

MUTED = ("odoo.addons.mail.models.mail_thread", "odoo.addons.mail.models.mail_alias")


class StepsCase(IncomingCase):
    """Mixin: mails are processed by a call, and their rows tell the steps."""

    def setUp(self):
        super().setUp()
        self.enterContext(mute_logger(*MUTED))

    def receive(self, raw=None, model=None, **headers):
        raw = raw or self.raw_mail(**headers)
        self.env["mail.thread"].message_process(model, raw)
        return self.env["mail.incoming"].search([], limit=1, order="id desc")

    def fails(self, **headers):
        """The steps of a mail that Odoo refuses; here nothing outlives the test's transaction."""
        row = self.env["mail.incoming"]._spool([(self.raw_mail(**headers), {})])
        with contextlib.suppress(ValueError):  # without a savepoint, so that the row stays as it is
            row._process()
        return row

    def codes(self, row):
        return [step["code"] for step in row.steps]

    def values(self, row, code):
        found = [step["values"] for step in row.steps if step["code"] == code]
        self.assertTrue(found, f"{code} is not among {self.codes(row)}")
        return found[0]

    @contextlib.contextmanager
    def other_app(self, addon):
        """As if a module with that class for mail.thread had been loaded after ours."""
        model = self.env.registry["mail.thread"]
        bases = model.__bases__
        model.__bases__ = (addon, *bases)
        try:
            yield
        finally:
            model.__bases__ = bases


@tagged("post_install", "-at_install")
class TestIncomingSteps(StepsCase, TransactionCase):
    """Each mail tells the way that it took, with the values that decided."""

    def test_a_mail_to_an_alias_by_its_full_address(self):
        row = self.receive()
        self.assertEqual(self.values(row, "alias"), {"alias": "contacts@acme.test"})
        self.assertEqual(self.values(row, "creates")["model"], "res.partner")
        # The contact that it has made is its author.
        self.assertEqual(
            self.values(row, "author"), {"partner": "Question 1", "address": "carl@customer.test"}
        )
        self.assertEqual(self.values(row, "no_user")["address"], "carl@customer.test")
        self.assertLess(self.codes(row).index("no_bounce"), self.codes(row).index("alias"))
        for sentence in ("contacts@acme.test has exactly this address", "creates a new record"):
            self.assertIn(sentence, row.steps_html)

    def test_an_author_whom_nobody_knows(self):
        self.alias.alias_model_id = self.env["ir.model"]._get_id("crm.lead")
        row = self.receive()
        self.assertEqual(self.values(row, "no_author"), {"address": "carl@customer.test"})
        self.assertEqual(self.codes(row)[-1], "no_author")

    def test_a_mail_to_an_alias_by_its_local_part(self):
        self.alias.alias_incoming_local = True
        row = self.receive(to="contacts@elsewhere.test")
        self.assertEqual(
            self.values(row, "alias_local"),
            {"alias": "contacts", "address": "contacts@elsewhere.test"},
        )

    def test_two_aliases(self):
        self.alias.copy({"alias_name": "people"})
        row = self.receive(to="contacts@acme.test, people@acme.test")
        found = [step["values"]["alias"] for step in row.steps if step["code"] == "alias"]
        self.assertEqual(sorted(found), ["contacts@acme.test", "people@acme.test"])

    def test_an_answer_names_the_message_and_the_header(self):
        partner = self.env["res.partner"].create({"name": "Carla"})
        message = partner.message_post(body="Hello", message_type="comment")
        for header, name in (("In_Reply_To", "In-Reply-To"), ("References", "References")):
            with self.subTest(header=header):
                row = self.receive(
                    raw=self.raw_mail(header, to="x@acme.test", **{header: message.message_id})
                )
                values = self.values(row, "reply")
                self.assertEqual(values["message_id"], message.message_id)
                self.assertEqual(values["header"], name)
                self.assertEqual((values["model"], values["res_id"]), partner_key(partner))
                self.assertEqual(self.values(row, "updates")["res_id"], partner.id)
                self.assertIn("Carla", row.steps_html)

    def test_the_thread_is_told_where_odoo_finds_another_than_the_parent(self):
        """The parent is looked for in In-Reply-To first, the thread in all references."""
        old, new = self.env["res.partner"].create([{"name": "Old"}, {"name": "New"}])
        first = old.message_post(body="Hello", message_type="comment")
        last = new.message_post(body="Hello", message_type="comment")
        row = self.receive(
            to="x@acme.test", In_Reply_To=first.message_id, References=last.message_id
        )
        replies = [step["values"]["res_id"] for step in row.steps if step["code"] == "reply"]
        self.assertEqual(replies, [old.id, new.id])
        self.assertEqual(self.values(row, "updates")["res_id"], new.id)

    def test_an_answer_to_nothing(self):
        row = self.receive(In_Reply_To="<nobody@knows.test>")
        self.assertIn("<nobody@knows.test>", self.values(row, "reply_unknown")["references"])

    def test_a_forwarded_mail_goes_to_the_alias_of_another_model(self):
        company = self.env.company.partner_id
        message = company.message_post(body="Hello", message_type="comment")
        self.alias.copy(
            {"alias_name": "leads", "alias_model_id": self.env["ir.model"]._get_id("crm.lead")}
        )
        row = self.receive(to="leads@acme.test", In_Reply_To=message.message_id)
        self.assertIn("reply_forward", self.codes(row))
        self.assertEqual(self.values(row, "creates")["model"], "crm.lead")

    def test_an_alias_that_does_not_accept_the_sender(self):
        self.alias.alias_contact = "partners"
        row = self.receive()
        values = self.values(row, "contact_refused")
        self.assertEqual((values["alias"], values["rule"]), ("contacts@acme.test", "partners"))
        self.assertTrue(values["reason"])
        self.assertIn("Authenticated Partners", row.steps_html)
        self.assertEqual(self.values(row, "answered")["address"], '"Carl" <carl@customer.test>')
        self.assertNotIn("creates", self.codes(row))
        self.assertEqual(self.codes(row)[-2:], ["contact_refused", "answered"])

    def test_an_author_who_is_known(self):
        self.alias.alias_contact = "partners"
        self.env["res.partner"].create({"name": "Carla", "email": "carl@customer.test"})
        row = self.receive()
        self.assertEqual(self.values(row, "contact_accepted")["rule"], "partners")
        self.assertEqual(
            self.values(row, "author"), {"partner": "Carla", "address": "carl@customer.test"}
        )

    def test_an_author_who_is_a_user(self):
        new_test_user(self.env, "erin", name="Erin", email="erin@acme.test")
        row = self.receive(sender="erin@acme.test")
        self.assertEqual(self.values(row, "user"), {"user": "Erin", "address": "erin@acme.test"})
        self.assertEqual(self.values(row, "author_user")["partner"], "Erin")

    def test_a_mail_to_the_catchall(self):
        row = self.receive(to="catchall@acme.test")
        self.assertEqual(self.values(row, "catchall")["address"], "catchall@acme.test")

    def test_the_model_of_the_mailbox(self):
        row = self.receive(to="anybody@acme.test", model="res.partner")
        self.assertEqual(self.values(row, "fallback")["model"], "res.partner")
        self.assertEqual(self.values(row, "no_alias")["recipients"], "anybody@acme.test")

    def test_a_mail_that_belongs_nowhere(self):
        row = self.fails(to="anybody@acme.test")
        self.assertEqual(row.state, "unrouted")
        self.assertEqual(self.codes(row)[-1], "no_route")

    def test_a_record_that_cannot_be_made(self):
        model = type(self.env["res.partner"])
        broken = patch.object(model, "message_new", side_effect=ValueError("No room for it"))
        with broken, patch.object(type(self.alias), "_alias_bounce_incoming_email"):
            row = self.fails()
        self.assertIn("No room for it", self.values(row, "failed")["reason"])
        self.assertIn("creates", self.codes(row))

    def test_bounces_tell_what_makes_them_one(self):
        message = self.env.company.partner_id.message_post(body="Hello", message_type="comment")
        report = 'multipart/report; report-type=delivery-status; boundary="x"'
        part = b"--x\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n--x--\r\n"
        for code, headers in (
            ("bounce_address", {"to": "bounce@acme.test"}),
            ("bounce_sender", {"sender": "mailer-daemon@customer.test"}),
            ("bounce_report", {"Content_Type": report}),
        ):
            with self.subTest(code=code):
                raw = self.raw_mail(code, References=message.message_id, **headers)
                row = self.receive(raw=raw + part)
                self.assertIn(code, self.codes(row))
                self.assertNotIn("no_bounce", self.codes(row))

    def test_a_loop_notice_and_its_answer(self):
        row = self.receive(References="<1-loop-detection-bounce-email@acme.test>")
        self.assertIn("-loop-detection-bounce-email", self.values(row, "loop_header")["references"])
        self.assertNotIn("alias", self.codes(row))

    def test_too_many_from_one_sender(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 1)
        self.receive()
        row = self.receive(raw=self.raw_mail(2))
        self.assertEqual(row.state, "held")
        self.assertIn("loop_held", self.codes(row))
        self.assertNotIn("no_loop_sender", self.codes(row))

    def test_a_duplicate(self):
        self.receive()
        row = self.receive(raw=self.raw_mail() + b"\r\n")
        self.assertIn("<1.", self.values(row, "duplicate")["message_id"])

    # ------------------------------------------------------------
    # OTHER APPS
    # ------------------------------------------------------------

    def test_a_route_that_another_app_chooses(self):
        partner = self.env["res.partner"].create({"name": "Chosen"})
        with self.other_app(Choosing):
            row = self.receive()
        self.assertIn("other_route", self.codes(row))
        self.assertEqual(self.values(row, "updates")["res_id"], partner.id)
        self.assertNotIn("creates", self.codes(row))
        self.assertEqual(self.values(row, "other_dropped")["model"], "res.partner")

    def test_an_end_that_another_app_puts(self):
        with self.other_app(Ending):
            row = self.receive()
        self.assertEqual(self.codes(row)[-1], "other_stopped")

    def test_an_end_that_another_app_takes_away(self):
        with self.other_app(GoingOn):
            row = self.receive(References="<1-loop-detection-bounce-email@acme.test>")
        self.assertIn("other_went_on", self.codes(row))
        self.assertEqual((row.state, row.reason), ("done", "created"))

    def test_a_user_and_an_author_whom_another_app_names(self):
        new_test_user(self.env, "erin", name="Erin")
        self.env["res.partner"].create({"name": "Frank"})
        with self.other_app(Naming):
            row = self.receive()
        self.assertEqual(self.values(row, "user_other"), {"user": "Erin"})
        self.assertEqual(self.values(row, "author_other")["partner"], "Frank")

    # ------------------------------------------------------------
    # WORDS
    # ------------------------------------------------------------

    def test_every_step_has_its_words(self):
        steps = [{"code": code, "values": {}} for code in STEPS]
        for told in tell(self.env, steps):
            with self.subTest(code=told["code"]):
                self.assertTrue(told["title"] and told["verdict_title"] and told["icon"])
                self.assertTrue(told["sentence"])
                self.assertNotIn("%(", told["sentence"])
        self.assertLessEqual({words.verdict for words in STEPS.values()}, set(VERDICTS))

    def test_a_step_of_an_addon_that_is_gone_is_still_shown(self):
        told = tell(self.env, [{"code": "gone", "values": {"number": 3}}])
        self.assertEqual(told[0]["sentence"], "gone (number: 3)")

    def test_what_strangers_wrote_is_text(self):
        row = self.receive(Subject="<b>x</b>", sender="<script>alert(1)</script>@customer.test")
        self.assertNotIn("<script", str(row.steps_html))
        self.assertNotIn("<b>x", str(row.steps_html))

    def test_steps_are_bounded(self):
        observed = Observed(b"")
        for number in range(STEPS_KEPT + 5):
            observed.step("read", sender="\0" + "x" * 1_000_000, recipients=number)
        self.assertEqual(len(observed.steps), STEPS_KEPT)
        self.assertEqual(len(observed.steps[0]["values"]["sender"]), STEP_CHARS)

    # ------------------------------------------------------------
    # CHATTER
    # ------------------------------------------------------------

    def test_the_chatter_tells_shortly_how_a_mail_came_in(self):
        thread = self.env["mail.thread"].with_context(default_fetchmail_server_id=self.mailbox.id)
        thread.message_process(None, self.raw_mail())
        message = self.partners().message_ids.filtered(lambda item: item.message_type == "email")
        told = message.get_incoming()
        self.assertIn("“Mailbox of acme.test”", told["sentence"])
        self.assertIn("to contacts@acme.test", told["sentence"])
        self.assertIn("It created this record (Contact)", told["sentence"])
        self.assertEqual(self.env["mail.incoming"].browse(told["incoming_id"]).state, "done")

    def test_only_internal_users_with_the_record_see_it(self):
        self.receive(to="contacts@acme.test", Delivered_To="secret@acme.test")
        message = self.partners().message_ids.filtered(lambda item: item.message_type == "email")
        employee = new_test_user(self.env, "erin", groups="base.group_user")
        told = message.with_user(employee).get_incoming()
        self.assertIn("contacts@acme.test", told["sentence"])
        self.assertNotIn("secret", told["sentence"])
        self.assertFalse(told["incoming_id"])
        portal = new_test_user(self.env, "paul", groups="base.group_portal")
        self.partners().message_subscribe(portal.partner_id.ids)
        with self.assertRaises(AccessError):
            message.with_user(portal).get_incoming()
        hidden = self.env["mail.alias.domain"].search([], limit=1).message_post(body="Secret")
        with self.assertRaises(AccessError):
            hidden.with_user(employee).get_incoming()

    def test_a_message_that_nobody_recorded(self):
        message = self.env.company.partner_id.message_post(body="Hello")
        self.assertIn("not recorded", message.get_incoming()["sentence"])


def partner_key(partner):
    return partner._name, partner.id


class Choosing:
    __slots__ = ()

    def message_route(self, message, message_dict, model=None, *args, **kwargs):
        routes = super().message_route(message, message_dict, model, *args, **kwargs)
        partner = self.env["res.partner"].search([("name", "=", "Chosen")])
        return [("res.partner", partner.id, *route[2:4], None) for route in routes]


class Ending:
    __slots__ = ()

    def _detect_loop_headers(self, msg_dict):
        return True


class GoingOn:
    __slots__ = ()

    def _detect_loop_headers(self, msg_dict):
        return super()._detect_loop_headers(msg_dict) and False


class Naming:
    __slots__ = ()

    def message_route(self, message, message_dict, *args, **kwargs):
        routes = super().message_route(message, message_dict, *args, **kwargs)
        message_dict["author_id"] = self.env["res.partner"].search([("name", "=", "Frank")]).id
        user = self.env["res.users"].search([("login", "=", "erin")])
        return [(*route[:3], user.id, route[4]) for route in routes]
