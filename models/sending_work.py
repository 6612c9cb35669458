"""What is known of one mail while it is being sent: whom it is for, and what each was answered."""

import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from odoo import fields
from odoo.tools.mail import email_normalize, formataddr

from ..core.reply import Reply, ReplyClass, is_transient

STORY_MAX = 12
"""Tries of one recipient that are kept: as many as the usual schedule has, nearly."""
STORIES_MAX = 600
"""Tries that are kept of one mail, however many recipients it has."""

NO_ANSWER = "no_answer"
"""Stands in a story for the rule of an answer where the try did not come to any."""

POISON_DOUBTS = 2
"""Tries without an end after which a mail is not tried any more: it may be what ends the worker."""

WAITING, IN_DOUBT, ACCEPTED, REFUSED, CANCELLED = STATES = (
    "waiting",
    "in_doubt",
    "accepted",
    "refused",
    "cancelled",
)
OPEN = (WAITING, IN_DOUBT)


@lru_cache(maxsize=4096)
def address_key(address):
    """The one spelling of an address by which it is known who has had a mail.

    It is the spelling that Odoo compares with when it leaves recipients out of an envelope.
    """
    with contextlib.suppress(UnicodeError):
        address = formataddr(("", address), charset="ascii")
    return email_normalize(address, strict=False) or address.strip().lower()


@dataclass
class Recipient:
    """A recipient of the mail that is being sent.

    :param attempts: how often it was tried, the faults of the server left out
    :param doubts: how many tries in a row ended without anybody saying how
    :param story: one dict a try, as `mail.delivery.story`
    :param next_try: when its schedule, not its server, has its turn
    :param told: whether it has an answer of the present try
    :param of_server: whether that answer is a fault of the server
    """

    email: str
    kind: str = "to"
    partner_id: int | None = None
    state: str = IN_DOUBT
    attempts: int = 1
    doubts: int = 1
    story: list = field(default_factory=list)
    next_try: datetime | None = None
    told: bool = False
    of_server: bool = False
    reason: str = ""

    @property
    def reply(self) -> Reply | None:
        """The answer of the last try, unless that try did not come to any."""
        is_answer = self.story and self.story[-1]["by_rule"] != NO_ANSWER
        return Reply.from_json(self.story[-1]) if is_answer and not self.reason else None

    @property
    def is_open(self):
        return self.state in OPEN

    @property
    def failure(self):
        """Failure type and reason, as Odoo's chatter knows them."""
        if self.reply is None:
            return "unknown", self.reason
        return "mail_email_invalid" if self.reply.dead_address else "unknown", self.reply.answer


class Work:
    """One mail while it is being sent.

    :param choice: the `SenderChoice` that was noted for it, or None
    :param server: the `ir.mail_server` that sends, empty for the command line
    :param took_over_from: the name of the server that should have sent
    """

    def __init__(self, run, mail, session, server, choice, took_over_from):
        self.run = run
        self.mail_id = mail.id
        self.message_id = mail.mail_message_id.id
        self.author = mail.author_id
        self.session = session
        self.server = server
        self.server_name = run.server_name(server) or (choice and choice.server_name)
        self.choice = choice
        self.took_over_from = took_over_from
        self.header_from = False
        self.envelope_sender = False
        self.signed = None
        self.recorder = None
        self.recipients = {item.email: item for item in _expected(mail)}
        self.entries = []
        self.bounces = {}
        self.unrecorded = {}
        self.is_first_try = True

    @property
    def rule(self):
        if self.choice is None:
            return False
        sent_as = self.header_from and email_normalize(self.header_from, strict=False)
        chosen = self.choice.smtp_from and email_normalize(self.choice.smtp_from, strict=False)
        return "other" if sent_as and chosen and sent_as != chosen else self.choice.rule.value

    def in_state(self, *states):
        return [item for item in self.recipients.values() if item.state in states]

    @property
    def done(self):
        """Addresses that are not written to again by this try."""
        return {email for email, item in self.recipients.items() if item.told or not item.is_open}

    def waits_for(self, addresses):
        """Whether one of these is tried again."""
        keys = {address_key(address) for address in addresses}
        return any(item.is_open for item in self.recipients.values() if item.email in keys)

    @property
    def has_answers(self):
        return any(item.told for item in self.recipients.values())

    @property
    def is_done(self):
        """Whether everybody has accepted it."""
        states = {item.state for item in self.recipients.values()}
        return states == {ACCEPTED}

    @property
    def is_poison(self):
        """Whether two tries in a row have ended without anybody saying how."""
        left = [item for item in self.recipients.values() if item.is_open]
        return bool(left) and all(item.doubts > POISON_DOUBTS for item in left)

    # ------------------------------------------------------------
    # WHO IS LEFT
    # ------------------------------------------------------------

    def left_over(self, email_list):
        """The e-mails of Odoo's list for those who have not had theirs. One address gets one."""
        left, seen = [], set(self.done)
        for values in email_list:
            addresses = {address_key(a) for a in values["email_to_normalized"] or ()}
            self.entries.append((values["partner_id"], values["email_to"], addresses))
            for address in addresses - self.recipients.keys():
                self.recipients[address] = Recipient(address)
            if not addresses or addresses - seen:
                left.append(values)
            seen |= addresses
        return left

    def successes(self):
        """Partners and addresses that have accepted, as Odoo's `_send` collects them."""
        accepted = {item.email for item in self.in_state(ACCEPTED)}
        partners, emails = [], []
        for partner, email_to, addresses in self.entries:
            if not addresses & accepted:
                continue
            if partner:
                partners.append(partner)
            else:
                emails += [*(email_to or ()), *(addresses & accepted)]
        return partners, emails

    def notification_values(self, notification):
        """What Odoo's notification of a recipient is to say; {} where it is not ours to say."""
        item = self._item_of(notification)
        if item is None or notification.notification_status == "canceled":
            return {}
        if item.state == REFUSED:
            failure_type, reason = item.failure
            return {
                "notification_status": "exception",
                "failure_type": failure_type,
                "failure_reason": reason,
            }
        status = "sent" if item.state == ACCEPTED else "ready"
        if item.state == CANCELLED:
            return {}
        return {"notification_status": status, "failure_type": False, "failure_reason": False}

    def _item_of(self, notification):
        """The recipient that decides: who waits before who has it before who refused."""
        partner = notification.res_partner_id
        addresses = {address_key(notification.mail_email_address or partner.email or "")}
        for entry_partner, _email_to, entry_addresses in self.entries:
            if partner and entry_partner == partner:
                addresses |= entry_addresses
        items = [self.recipients[email] for email in addresses if email in self.recipients]
        order = {WAITING: 0, IN_DOUBT: 0, ACCEPTED: 1, REFUSED: 2, CANCELLED: 3}
        return min(items, key=lambda item: order[item.state], default=None)

    # ------------------------------------------------------------
    # ANSWERS
    # ------------------------------------------------------------

    def note(self, session, copies):
        """Take over what the session was told; the recipients it concerns.

        :param copies: the addresses that the Cc header named
        """
        self.header_from, self.envelope_sender = session.header_from, session.envelope_sender
        self.signed = session.signed
        told = []
        for address, reply in session.replies.items():
            email = address_key(address)
            if email not in self.recipients:
                self.recipients[email] = Recipient(email, "cc" if email in copies else "to")
            item = self.recipients[email]
            if item.is_open and not item.told:
                self._tell(item, reply, address in session.doubtful, session.seconds)
                told.append(item)
        return told

    def _tell(self, item, reply, in_doubt, seconds):
        item.told, item.doubts = True, 0
        item.of_server = reply.server_fault
        item.next_try = None
        if reply.accepted:
            item.state = ACCEPTED
        elif reply.server_fault and not in_doubt:
            # The server's fault is not the mail's: it does not use up a try.
            item.state, item.attempts = WAITING, item.attempts - 1
        elif in_doubt or is_transient(reply):
            self.put_off(item, IN_DOUBT if in_doubt else WAITING, reply.retry_after)
        else:
            item.state = REFUSED
        if self.run.nothing_waits and item.is_open:
            item.state = REFUSED
        self._tell_story(item, reply, seconds)

    def put_off(self, item, state, retry_after=None):
        """Until the schedule has its turn again; refused when it has none left."""
        pause = self.run.schedule(self.server).pause(item.attempts, retry_after)
        item.state = REFUSED if pause is None else state
        item.next_try = None if pause is None else fields.Datetime.now() + pause

    def tell_end(self, item, reason):
        """A try that no server has answered: the message could not be built, or is set aside."""
        item.reason = reason
        told = Reply(None, 0, "", reason, ReplyClass.UNCLEAR, False, NO_ANSWER)
        self._tell_story(item, told, self.session.seconds)

    def _tell_story(self, item, reply, seconds):
        kept = max(1, min(STORY_MAX, STORIES_MAX // len(self.recipients)))
        entry = {
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "server": self.server_name,
            "seconds": round(seconds, 2),
            **reply.to_json(),
        }
        story = [*item.story, entry]
        item.story = story if len(story) <= kept else [*story[: kept // 2], *story[-kept // 2 :]]


def _expected(mail):
    """The recipients that the mail names, before anything is built of it."""
    # Odoo reads them the same way, so this reads nothing that is not read anyway.
    found = [
        *((mail.email_to, "to", None),),
        *((mail.email_cc, "cc", None),),
        *((partner.email, "to", partner.id) for partner in mail.recipient_ids),
    ]
    recipients = {}
    for text, kind, partner_id in found:
        for email in mail._normalized_addresses(text):
            known = recipients.setdefault(email, Recipient(email, kind, partner_id))
            known.partner_id = known.partner_id or partner_id
    return recipients.values()
