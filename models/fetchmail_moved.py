"""Mails that are put into other folders of the mailbox once it is known what became of them."""

import imaplib
import logging

from odoo import fields

from .fetchmail_memory import MailsWanted

_logger = logging.getLogger(__name__)

STATES_OF = {"done_folder": ("done", "ignored"), "failed_folder": ("failed",)}
MOVED_MAX = 500
"""Mails in one command, and in one run of each kind."""


class MailsMoved(MailsWanted):
    """Part of the adapter, for IMAP: at the end of a run, and of a later one what was processed
    in between."""

    def _moves(self):
        return not self._is_pop and any(self._server[name] for name in STATES_OF)

    def _begin_moving(self):
        """What was processed before a folder was chosen stays where it is."""
        with self._env() as env:
            memory = self._memory(env)
            if not memory.moves_since:
                memory.moves_since = fields.Datetime.now()

    def _move_all(self):
        """Whatever goes wrong here has no consequences but that they are moved later."""
        for folder in self._folders:
            self._folder = folder
            try:
                self._move_of_folder()
            except (imaplib.IMAP4.abort, OSError):
                return
            except imaplib.IMAP4.error as error:
                _logger.warning("Mails of %s could not be moved: %s", self._account, error)

    def _move_of_folder(self):
        folder = self._folder
        targets = {name: self._server[name] for name in STATES_OF if self._server[name]}
        to_move = {name: self._to_move(STATES_OF[name]) for name in targets}
        if not any(to_move.values()):
            return
        folder.open()
        for name, rows in to_move.items():
            uids = [int(uid) for uid, validity in rows.values() if validity == folder.uidvalidity]
            if uids and targets[name] != folder.name:
                folder.move(uids, targets[name])
            with self._env() as env:
                env["mail.incoming"].browse(rows).exists().moved_to = targets[name]

    def _to_move(self, states):
        """{id: (UID, UIDVALIDITY)}"""
        with self._env() as env:
            since = self._memory(env).moves_since
            rows = env["mail.incoming"].search_fetch(
                [
                    ("account", "=", self._account),
                    ("folder", "=", self._folder.name),
                    ("state", "in", states),
                    ("moved_to", "=", False),
                    ("sha256", "!=", False),
                    ("uid", "!=", False),
                    ("processed_at", ">=", since),
                ],
                ["uid", "uidvalidity"],
                limit=MOVED_MAX,
            )
            return {row.id: (row.uid, row.uidvalidity) for row in rows}
