"""What stands between a mailbox and `_fetch_mail`: mails are kept first, and processed then."""

import hashlib
import imaplib
import logging
import poplib
import time

import psycopg2
from odoo import fields
from odoo.tools import SQL

from ..core.incoming import batches
from ..core.incoming.imap import ImapFolder
from ..core.incoming.pop3 import Pop3Mailbox
from ..core.text import printable
from .fetchmail_left import MailsLeft
from .incoming_run import Committed, SourceLost, Spooled

_logger = logging.getLogger(__name__)

SECONDS_TO_SPOOL = 50
"""For a mailbox that is fetched by hand: a request is ended after 120 (limit_time_real)."""
MAX_BYTES_PARAMETER = "email_communication.incoming_max_megabytes"
MAX_MEGABYTES = 100
"""A larger mail stays in the mailbox: processing takes ten times its size in memory."""
GROUP_BYTES = 8 * 1024 * 1024
GROUP = 50
ERROR_CHARS = 500
TAKEN = 50
"""Mails that Odoo's fetching processes in one run; the rest is the scheduled action's."""


def wrap(server, connection):
    """The adapter of a connection that we know; any other one is returned as it is."""
    if isinstance(connection, imaplib.IMAP4):
        return SpoolingConnection(server, connection, ImapFolder(connection))
    if isinstance(connection, poplib.POP3):
        return SpoolingConnection(server, connection, Pop3Mailbox(connection))
    return connection


class SpoolingConnection(MailsLeft):
    """Has the four methods that `_fetch_mail` uses; everything else is the connection's.

    `_fetch_mail` holds the row of the mailbox until it ends, so nothing is written on it on
    another cursor.
    """

    def __init__(self, server, connection, folder):
        self._server, self._connection, self._folder = server, connection, folder
        self._registry = server.env.registry
        self._account = f"{server.user}@{server.server}:{server.port}".lower()
        self._values = server._spool_values()
        self._trouble = None
        self._has_left = self._has_fetched = False

    def __getattr__(self, name):
        return getattr(self._connection, name)

    # ------------------------------------------------------------
    # WHAT FETCHMAIL CALLS
    # ------------------------------------------------------------

    def check_unread_messages(self):
        """Keep what is unread, tell the mailbox, and leave it.

        :returns: how many mails this run can process; so many are left to do
        """
        self._has_fetched = True
        try:
            left = self._spool_all()
        except Exception as error:
            self._server._note_trouble(error)
            if not self._count_waiting():
                raise
            self._trouble, left = error, 0
        else:
            self._server._note_success()
        finally:
            self._leave()
        return min(self._count_waiting(), TAKEN) + left

    def retrieve_unread_messages(self):
        """What waits of this mailbox, the oldest first: what was left over comes first, too."""
        last = 0
        while group := self._next_group(last):
            for incoming_id, raw in group:
                last = incoming_id
                yield incoming_id, Spooled.of(incoming_id, raw)
        if self._trouble:
            raise self._trouble

    def handled_message(self, _number):
        """The mailbox was told when the mail was kept."""

    def disconnect(self):
        """Never raises: the other mailboxes of the run have their turn."""
        self._leave()
        try:
            if self._has_fetched and self._count_waiting():
                with self._env() as env:
                    env["mail.incoming"]._wake()
        except Exception:
            _logger.exception("What waits could not be announced; it is looked for regularly")

    # ------------------------------------------------------------
    # SPOOLING
    # ------------------------------------------------------------

    def _spool_all(self):
        """:returns: how many unread mails the time did not allow to keep"""
        self._folder.open()
        keys = self._not_known(self._not_given_up(self._folder.unread()))
        end = self._server.env.context.get("cron_end_time", time.monotonic() + SECONDS_TO_SPOOL)
        done = 0
        for number in batches.numbers():
            batch = keys[done : done + number]
            if not batch or (done and time.monotonic() > end):
                break
            done += len(batch)
            self._spool_batch(batch)
        return len(keys) - done

    def _spool_batch(self, keys):
        sizes = self._folder.sizes(keys)
        too_large = [key for key in keys if sizes.get(key, 0) > self._max_bytes]
        for key in too_large:
            self._note_too_large(key, sizes[key])
        fetched = [(key, sizes.get(key, 0)) for key in keys if key not in too_large]
        for part in batches.split_by_bytes(fetched):
            raws = self._folder.fetch(part)
            kept = self._keep(raws)
            self._folder.acknowledge(sorted(kept))
            for key in part:
                if key in sizes and key not in raws:
                    self._note_not_kept(key)

    def _keep(self, raws):
        """Commit the mails; what cannot be kept stays in the mailbox and does not stop the rest.

        :returns: the keys of those that are kept
        """
        if not raws:
            return []
        try:
            self._insert(raws)
            return list(raws)
        except psycopg2.InterfaceError:
            raise
        except Exception as error:  # noqa: BLE001 - one mail must not keep the others
            if len(raws) == 1:
                return self._could_not_be_kept(raws, error)
        return [kept for key, raw in raws.items() for kept in self._keep({key: raw})]

    def _could_not_be_kept(self, raws, error):
        """:raises: what is not the mail's fault"""
        if isinstance(error, psycopg2.errors.UniqueViolation):
            return list(raws)  # somebody else has just kept it
        if isinstance(error, psycopg2.OperationalError):
            raise error
        _logger.exception("A mail of mailbox %s could not be kept", self._account)
        for key in raws:
            self._note_not_kept(key, printable(str(error), ERROR_CHARS))
        return []

    def _insert(self, raws):
        with self._env() as env:
            incoming = env["mail.incoming"]
            new = self._without_kept(env, raws)
            if new:
                self._forget_left(env, new)
                incoming._spool([(raw, self._row_values(key)) for key, raw in new.items()])

    def _row_values(self, key):
        return {
            **self._values,
            "account": self._account,
            "folder": self._folder.name,
            "uidvalidity": self._folder.uidvalidity,
            "uid": self._uid(key),
        }

    def _uid(self, key):
        """What the mailbox calls a mail for ever; False where it has no name for it."""
        if isinstance(self._folder, Pop3Mailbox):
            return self._folder.uidls.get(key, False)
        return str(key)

    # ------------------------------------------------------------
    # WHAT IS KNOWN
    # ------------------------------------------------------------

    def _not_known(self, keys):
        """Without the mails that stand in the spool: they are only acknowledged again.

        A UID is a promise (RFC 9051 section 2.3.1.1); a UIDL is one that some servers break, so
        what POP3 calls known is compared by its bytes.
        """
        if isinstance(self._folder, Pop3Mailbox) or not keys:
            return keys
        with self._env() as env:
            kept = {row.uid for row in self._rows(env, [str(key) for key in keys]) if row.sha256}
        known = [key for key in keys if str(key) in kept]
        for start in range(0, len(known), batches.SIZES[-1]):
            self._folder.acknowledge(known[start : start + batches.SIZES[-1]])
        return [key for key in keys if str(key) not in kept]

    def _rows(self, env, uids):
        return env["mail.incoming"].search_fetch(
            [
                ("account", "=", self._account),
                ("folder", "=", self._folder.name),
                ("uidvalidity", "=", self._folder.uidvalidity),
                ("uid", "in", uids),
            ],
            ["uid", "sha256"],
        )

    def _without_kept(self, env, raws):
        """Without what is kept under another name: the mailbox has numbered its mails anew, or
        POP3, which has no other memory, shows a mail again that it was told to delete."""
        digests = {key: hashlib.sha256(raw).hexdigest() for key, raw in raws.items()}
        rows = env["mail.incoming"].search_fetch(
            [("account", "=", self._account), ("sha256", "in", list(digests.values()))],
            ["sha256", "folder", "uidvalidity", "uid"],
        )
        is_pop = isinstance(self._folder, Pop3Mailbox)
        kept = {row.sha256: row for row in rows if row.folder == self._folder.name}

        def is_new(key):
            row = kept.get(digests[key])
            if row is None:
                return True
            if is_pop:
                return bool(row.uid) and row.uid != self._uid(key)
            return row.uidvalidity == self._folder.uidvalidity and row.uid != self._uid(key)

        return {key: raw for key, raw in raws.items() if is_new(key)}

    # ------------------------------------------------------------
    # WHAT WAITS
    # ------------------------------------------------------------

    def _waiting(self):
        return SQL(
            "state = 'received' AND account = %s AND (next_try IS NULL OR next_try <= %s)",
            self._account,
            fields.Datetime.now(),
        )

    def _count_waiting(self):
        with self._env() as env:
            query = SQL("SELECT count(*) FROM mail_incoming WHERE %s", self._waiting())
            return env.execute_query(query)[0][0]

    def _next_group(self, last):
        """Some of them with their sources, as many as memory should hold."""
        with self._env() as env:
            query = SQL(
                """SELECT id, size, sha256 FROM mail_incoming
                   WHERE %s AND id > %s ORDER BY id LIMIT %s""",
                self._waiting(),
                last,
                GROUP,
            )
            found = env.execute_query(query)
            sizes = ((row[0], row[1] or 0) for row in found)
            ids = next(batches.split_by_bytes(sizes, GROUP_BYTES), [])
            digests = {row[0]: row[2] for row in found}
            return [(row_id, self._source(env, row_id, digests[row_id])) for row_id in ids]

    def _source(self, env, row_id, digest):
        """Empty where it is lost; processing says so then."""
        try:
            return env["mail.incoming.source"]._read_raw(row_id, digest)
        except SourceLost:
            return b""

    # ------------------------------------------------------------

    @property
    def _max_bytes(self):
        value = self._server.env["ir.config_parameter"].sudo().get_param(MAX_BYTES_PARAMETER)
        return int(value or MAX_MEGABYTES) * 1024 * 1024

    def _env(self):
        return Committed(self._registry)

    def _leave(self):
        if not self._has_left:
            self._has_left = True
            self._folder.leave()
