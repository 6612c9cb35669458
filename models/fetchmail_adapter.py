"""What stands between a mailbox and `_fetch_mail`: mails are kept first, and processed then."""

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
from .fetchmail_moved import MailsMoved
from .fetchmail_peek import MailsPeeked
from .fetchmail_progress import RunsNoted
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
        folders = [ImapFolder(connection, name) for name in server._folder_names()]
        return SpoolingConnection(server, connection, folders)
    if isinstance(connection, poplib.POP3):
        return SpoolingConnection(server, connection, [Pop3Mailbox(connection)])
    return connection


class SpoolingConnection(MailsLeft, MailsMoved, MailsPeeked, RunsNoted):
    """Has the four methods that `_fetch_mail` uses; everything else is the connection's.

    `_fetch_mail` holds the row of the mailbox until it ends, so nothing is written on it on
    another cursor.
    """

    def __init__(self, server, connection, folders):
        self._server, self._connection = server, connection
        self._folders, self._folder = folders, folders[0]
        self._registry = server.env.registry
        self._account = f"{server.user}@{server.server}:{server.port}".lower()
        self._values = server._spool_values()
        self._trouble = None
        self._has_left = self._has_fetched = False
        self._yielded = []

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
            self._server._note_trouble(error, is_in_history=bool(self._run_id))
            if not self._count_waiting():
                self._trouble = error
                raise
            self._trouble, left = error, 0
        else:
            self._server._note_success()
        finally:
            if not self._moves():
                self._leave()
        return min(self._count_waiting(), TAKEN) + left

    def retrieve_unread_messages(self):
        """What waits of this mailbox, the oldest first: what was left over comes first, too."""
        last = 0
        while group := self._next_group(last):
            for incoming_id, raw in group:
                last = incoming_id
                self._yielded.append(incoming_id)
                yield incoming_id, Spooled.of(incoming_id, raw)
        if self._trouble:
            raise self._trouble

    def handled_message(self, _number):
        """The mailbox was told when the mail was kept."""

    def disconnect(self):
        """Never raises: the other mailboxes of the run have their turn."""
        try:
            if self._has_fetched and not self._has_left and self._moves():
                self._move_all()
            self._note_end()
            if self._has_fetched and self._count_waiting():
                with self._env() as env:
                    env["mail.incoming"]._wake()
        except Exception:
            _logger.exception("The run of mailbox %s did not end well", self._account)
        finally:
            self._leave()

    # ------------------------------------------------------------
    # SPOOLING
    # ------------------------------------------------------------

    def _spool_all(self):
        """:returns: how many of the wanted mails the time did not allow to keep"""
        end = self._server.env.context.get("cron_end_time", time.monotonic() + SECONDS_TO_SPOOL)
        left, refused = 0, []
        for folder in self._folders:
            self._folder = folder
            try:
                folder.open()
                left += self._spool_folder(end)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:  # this folder alone: it may be gone
                refused.append(error)
        if refused:
            raise refused[0]
        return left

    def _spool_folder(self, end):
        if self._moves():
            self._begin_moving()
        keys = self._wanted()
        self._look_for_others(keys)
        keys = self._not_known(self._not_given_up(keys))
        self._note_found(len(keys))
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
        if gone := [key for key in keys if key not in sizes]:
            self._forget(gone)
        too_large = [key for key in keys if sizes.get(key, 0) > self._max_bytes]
        for key in too_large:
            self._note_too_large(key, sizes[key])
        fetched = [(key, sizes.get(key, 0)) for key in keys if key not in too_large]
        for part in batches.split_by_bytes(fetched):
            raws = self._folder.fetch(part)
            self._tell_taken(self._keep(raws))
            for key in part:
                if key in sizes and key not in raws:
                    self._note_not_kept(key)
        self._advance(keys)

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
        self._note_fetched(new)

    def _row_values(self, key):
        return {
            **self._values,
            "account": self._account,
            "folder": self._folder.name,
            "uidvalidity": self._folder.uidvalidity,
            "uid": self._uid(key),
            "run_id": self._run_id,
            "is_on_server": self._is_pop and self._server.leaves_on_server,
        }

    def _uid(self, key):
        """What the mailbox calls a mail for ever; False where it has no name for it."""
        if self._is_pop:
            return self._folder.uidls.get(key, False)
        return str(key)

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
