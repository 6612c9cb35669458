import time

from odoo.tests import TransactionCase, tagged

from . import report_mails as reports
from .common import OutgoingCase

ADA, BOB = "ada@one.test", "bob@two.test"


class ReportCase(OutgoingCase):
    """Mixin: messages that were sent and accepted, and reports about them."""

    def sent(self, *addresses, **kwargs):
        message = self.post(*addresses, **kwargs)
        self.send(message)
        return message

    def receive(self, raw):
        """As the gateway does it."""
        self.env["mail.thread"].message_process(False, raw)
        self.env.invalidate_all()
        return self.env["mail.incoming"].search([], limit=1, order="id desc")

    def report(self, message, *recipients, **kwargs):
        return self.receive(
            reports.delivery_report(*recipients, message_id=message.message_id, **kwargs)
        )

    def line(self, message, email=ADA):
        """What the envelope of the message says about a recipient."""
        return next(item for item in message.get_deliveries() if item["email"] == email)

    def bounces(self, message):
        partners = message.notification_ids.res_partner_id
        return {partner.email: partner.message_bounce for partner in partners}


@tagged("post_install", "-at_install")
class TestDeliveryReports(ReportCase, TransactionCase):
    """What a delivery report says of each recipient is what the chatter says."""

    def test_a_message_comes_back(self):
        message = self.sent(ADA, BOB)
        row = self.report(message, reports.failed(ADA))
        self.assertEqual((row.state, row.reason), ("done", "bounce"))
        self.assertEqual((row.res_model, row.res_id), (self.record._name, self.record.id))
        self.assertEqual(self.statuses(message), {ADA: "bounce", BOB: "sent"})
        self.assertEqual(self.bounces(message), {ADA: 1, BOB: 0})
        notification = message.notification_ids.filtered(
            lambda item: item.res_partner_id.email == ADA
        )
        self.assertEqual(notification.failure_type, "mail_bounce")
        reason = "The address of the recipient does not exist."
        self.assertTrue(notification.failure_reason.startswith(reason))
        self.assertIn("This is the mail system at host", notification.failure_reason)
        line = self.line(message)
        self.assertEqual((line["state"], line["sentence"]), ("bounced", reason))
        self.assertIn("Correct the address", line["next_step"])
        self.assertEqual(self.line(message, BOB)["state"], "accepted")

    def test_the_delivery_keeps_what_the_report_says(self):
        message = self.sent(ADA)
        self.report(message, reports.failed(ADA, Remote_MTA="dns; mx.one.test"))
        delivery = self.deliveries(message)
        self.assertEqual((delivery.state, delivery.news), ("accepted", "bounced"))
        self.assertEqual(delivery.reply_class, "recipient_unknown")
        self.assertEqual((delivery.reply_code, delivery.reply_enhanced), (550, "5.1.1"))
        self.assertEqual(delivery.reply_text, "5.1.1 User unknown")
        self.assertEqual(len(delivery.story), 2)
        self.assertIn("250", delivery.story_html)
        self.assertIn("Came back", delivery.story_html)
        self.assertIn("550 5.1.1 User unknown", delivery.story_html)
        self.assertIn("does not exist", message.delivery_problems)

    def test_a_delay_is_no_bounce(self):
        message = self.sent(ADA)
        until = "Wed, 25 Nov 2026 10:00:00 +0000"
        row = self.report(message, reports.delayed(ADA, Will_Retry_Until=until))
        self.assertEqual((row.state, row.reason), ("done", "delayed"))
        self.assertEqual(self.statuses(message), {ADA: "sent"})
        self.assertEqual(self.bounces(message), {ADA: 0})
        line = self.line(message)
        self.assertEqual(line["state"], "delayed")
        self.assertIn("keeps trying until 11/25/2026", line["sentence"])
        self.assertIn("is full", line["sentence"])

    def test_a_delay_with_a_permanent_status_is_no_bounce(self):
        message = self.sent(ADA)
        row = self.report(message, reports.delayed(ADA, "550 5.1.1 User unknown"))
        self.assertEqual((row.state, row.reason), ("done", "delayed"))
        self.assertEqual(self.bounces(message), {ADA: 0})

    def test_the_next_news_follow_a_delay(self):
        for action, news in (("failed", "bounced"), ("delivered", "delivered")):
            with self.subTest(action=action):
                message = self.sent(ADA)
                self.report(message, reports.delayed(ADA))
                self.report(message, reports.failed(ADA, Action=action), number=2)
                self.assertEqual(self.line(message)["state"], news)
                # Reports do not come in the order in which they were written.
                self.report(message, reports.delayed(ADA), number=3)
                self.assertEqual(self.line(message)["state"], news)
                self.assertEqual(len(self.deliveries(message).story), 4)

    def test_what_proves_no_dead_address_is_not_counted(self):
        for number, reply in enumerate(
            (
                "552 5.2.2 Mailbox full",
                "554 5.7.1 Message rejected as spam",
                "450 4.1.1 User unknown",
                "550 5.2.1 Mailbox disabled",
                "550 5.1.1 Blocked: your address is on a block list",
            )
        ):
            with self.subTest(reply=reply):
                message = self.sent(f"person{number}@one.test")
                self.report(message, reports.failed(f"person{number}@one.test", reply))
                self.assertEqual(list(self.statuses(message).values()), ["bounce"])
                self.assertEqual(list(self.bounces(message).values()), [0])

    def test_a_mailbox_that_is_switched_off_twice_is_dead(self):
        messages = self.sent(ADA)
        partner = messages.notification_ids.res_partner_id
        messages += self.sent(partners=partner)
        for message, count in zip(messages, (0, 1), strict=True):
            self.report(message, reports.failed(ADA, "550 5.2.1 Mailbox disabled"))
            self.assertEqual(self.bounces(message), {ADA: count})

    def test_several_recipients_of_one_report(self):
        message = self.sent(ADA, BOB, "eve@three.test")
        self.report(
            message,
            reports.failed(BOB, "552 5.2.2 Mailbox full"),
            reports.failed(ADA),
            reports.delayed("eve@three.test"),
        )
        self.assertEqual(
            self.statuses(message), {ADA: "bounce", BOB: "bounce", "eve@three.test": "sent"}
        )
        self.assertEqual(self.bounces(message), {ADA: 1, BOB: 0, "eve@three.test": 0})
        self.assertEqual(self.line(message, "eve@three.test")["state"], "delayed")

    def test_a_forwarded_address_bounces_as_another_one(self):
        message = self.sent(ADA)
        self.report(message, reports.failed("ada@home.test"))
        self.assertEqual(self.statuses(message), {ADA: "bounce"})
        self.assertEqual(self.bounces(message), {ADA: 0}, "nothing is known of her own address")
        self.assertIn("forwarded to ada@home.test", self.line(message)["sentence"])
        message = self.sent(BOB, "eve@three.test")
        self.report(message, reports.failed("x@home.test", Original_Recipient=f"rfc822;{BOB}"))
        self.assertEqual(self.statuses(message), {BOB: "bounce", "eve@three.test": "sent"})
        message = self.sent("bert@two.test", "emil@three.test")
        self.report(message, reports.failed("who@home.test"))
        self.assertEqual(set(self.statuses(message).values()), {"sent"}, "nothing is guessed")
        self.assertEqual(len(message.get_deliveries()), 2)

    def test_a_report_about_a_thousand_recipients(self):
        message = self.sent(ADA)
        crowd = [reports.failed(f"person{number}@crowd.test") for number in range(900)]
        begin = time.monotonic()
        row = self.report(message, *crowd[:700], reports.failed(ADA), *crowd[700:])
        self.assertLess(time.monotonic() - begin, 20)
        self.assertEqual((row.state, row.reason), ("done", "bounce"))
        self.assertEqual(self.statuses(message), {ADA: "bounce"})
        self.assertEqual(len(message.get_deliveries()), 1)

    def test_the_bounce_address_does_not_matter(self):
        for number, to in enumerate(("me@acme.test", "catchall@acme.test", "bounce+1@acme.test")):
            with self.subTest(to=to):
                message = self.sent(ADA)
                row = self.report(message, reports.failed(ADA), to=to, number=number)
                self.assertEqual((row.state, row.reason), ("done", "bounce"))
                self.assertEqual(self.statuses(message), {ADA: "bounce"})

    def test_a_message_that_a_relay_renamed_is_found_by_the_relays_answer(self):
        name = "0102019a1b2c3d4e-5f60-7a8b"
        self.peer.answer(".", f"250 Ok {name}")
        message = self.sent(ADA, BOB)
        self.receive(
            reports.delivery_report(
                reports.failed(ADA), message_id=f"<{name}-000000@eu.amazonses.test>"
            )
        )
        self.assertEqual(self.statuses(message)[ADA], "sent", "the name must be whole")
        self.receive(
            reports.delivery_report(reports.failed(ADA), message_id=f"<{name}@eu.amazonses.test>")
        )
        self.assertEqual(self.statuses(message), {ADA: "bounce", BOB: "sent"})

    def test_a_message_is_found_by_the_record_that_it_names(self):
        message = self.sent(ADA)
        row = self.receive(
            reports.delivery_report(
                reports.failed(ADA),
                message_id="<another@relay.test>",
                returned=f"X-Odoo-Objects: res.partner-{self.record.id}\n",
            )
        )
        self.assertEqual(row.res_id, self.record.id)
        self.assertEqual(self.statuses(message), {ADA: "bounce"})

    def test_a_message_from_before_deliveries_were_kept(self):
        message = self.sent(ADA)
        self.deliveries(message).unlink()
        self.report(message, reports.failed(ADA))
        self.assertEqual(self.statuses(message), {ADA: "bounce"})
        self.assertEqual(self.line(message)["state"], "bounced")
        self.assertEqual(len(message.get_deliveries()), 1)

    def test_a_bounce_of_something_unknown_counts_for_the_address(self):
        """As in Odoo, which has no message either when a mailing was sent."""
        partner = self.env["res.partner"].create({"name": "Ada", "email": ADA})
        row = self.receive(
            reports.delivery_report(reports.failed(ADA), message_id="<gone@acme.test>")
        )
        self.assertEqual((row.state, row.reason), ("done", "bounce"))
        self.assertEqual(partner.message_bounce, 1)

    def test_a_bounce_is_not_written_over(self):
        """By the other recipients, who have theirs later."""
        self.peer.answer("RCPT", "451 4.7.1 Later", match=BOB, times=1)
        message = self.sent(ADA, BOB)
        self.report(message, reports.failed(ADA))
        self.run_queue(message.notification_ids.mail_mail_id)
        mail = message.notification_ids.mail_mail_id
        self.make_due(mail)
        self.run_queue(mail)
        self.assertEqual(self.statuses(message), {ADA: "bounce", BOB: "sent"})
        self.assertEqual(self.line(message)["state"], "bounced")
        self.assertEqual(self.accepted(), {ADA: 1, BOB: 1})


@tagged("post_install", "-at_install")
class TestOtherReports(ReportCase, TransactionCase):
    """Receipts, complaints, answers of machines, and what nobody can read."""

    def notes(self):
        return self.record.message_ids.filtered(lambda item: item.message_type == "email")

    def test_a_receipt_that_was_asked_for_means_read(self):
        message = self.post(ADA)
        mail = self.env["mail.mail"].search([("mail_message_id", "=", message.id)])
        mail.unlink()
        mail = self.env["mail.mail"].create(
            {
                "mail_message_id": message.id,
                "recipient_ids": message.notification_ids.res_partner_id.ids,
                "headers": "{'Disposition-Notification-To': 'me@acme.test'}",
                "is_notification": True,
            }
        )
        message.notification_ids.mail_mail_id = mail
        mail.send()
        row = self.receive(reports.read_receipt(ADA, message.message_id))
        self.assertEqual((row.state, row.reason, row.res_id), ("done", "receipt", self.record.id))
        self.assertEqual(self.line(message)["state"], "read")
        self.assertFalse(self.notes())
        self.assertEqual(self.statuses(message), {ADA: "sent"})

    def test_a_receipt_that_returns_the_request_means_read(self):
        message = self.sent(ADA)
        returned = "Disposition-Notification-To: me@acme.test\n"
        self.receive(reports.read_receipt(ADA, message.message_id, returned=returned))
        self.assertEqual(self.line(message)["state"], "read")

    def test_any_other_receipt_is_a_note(self):
        message = self.sent(ADA)
        before = len(self.peer.received)
        self.receive(reports.read_receipt(ADA, message.message_id))
        self.assertEqual(self.line(message)["state"], "accepted")
        [note] = self.notes()
        self.assertIn(f"mail program of {ADA} reports that the message was displayed", note.body)
        self.assertEqual(note.author_id.email, ADA)
        self.assertEqual(note.parent_id, message)
        self.assertTrue(note.is_internal)
        self.assertFalse(note.notification_ids)
        self.receive(reports.read_receipt(ADA, message.message_id, "deleted"))
        self.assertIn("reports about the message: deleted", self.notes()[0].body)
        self.assertEqual(self.bounces(message), {ADA: 0})
        self.assertEqual(len(self.peer.received), before)

    def test_a_complaint_is_shown_as_one(self):
        message = self.sent(ADA)
        row = self.receive(reports.complaint(ADA, message.message_id))
        self.assertEqual((row.state, row.reason), ("done", "complaint"))
        self.assertEqual(self.line(message)["state"], "complaint")
        self.assertIn(f"{ADA} reported this message as spam", self.notes().body)
        self.assertEqual(self.statuses(message), {ADA: "sent"})
        self.assertEqual(self.bounces(message), {ADA: 0})

    def automatic(self, message, to="bounce@acme.test", **headers):
        fields = {
            "From": ADA,
            "To": to,
            "Subject": "Out of office",
            "Message-Id": f"<away.{message.id}@one.test>",
            "In-Reply-To": message.message_id,
            "Auto-Submitted": "auto-replied",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"{name}: {value}" for name, value in fields.items() if value]
        return "\r\n".join((*lines, "", "I am away until Monday.", "")).encode()

    def test_a_machine_that_answers_the_bounce_address(self):
        message = self.sent(ADA)
        message.notification_ids.res_partner_id.message_bounce = 3
        row = self.receive(self.automatic(message))
        self.assertEqual((row.state, row.reason), ("done", "reply"))
        self.assertEqual((row.res_model, row.res_id), (self.record._name, self.record.id))
        [note] = self.notes()
        self.assertIn("I am away until Monday.", note.body)
        self.assertEqual((note.author_id.email, note.parent_id), (ADA, message))
        self.assertTrue(note.is_internal)
        self.assertFalse(note.notification_ids)
        self.assertEqual(self.bounces(message), {ADA: 0}, "whoever answers is there")
        again = self.receive(self.automatic(message))
        self.assertEqual(again.reason, "duplicate")
        self.assertEqual(len(self.notes()), 1)

    def test_a_machine_that_answers_nothing_known_creates_nothing(self):
        message = self.sent(ADA)
        row = self.receive(self.automatic(message, In_Reply_To="<other@acme.test>"))
        self.assertEqual((row.state, row.reason, row.res_id), ("held", "to_bounce", 0))
        self.assertFalse(self.notes())

    def test_what_cannot_be_read_is_kept(self):
        message = self.sent(ADA, BOB)
        row = self.report(message, {"Final_Recipient": "rfc822; somebody"})
        self.assertEqual((row.state, row.reason), ("held", "unread_report"))
        self.assertTrue(row.has_source)
        self.assertEqual(row.mail_message_id, message)
        self.assertEqual(self.bounces(message), {ADA: 0, BOB: 0})
        row = self.receive(
            b"From: Eve <eve@three.test>\r\nTo: bounce@acme.test\r\nSubject: Hello\r\n"
            b"Message-Id: <person@three.test>\r\n\r\nWhere is my order?\r\n"
        )
        self.assertEqual((row.state, row.reason), ("held", "to_bounce"))
        self.assertTrue(row.has_source)
        self.assertIn("bounce address: 1 held", row.alert_id.summary)

    def test_a_report_about_nothing_known_is_no_reason_to_lose_a_mail(self):
        """It came to an alias, and perhaps it is none."""
        self.env["mail.alias"].create(
            {
                "alias_name": "help",
                "alias_domain_id": self.alias_domain.id,
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        raw = (
            b"Return-Path: <>\r\nFrom: postmaster@three.test\r\nTo: help@acme.test\r\n"
            b"Subject: Undelivered mail returned to sender\r\nMessage-Id: <t@three.test>\r\n\r\n"
            b"Your message could not be delivered.\r\n\r\n"
            b"<who@three.test>: 550 5.1.1 User unknown\r\n"
        )
        row = self.receive(raw)
        self.assertEqual((row.state, row.reason), ("held", "unread_report"))
        row._process_by_hand()
        self.assertEqual((row.state, row.reason), ("done", "created"))

    def test_a_person_who_wrote_to_the_bounce_address_is_put_where_they_belong(self):
        row = self.receive(
            b"From: Eve <eve@three.test>\r\nTo: bounce@acme.test\r\nSubject: Hello\r\n"
            b"Message-Id: <person@three.test>\r\n\r\nWhere is my order?\r\n"
        )
        row._process_by_hand({"model": "res.partner", "res_id": self.record.id})
        self.assertEqual((row.state, row.reason), ("done", "reply"))
        self.assertIn("Where is my order?", self.notes().body)

    def test_a_bounce_that_a_person_forwards_is_no_bounce(self):
        message = self.sent(ADA)
        inner = reports.delivery_report(reports.failed(ADA), message_id=message.message_id)
        raw = (
            b"From: Eve <eve@three.test>\r\nTo: bounce@acme.test\r\nSubject: Fwd: what is this?\r\n"
            b"Message-Id: <fwd@three.test>\r\nMIME-Version: 1.0\r\n"
            b"Content-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\nContent-Type: text/plain\r\n"
            b"\r\nDid you get this?\r\n--f\r\nContent-Type: message/rfc822\r\n\r\n"
            + inner
            + b"\r\n--f--\r\n"
        )
        row = self.receive(raw)
        self.assertEqual((row.state, row.reason), ("held", "to_bounce"))
        self.assertEqual(self.statuses(message), {ADA: "sent"})
        self.assertEqual(self.bounces(message), {ADA: 0})

    def test_a_report_can_be_put_where_it_belongs(self):
        """Whatever it says of whom: somebody has looked at it."""
        message = self.sent(ADA)
        row = self.report(message, reports.failed("who@home.test"), reports.failed("x@home.test"))
        row.state = "held"
        row._process_by_hand({"model": "res.partner", "res_id": self.record.id})
        self.assertEqual((row.state, row.reason), ("done", "reply"))
        self.assertIn("This is the mail system", self.notes().body)

    def test_a_receipt_that_was_asked_for_reads_the_notification(self):
        message = self.sent(ADA)
        notification = message.notification_ids
        notification.write({"is_read": False, "read_date": False})
        returned = "Disposition-Notification-To: me@acme.test\n"
        self.receive(reports.read_receipt(ADA, message.message_id, returned=returned))
        self.assertTrue(notification.is_read)
