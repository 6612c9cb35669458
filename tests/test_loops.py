from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.ir_config_parameter import LOOP_POLICY_PARAMETER
from .incoming_common import IncomingCase

LIMIT = 3
ROBOT = "robot@customer.test"


class LoopCase(IncomingCase):
    """Mixin: three mails of one sender are enough, and mails are handed over as fetched ones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parameters = cls.env["ir.config_parameter"]
        cls.parameters.set_param("mail.gateway.loop.threshold", LIMIT)
        cls.parameters.set_param("mail.gateway.loop.minutes", 60)
        cls.spool = cls.env["mail.incoming"]

    def setUp(self):
        super().setUp()
        self.enterContext(
            mute_logger("odoo.addons.mail.models.mail_thread", "odoo.addons.mail.models.mail_alias")
        )
        self.number = 0
        for peer in (self.sandbox.smtp, self.sandbox.smtp2):
            peer.reset()

    def send(self, count=1, sender=ROBOT, **headers):
        """Mails to the alias, one after another; returns their rows."""
        first = self.number + 1
        self.number += count
        for number in range(first, self.number + 1):
            raw = self.raw_mail(number, sender=sender, **headers)
            self.env["mail.thread"].message_process(False, raw)
        return self.spool.search([], limit=count, order="id desc").sorted("id")

    def states(self, rows):
        return [(row.state, row.reason) for row in rows]

    def notices(self, address=ROBOT):
        peers = (self.sandbox.smtp, self.sandbox.smtp2)
        return [mail for peer in peers for mail in peer.received if address in mail.rcpt_tos]

    def alerts(self):
        return self.env["mail.activity"].search([("automated", "=", True)])

    def age(self, rows, minutes):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_incoming SET create_date = create_date - %s * interval '1 minute', "
            "loop_told_at = loop_told_at - %s * interval '1 minute' WHERE id IN %s",
            [minutes, minutes, tuple(rows.ids)],
        )
        self.env.invalidate_all()


HELD = ("held", "loop_sender")
CREATED = ("done", "created")


@tagged("post_install", "-at_install")
class TestLoops(LoopCase, TransactionCase):
    """Too many mails from one sender are held, and nobody else's."""

    # ------------------------------------------------------------
    # WHAT COUNTS
    # ------------------------------------------------------------

    def test_what_is_too_much_is_held(self):
        rows = self.send(LIMIT + 2)
        self.assertEqual(self.states(rows), [CREATED] * LIMIT + [HELD] * 2)
        self.assertEqual(len(self.partners()), LIMIT)
        self.assertEqual(set(rows.mapped("email_normalized")), {ROBOT})
        self.assertTrue(all(row.has_source for row in rows))

    def test_only_exactly_that_address_counts(self):
        self.send(LIMIT, sender="maria@x.test")
        self.assertEqual(self.states(self.send(sender="a@x.test")), [CREATED])
        self.assertEqual(self.states(self.send(sender="MARIA@X.test")), [HELD])

    def test_records_made_by_hand_do_not_count(self):
        self.env["res.partner"].create(
            [{"name": f"Imported {number}", "email": ROBOT} for number in range(LIMIT + 5)]
        )
        self.assertEqual(self.states(self.send()), [CREATED])

    def test_what_is_older_than_the_window_does_not_count(self):
        self.age(self.send(LIMIT), 61)
        self.assertEqual(self.states(self.send(LIMIT + 1)), [CREATED] * LIMIT + [HELD])

    def test_what_is_held_does_not_count(self):
        self.age(self.send(LIMIT), 50)
        self.assertEqual(self.states(self.send(2)), [HELD] * 2)
        self.age(self.spool.search([("email_normalized", "=", ROBOT)]), 20)
        self.assertEqual(self.states(self.send(LIMIT)), [CREATED] * LIMIT)

    def test_answers_to_one_record(self):
        partner = self.env["res.partner"].create({"name": "Topic"})
        message = partner.message_post(body="Hello", message_type="comment")
        rows = self.send(LIMIT + 1, In_Reply_To=message.message_id)
        self.assertEqual(self.states(rows), [("done", "reply")] * LIMIT + [HELD])
        other = self.env["res.partner"].create({"name": "Other"})
        message = other.message_post(body="Hello", message_type="comment")
        rows = self.send(In_Reply_To=message.message_id)
        self.assertEqual(self.states(rows), [("done", "reply")])

    def test_a_mail_without_sender(self):
        rows = self.send(LIMIT + 2, From="")
        self.assertEqual({row.state for row in rows}, {"done"})

    def test_fetched_mails(self):
        self.deliver(*(self.raw_mail(number, sender=ROBOT) for number in range(1, LIMIT + 3)))
        self.fetch()
        self.assertEqual(self.states(self.spooled()), [CREATED] * LIMIT + [HELD] * 2)

    def test_a_mail_that_waited_is_judged_by_when_it_came(self):
        """A backlog is as dense as it was, however late it is worked off."""
        rows = self.send(LIMIT + 1)
        self.age(rows, 60 * 24)
        late = rows[-1:]
        late.state = "received"
        with self.registry_cursor() as env:
            late.with_env(env)._process()
        self.env.invalidate_all()
        self.assertEqual(self.states(late), [HELD])

    def test_models_that_another_addon_judges(self):
        """By what it counts, for its own routes only; the sender is told once all the same."""
        model = type(self.env["res.partner"])
        self.env["res.partner"].create({"name": "Counted", "ref": "loop"})

        def domain(records, email):
            return [("ref", "=", "loop")]

        with patch.object(model, "_detect_loop_sender_domain", domain):
            self.parameters.set_param("mail.gateway.loop.threshold", 1)
            self.assertEqual(self.states(self.send(2)), [HELD] * 2)
            self.assertEqual(len(self.notices()), 1)
            self.parameters.set_param("mail.gateway.loop.threshold", 2)
            self.assertEqual(self.states(self.send(3)), [CREATED] * 3)

    # ------------------------------------------------------------
    # WHO IS ALLOWED
    # ------------------------------------------------------------

    def allow(self, email, **values):
        return self.env["mail.gateway.allowed"].create({"email": email, **values})

    def test_an_address_a_domain_and_subdomains(self):
        entries = self.allow(ROBOT), self.allow("mon.test"), self.allow("*.mon.test")
        for sender in (ROBOT, "x@mon.test", "x@a.b.mon.test"):
            self.assertEqual(self.states(self.send(LIMIT + 1, sender)), [CREATED] * (LIMIT + 1))
        self.assertTrue(all(entry.last_used for entry in entries))
        self.assertEqual(self.states(self.send(LIMIT + 1, "x@demon.test"))[-1], HELD)

    def test_allowed_for_one_alias_only(self):
        self.alias.copy({"alias_name": "others"})
        self.allow(ROBOT, alias_id=self.alias.id)
        self.assertEqual(self.states(self.send(LIMIT + 1)), [CREATED] * (LIMIT + 1))
        self.assertEqual(self.states(self.send(to="others@acme.test")), [HELD])

    def test_allowed_up_to_a_threshold(self):
        self.allow(ROBOT, threshold=LIMIT + 2)
        self.allow("customer.test")
        rows = self.send(LIMIT + 3)
        self.assertEqual(self.states(rows), [CREATED] * (LIMIT + 2) + [HELD])

    def test_entries_that_are_refused(self):
        self.allow("Robot <Robot@Customer.test>")
        for email, message in (
            ("*", "would allow everybody"),
            ("*.com", "does not name the subdomains"),
            ("nonsense", "neither an e-mail address nor a domain"),
            ("a@b.test, c@d.test", "is not an e-mail address"),
            ("robot@customer.TEST", "is in the allowed list already"),
        ):
            with self.assertRaisesRegex(ValidationError, message):
                self.allow(email)
        self.allow(ROBOT, alias_id=self.alias.id)
        for threshold in (-1, 1_000_001):
            with self.assertRaisesRegex(ValidationError, "whole number from 1"):
                self.allow(f"{threshold + 2}.test", threshold=threshold)

    def test_odoos_rule_sees_only_what_is_allowed_without_limit(self):
        self.assertEqual(self.allow("A@b.test").email_normalized, "a@b.test")
        limited = self.allow("c@d.test", alias_id=self.alias.id)
        self.assertFalse(limited.email_normalized)
        limited.alias_id = False
        self.assertEqual(limited.email_normalized, "c@d.test")

    # ------------------------------------------------------------
    # ALIASES AND SETTINGS
    # ------------------------------------------------------------

    def test_the_alias_has_its_own_limit(self):
        self.alias.alias_loop_threshold = LIMIT + 2
        self.assertEqual(self.states(self.send(LIMIT + 3)), [CREATED] * (LIMIT + 2) + [HELD])
        self.alias.alias_loop_minutes = 10
        self.age(self.spool.search([("email_normalized", "=", ROBOT)]), 11)
        self.assertEqual(self.states(self.send()), [CREATED])

    def test_impossible_limits_of_an_alias(self):
        for name in ("alias_loop_threshold", "alias_loop_minutes"):
            for value in (-1, 100_000_000):
                with self.assertRaisesRegex(ValidationError, "whole number from 1"):
                    self.alias.copy({"alias_name": f"{name}{value}", name: value})
        self.alias.alias_loop_threshold = 0
        self.assertEqual(self.states(self.send(LIMIT + 1))[-1], HELD)

    def test_impossible_policies(self):
        with self.assertRaisesRegex(ValidationError, "hold, bounce, post, odoo"):
            self.parameters.set_param(LOOP_POLICY_PARAMETER, "drop")

    def test_a_sender_that_the_gateway_restores(self):
        """Who counts is the sender that Odoo goes by, not who forwarded the mail."""
        model = type(self.env["mail.thread"])
        message_parse = model.message_parse

        def restored(records, *args, **kwargs):
            values = message_parse(records, *args, **kwargs)
            return {**values, "email_from": values["email_from"].replace("forwarder", "origin")}

        with patch.object(model, "message_parse", restored):
            rows = self.send(LIMIT + 1, sender="forwarder@x.test")
        self.assertEqual(self.states(rows)[-1], HELD)
        self.assertEqual(set(rows.mapped("email_normalized")), {"origin@x.test"})
        self.assertEqual(self.states(self.send(sender="forwarder@x.test")), [CREATED])

    def test_what_settings_would_have_held(self):
        rows = self.send(LIMIT)
        self.assertEqual(self.spool._loop_forecast(2, 60), (1, 1))
        self.age(rows[0], 61)
        self.assertEqual(self.spool._loop_forecast(2, 60), (0, 0))
        self.age(rows[0], 60 * 24 * 31)
        self.assertEqual(self.spool._loop_forecast(1, 60 * 24 * 40), (1, 1))
        with Form(self.env["res.config.settings"]) as form:
            self.assertFalse(form.mail_gateway_loop_effect)
            form.mail_gateway_loop_threshold = 1
            self.assertIn("would have held 1 mails", form.mail_gateway_loop_effect)
            form.mail_gateway_loop_threshold = 100
            self.assertIn("would have held nothing", form.mail_gateway_loop_effect)

    def test_what_an_alias_would_have_held(self):
        self.alias.copy({"alias_name": "others"})
        self.send(2)
        self.alias.copy({"alias_name": "my-contacts"})
        self.send(1, to="others@acme.test")
        self.send(1, to="my-contacts@acme.test")
        with Form(self.alias) as form:
            self.assertFalse(form.alias_loop_effect)
            form.alias_loop_threshold = 1
            self.assertIn("would have held 1 mails", form.alias_loop_effect)
            form.alias_loop_threshold = 2
            self.assertIn("would have held nothing", form.alias_loop_effect)

    # ------------------------------------------------------------
    # POLICIES
    # ------------------------------------------------------------

    def test_answered_and_ignored(self):
        self.alias.alias_loop_policy = "bounce"
        rows = self.send(LIMIT + 2)
        self.assertEqual(self.states(rows)[LIMIT:], [("ignored", "loop_sender")] * 2)
        self.assertEqual(len(self.notices()), 2)
        self.assertIn(b"too many times", self.notices()[0].data)

    def test_posted_on_the_last_record(self):
        self.alias.alias_loop_policy = "post"
        follower = self.env["res.partner"].create({"name": "F", "email": "f@customer.test"})
        rows = self.send(LIMIT)
        last = self.env["res.partner"].browse(rows[-1].res_id)
        last.message_subscribe(follower.ids)
        more = self.send(2)
        self.assertEqual(self.states(more), [("done", "reply")] * 2)
        self.assertEqual(set(more.mapped("res_id")), {last.id})
        self.assertEqual(len(self.partners()), LIMIT)
        self.assertFalse(more.mail_message_id.notified_partner_ids)
        self.assertFalse(self.notices("f@customer.test"))
        self.assertFalse(self.notices())
        last.unlink()
        self.assertEqual(self.states(self.send()), [HELD])

    def test_as_odoo(self):
        self.parameters.set_param(LOOP_POLICY_PARAMETER, "odoo")
        self.env["res.partner"].create(
            [{"name": f"Imported {number}", "email": ROBOT} for number in range(LIMIT)]
        )
        self.assertEqual(self.states(self.send(2)), [("ignored", "loop_sender")] * 2)
        self.assertEqual(len(self.notices()), 2)

    # ------------------------------------------------------------
    # TELLING
    # ------------------------------------------------------------

    def test_the_sender_is_told_once_within_the_window(self):
        rows = self.send(LIMIT + 3)
        [notice] = self.notices()
        self.assertIn(b"has arrived", notice.data)
        self.assertIn(b"loop-detection-bounce-email", notice.data)
        self.assertIn(b"Auto-Submitted: auto-replied", notice.data)
        self.assertEqual(rows.mapped("answered"), [False] * LIMIT + [True, False, False])
        self.age(rows, 61)
        self.send(LIMIT + 2)
        self.assertEqual(len(self.notices()), 2)

    def test_who_must_not_be_answered_is_not(self):
        for number, header in enumerate(
            ({"Precedence": "bulk"}, {"List-Id": "<x.test>"}, {"Return-Path": "<>"})
        ):
            sender = f"list{number}@customer.test"
            self.assertEqual(self.states(self.send(LIMIT + 1, sender, **header))[-1], HELD)
            self.assertFalse(self.notices(sender))

    def test_administrators_have_one_activity_a_sender(self):
        rows = self.send(LIMIT + 2)
        [alert] = self.alerts()
        self.assertIn(f"{ROBOT} wrote too often: 2 held", alert.summary)
        self.assertIn(f"{ROBOT} sent 5 mails within 60 minutes, on 1 of the last 7", alert.note)
        self.assertIn("raise the threshold of contacts@acme.test to 10", alert.note)
        self.send(LIMIT + 1, sender="other@customer.test")
        self.assertEqual(len(self.alerts()), 2)
        rows[-1].action_dismiss()
        self.assertTrue(alert.active)
        rows[-2].action_dismiss()
        self.assertFalse(alert.active)

    # ------------------------------------------------------------
    # DECISIONS
    # ------------------------------------------------------------

    def test_all_of_a_sender_are_released_in_order(self):
        rows = self.send(LIMIT + 3)[LIMIT:]
        other = self.send(LIMIT + 1, sender="other@customer.test")[-1]
        alert = rows.alert_id
        rows[1].action_release_sender()
        self.assertEqual(self.states(rows), [CREATED] * 3)
        self.assertEqual(rows.mapped("res_id"), sorted(rows.mapped("res_id")))
        self.assertFalse(alert.active)
        self.assertEqual(self.states(other), [HELD])

    def test_the_sender_is_allowed(self):
        rows = self.send(LIMIT + 2)[LIMIT:]
        rows[0].action_allow_sender()
        self.assertEqual(self.states(rows), [CREATED] * 2)
        entry = self.env["mail.gateway.allowed"].search([("email", "=", ROBOT)])
        self.assertIn("Allowed by", entry.note)
        self.assertEqual(self.states(self.send(LIMIT)), [CREATED] * LIMIT)

    def test_a_sender_with_its_own_threshold_is_allowed_without(self):
        entry = self.allow(ROBOT, threshold=2)
        self.send(LIMIT)[-1].action_allow_sender()
        self.assertFalse(entry.threshold)
        self.assertEqual(len(self.partners()), LIMIT)

    def test_the_threshold_is_raised(self):
        rows = self.send(LIMIT + 2)[LIMIT:]
        rows[0].action_raise_threshold()
        self.assertEqual(self.states(rows), [CREATED] * 2)
        self.assertEqual(self.alias.alias_loop_threshold, 10)

    def test_all_of_a_sender_are_dismissed(self):
        rows = self.send(LIMIT + 2)[LIMIT:]
        alert = rows.alert_id
        rows[0].action_dismiss_sender()
        self.assertEqual(self.states(rows), [("ignored", "dismissed")] * 2)
        self.assertFalse(alert.active)

    def test_only_administrators_decide(self):
        row = self.send(LIMIT + 1)[-1]
        employee = new_test_user(self.env, "loop_employee", groups="base.group_user")
        for name in (
            "action_release_sender",
            "action_allow_sender",
            "action_raise_threshold",
            "action_dismiss_sender",
        ):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
                getattr(row.with_user(employee), name)()
        self.assertEqual(self.states(row), [HELD])
        administrator = new_test_user(self.env, "loop_admin", groups="base.group_system")
        row.with_user(administrator).action_allow_sender()
        self.assertEqual(self.states(row), [CREATED])

    def test_nothing_to_decide(self):
        row = self.send()
        with self.assertRaisesRegex(UserError, "None of these mails is held"):
            row.action_release_sender()
