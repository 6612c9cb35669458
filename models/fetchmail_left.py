"""Mails that stay in the mailbox: what is too large, and what could not be taken."""

import logging

import psycopg2

_logger = logging.getLogger(__name__)


class MailsLeft:
    """Part of the adapter. What is too large has a row without a source, so that it is found;
    what could not be taken is remembered, told of, and not asked for for ever."""

    def _note_too_large(self, key, size):
        """It stays in the mailbox, unread; a row says so."""
        with self._env() as env:
            incoming, uid = env["mail.incoming"], self._uid(key)
            if uid and self._rows(env, [uid]):
                return
            values = {**incoming._values_of(self._folder.head(key)), **self._row_values(key)}
            values.update(
                size=min(size, 2**31 - 1), sha256=False, state="failed", reason="too_large"
            )
            incoming.create(values)._note_failure("too_large")

    def _note_not_kept(self, key, error=""):
        """It could not be taken, or not be stored."""
        if not (uid := self._uid(key)):
            return
        try:
            with self._env() as env:
                self._memory(env)._note_left(uid, error)
        except psycopg2.Error:
            _logger.exception("A mail of mailbox %s is not even listed", self._account)

    def _not_given_up(self, keys):
        """Without those that could not be taken in several runs."""
        with self._env() as env:
            there = {self._uid(key) for key in keys}
            given_up = self._memory(env)._given_up(there)
            self._close_gone(env, there)
        return [key for key in keys if self._uid(key) not in given_up]

    def _close_gone(self, env, there):
        """What was too large, and was taken by somebody else, needs no decision any more."""
        left = env["mail.incoming"].search(self._left_domain())
        self._close(left.filtered(lambda row: row.uid and row.uid not in there))

    def _forget(self, keys):
        """They were asked for, and are no longer there."""
        uids = [uid for uid in map(self._uid, keys) if uid]
        with self._env() as env:
            self._memory(env)._forget_left(uids)
            left = env["mail.incoming"].search(self._left_domain())
            self._close(left.filtered(lambda row: row.uid in uids))

    def _close(self, rows):
        rows.write({"state": "ignored", "reason": "gone"})
        rows._close_alerts()

    def _left_domain(self):
        return [
            ("account", "=", self._account),
            ("folder", "=", self._folder.name),
            ("state", "=", "failed"),
            ("reason", "=", "too_large"),
            ("sha256", "=", False),
        ]

    def _forget_left(self, env, keys):
        """They were left in the mailbox, and now they are here."""
        uids = [uid for uid in map(self._uid, keys) if uid]
        self._memory(env)._forget_left(uids)
        rows = self._rows(env, uids).filtered(lambda row: not row.sha256)
        rows.write({"state": "ignored"})
        rows._close_alerts()
        rows.unlink()

    def _memory(self, env):
        return env["fetchmail.folder"]._of(self._server.id, self._account, self._folder.name)
