"""Writes down what happened to each recipient, where no rollback of Odoo's can reach it.

Two ways with the same methods: `Recorder` commits every statement on a connection of its own;
`OwnRecorder` writes in the transaction that sends, for mails that nobody else can see yet and in
tests. There are no foreign keys: the transaction that sends may hold the rows they would point to
for as long as it waits for us, and a deletion by it would fail on rows committed since it began.
"""

import json
import logging

import psycopg2
from odoo import fields
from odoo.tools import SQL
from psycopg2 import extensions

from .sending_work import IN_DOUBT, OPEN, Recipient

_logger = logging.getLogger(__name__)

LOCK_SECONDS = 5
"""How long a row that somebody else holds is waited for. It could be ourselves, on the other
cursor, which PostgreSQL cannot see."""

COLUMNS = (
    "mail_mail_id_int",
    "mail_message_id_int",
    "email",
    "kind",
    "res_partner_id_int",
    "state",
    "attempts",
    "doubts",
    "tried_at",
    "next_try",
    "story",
    "reply_command",
    "reply_code",
    "reply_enhanced",
    "reply_text",
    "reply_class",
    "mail_server_id_int",
    "server_name",
    "sender_rule",
    "took_over_from",
    "email_from",
    "envelope_sender",
    "signed_with",
    "unsigned_because",
)
KEPT = ("mail_mail_id_int", "email")

COMMAND_LINE_REST = "email_communication.command_line_rest"
"""The system parameter that says how the server of the command line fares, which has no record.
It is read and written here alone, past Odoo's cache of parameters."""
NOTE_COMMAND_LINE = """INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value"""


def _values(work, item):
    reply = item.reply
    return {
        "mail_mail_id_int": work.mail_id,
        "mail_message_id_int": work.message_id,
        "email": item.email,
        "kind": item.kind,
        "res_partner_id_int": item.partner_id or None,
        "state": item.state,
        "attempts": item.attempts,
        "doubts": item.doubts,
        "tried_at": fields.Datetime.now(),
        "next_try": item.next_try,
        "story": json.dumps(item.story),
        "reply_command": reply.command.value if reply and reply.command else None,
        "reply_code": reply.code if reply else None,
        "reply_enhanced": reply.enhanced if reply else None,
        "reply_text": (reply.text if reply else item.reason) or None,
        "reply_class": reply.reply_class.value if reply else None,
        "mail_server_id_int": work.server.id or None,
        "server_name": work.server_name or None,
        "sender_rule": work.rule or None,
        "took_over_from": work.took_over_from or None,
        "email_from": work.header_from or None,
        "envelope_sender": work.envelope_sender or None,
        "signed_with": ", ".join(work.signed.records) or None if work.signed else None,
        "unsigned_because": work.signed.problem or None if work.signed else None,
    }


NOTED = tuple(
    name
    for name in COLUMNS
    if name not in ("story", "next_try", "email_from", "envelope_sender")
    and not name.startswith(("reply_", "signed_", "unsigned_"))
)


def _insert_code(columns):
    """The statement up to its rows, and one row of it; put together once, for it is in the way of
    every mail."""
    values = ", ".join("%s::jsonb" if name == "story" else "%s" for name in columns)
    return f"INSERT INTO mail_delivery ({', '.join(columns)}) VALUES ", f"({values})"


ANSWER_INTO, ANSWER_ROW = _insert_code(COLUMNS)
ANSWER_CONFLICT = " ON CONFLICT (mail_mail_id_int, email) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in COLUMNS if name not in KEPT
)
BEGIN_INTO, BEGIN_ROW = _insert_code(NOTED)
# One more try of everybody who has neither accepted nor refused. `xmax = 0` is PostgreSQL's own
# mark of a row that the statement has inserted, and not updated.
BEGIN_CONFLICT = """ ON CONFLICT (mail_mail_id_int, email) DO UPDATE SET
    state = %s, attempts = mail_delivery.attempts + 1, doubts = mail_delivery.doubts + 1,
    tried_at = excluded.tried_at, mail_server_id_int = excluded.mail_server_id_int,
    server_name = excluded.server_name, sender_rule = excluded.sender_rule,
    took_over_from = excluded.took_over_from
    WHERE mail_delivery.state IN %s
    RETURNING xmax = 0"""


def _parameters(work, recipients, columns):
    for item in recipients:
        values = _values(work, item)
        yield from (values[name] for name in columns)


def _upsert(work, recipients):
    code = ANSWER_INTO + ", ".join([ANSWER_ROW] * len(recipients)) + ANSWER_CONFLICT
    return SQL(code, *_parameters(work, recipients, COLUMNS))


def _begin(work):
    recipients = work.recipients.values()
    code = BEGIN_INTO + ", ".join([BEGIN_ROW] * len(recipients)) + BEGIN_CONFLICT
    return SQL(code, *_parameters(work, recipients, NOTED), IN_DOUBT, OPEN)


class _Base:
    def _execute(self, query):
        raise NotImplementedError

    def _load(self, work):
        """What earlier tries of this mail came to; those recipients."""
        loaded = []
        rows = self._execute(
            SQL(
                """SELECT email, kind, res_partner_id_int, state, attempts, doubts, story, next_try
                   FROM mail_delivery WHERE mail_mail_id_int = %s""",
                work.mail_id,
            )
        )
        for email, kind, partner_id, state, attempts, doubts, story, next_try in rows:
            work.recipients[email] = Recipient(
                email, kind, partner_id, state, attempts, doubts, story or [], next_try
            )
            loaded.append(work.recipients[email])
        return loaded


class Recorder(_Base):
    """On a connection of its own, opened when it is needed first."""

    def __init__(self, registry):
        self._registry = registry
        self._cr = None
        self._first = SQL()

    def begin(self, work):
        """The try is committed before anything of the mail is built."""
        if not work.recipients:
            return
        rows = self._execute(_begin(work))
        is_new = all(is_inserted for (is_inserted,) in rows)
        if len(rows) < len(work.recipients) or not is_new:
            work.is_first_try = False
            self._load(work)

    def answer(self, work, recipients):
        """Who has had it is committed before anybody else is tried."""
        if not recipients:
            return
        work.unrecorded.update({item.email: item for item in recipients})
        for is_last in (False, True):
            try:
                self._execute(_upsert(work, work.unrecorded.values()))
            except psycopg2.Error:
                # What has left cannot be called back: once more, on another connection. If that
                # fails too it is kept, for the next answer or the end of the mail.
                self.close()
                if is_last:
                    _logger.exception("Deliveries of mail %s are not recorded yet", work.mail_id)
            else:
                work.unrecorded.clear()
                break
        if not work.is_first_try:
            self._forgive_doubts(work)

    def _forgive_doubts(self, work):
        """Mails that get on do not kill workers."""
        if any(item.doubts > 1 and not item.told for item in work.recipients.values()):
            self._execute(
                SQL(
                    """UPDATE mail_delivery SET doubts = 1
                       WHERE mail_mail_id_int = %s AND doubts > 1""",
                    work.mail_id,
                )
            )

    def finish(self, work, recipients):
        self.answer(work, [*work.unrecorded.values(), *recipients])

    def note_rest(self, server_id, values):
        """How a server fares, for all workers to see."""
        reply = values["rest_reply"] and json.dumps(values["rest_reply"])
        rest = (values["resting_until"], values["rest_faults"], reply)
        if not server_id:
            self._execute(SQL(NOTE_COMMAND_LINE, COMMAND_LINE_REST, json.dumps(rest, default=str)))
            return
        self._execute(
            SQL(
                """UPDATE ir_mail_server SET resting_until = %s, rest_faults = %s,
                       rest_reply = %s::jsonb WHERE id = %s""",
                *rest,
                server_id,
            )
        )

    def rest_of_command_line(self):
        """As noted last: until when, how many faults in a row, the last one."""
        rows = self._execute(
            SQL("SELECT value FROM ir_config_parameter WHERE key = %s", COMMAND_LINE_REST)
        )
        until, faults, reply = json.loads(rows[0][0]) if rows else (None, 0, None)
        return fields.Datetime.to_datetime(until), faults, reply and json.loads(reply)

    def _execute(self, query):
        cr = self._cursor()
        cr.execute(SQL("%s %s", self._first, query), log_exceptions=False)
        self._first = SQL()
        return cr.fetchall() if cr.description else []

    def _cursor(self):
        if self._cr is None:
            cr = self._registry.cursor()
            # One statement is one transaction, and waits instead of failing on newer rows.
            cr._cnx.set_session(
                isolation_level=extensions.ISOLATION_LEVEL_READ_COMMITTED, autocommit=True
            )
            self._cr = cr
            self._first = SQL("SET lock_timeout = %s;", f"{LOCK_SECONDS}s")
        return self._cr

    def close(self):
        """The pool resets the settings before it lends the connection again."""
        cr, self._cr = self._cr, None
        if cr is None:
            return
        try:
            cr._cnx.autocommit = False
            cr.close()
        except psycopg2.Error:
            _logger.info("The connection of the recorder was lost")


class OwnRecorder(_Base):
    """In the transaction that sends, all at once when the mail is done."""

    def __init__(self, env, knows_earlier_tries):
        self._env = env
        self._knows_earlier_tries = knows_earlier_tries

    def begin(self, work):
        if self._knows_earlier_tries:
            self._env["mail.delivery"].flush_model()
            work.is_first_try = False
            for item in self._load(work):
                if item.is_open:
                    item.state = IN_DOUBT
                    item.attempts += 1
                    item.doubts += 1

    def answer(self, work, recipients):
        pass

    def finish(self, work, recipients):
        if work.recipients:
            self._env["mail.delivery"].flush_model()
            self._execute(_upsert(work, work.recipients.values()))
            self._env["mail.delivery"].invalidate_model(flush=False)

    def _execute(self, query):
        self._env.cr.execute(query)
        return self._env.cr.fetchall() if self._env.cr.description else []
