"""What a mailbox is asked for: what is unread, what came after the last one seen, or, by POP3,
what was not there before."""

import hashlib
import poplib
from datetime import timedelta

from odoo import fields

from ..core.incoming import batches
from ..core.incoming.pop3 import Pop3Mailbox

RENUMBERED_DAYS = 1
"""After a folder was numbered anew: what came that long before the last run is looked at again, and
what the spool knows by its bytes is left out."""


class MailsWanted:
    """Part of the adapter: the memory of the mailbox, and what it is told of a mail."""

    @property
    def _is_pop(self):
        return isinstance(self._folder, Pop3Mailbox)

    @property
    def _remembers(self):
        """Whether the unread flag is left to people."""
        return not self._is_pop and self._server.memory == "new"

    def _wanted(self):
        """The keys of the mails to be taken, the oldest first."""
        if self._is_pop:
            return (
                self._not_left_there() if self._server.leaves_on_server else self._folder.unread()
            )
        return self._not_seen() if self._remembers else self._folder.unread()

    def _tell_taken(self, keys):
        """Everything is kept: the mailbox may forget it, or we remember it."""
        if self._remembers or (self._is_pop and self._server.leaves_on_server):
            return
        self._folder.acknowledge(sorted(keys))

    # ------------------------------------------------------------
    # SOMEBODY ELSE IN THE SAME MAILBOX
    # ------------------------------------------------------------

    def _look_for_others(self, keys):
        """New mails that are read already are read by somebody else, and are not fetched.

        It is asked only where there are new mails that are not unread, and says so: who reads the
        mailbox besides us may have every right to.
        """
        folder = self._folder
        if self._is_pop or self._remembers or not folder.uidnext:
            return
        highest = folder.uidnext - 1
        with self._env() as env:
            memory = self._memory(env)
            validity, _space, last = (memory.highest or "").partition(" ")
            last = int(last) if validity == folder.uidvalidity else highest
            if highest - last > sum(last < key <= highest for key in keys):
                self._note_read(memory, folder.read_after(last))
            if f"{folder.uidvalidity} {highest}" != memory.highest:
                memory.highest = f"{folder.uidvalidity} {highest}"

    def _note_read(self, memory, uids):
        if read := [uid for uid in uids if uid < self._folder.uidnext]:
            memory.read_elsewhere += len(read)
            memory.read_elsewhere_on = fields.Datetime.now()

    # ------------------------------------------------------------
    # EVERYTHING AFTER THE LAST ONE SEEN
    # ------------------------------------------------------------

    def _not_seen(self):
        with self._env() as env:
            memory = self._memory(env)
            if memory.uidvalidity != self._folder.uidvalidity:
                return self._after_renumbering(env, memory)
            left = set(map(int, memory.left or {})) | self._too_large_uids(env)
            last = int(memory.last_uid)
        return sorted({*self._folder.after(last), *left})

    def _after_renumbering(self, env, memory):
        """A folder that is new begins now; one that was numbered anew is read from the last run."""
        was_read_on = memory.uidvalidity and memory.read_on
        known = self._last_uid_in_spool(env)
        last = self._folder.last_uid() if known is None else known
        keys = self._folder.after(last)
        if was_read_on:
            day = (was_read_on - timedelta(days=RENUMBERED_DAYS)).date()
            keys = self._folder.since(day)
            last = keys[0] - 1 if keys else last
        memory.write(
            {
                "uidvalidity": self._folder.uidvalidity,
                "last_uid": str(last),
                "read_on": fields.Datetime.now(),
                "left": False,
            }
        )
        return keys

    def _last_uid_in_spool(self, env):
        """Of a mailbox that was read by its unread flags until now."""
        env.cr.execute(
            """SELECT max(uid::bigint) FROM mail_incoming
               WHERE account = %s AND folder = %s AND uidvalidity = %s AND uid ~ '^[0-9]+$'""",
            [self._account, self._folder.name, self._folder.uidvalidity],
        )
        return env.cr.fetchone()[0]

    def _too_large_uids(self, env):
        """They are asked for again in case that more is allowed now."""
        left = env["mail.incoming"].search(self._left_domain())
        return {int(row.uid) for row in left if row.uidvalidity == self._folder.uidvalidity}

    def _advance(self, keys):
        """Committed after the mails are, so that none is left out."""
        if not self._remembers or not keys:
            return
        with self._env() as env:
            memory = self._memory(env)
            last = max(int(memory.last_uid or 0), *keys)
            memory.write({"last_uid": str(last), "read_on": fields.Datetime.now()})

    # ------------------------------------------------------------
    # LEFT ON A POP3 SERVER
    # ------------------------------------------------------------

    def _not_left_there(self):
        """What was not there before. What has been there long enough is deleted."""
        folder, numbers = self._folder, self._folder.unread()
        if numbers and not folder.uidls:
            raise poplib.error_proto("-ERR no UIDL, so nothing can be left on the server")
        with self._env() as env:
            rows = self._rows(env, list(folder.uidls.values())).filtered("sha256")
            known = {row.uid: row.create_date for row in rows}
            rows.filtered(lambda row: not row.is_on_server).is_on_server = True
            self._forget_gone(env, rows)
        days = self._server.leave_days
        limit = fields.Datetime.now() - timedelta(days=days)
        aged = [
            number
            for number in numbers
            if days and known.get(folder.uidls.get(number), fields.Datetime.now()) <= limit
        ]
        folder.acknowledge(aged)
        return [number for number in numbers if folder.uidls.get(number) not in known]

    def _forget_gone(self, env, there):
        """Rows of mails that are on the server are kept longer than others: they are its memory."""
        gone = [
            ("account", "=", self._account),
            ("is_on_server", "=", True),
            ("id", "not in", there.ids),
        ]
        env["mail.incoming"].search(gone).is_on_server = False

    # ------------------------------------------------------------
    # WHAT IS KNOWN
    # ------------------------------------------------------------

    def _not_known(self, keys):
        """Without the mails that stand in the spool: they are only acknowledged again.

        A UID is a promise (RFC 9051 section 2.3.1.1); a UIDL is one that some servers break, so
        what POP3 calls known is compared by its bytes.
        """
        if self._is_pop or not keys:
            return keys
        with self._env() as env:
            kept = {row.uid for row in self._rows(env, [str(key) for key in keys]) if row.sha256}
        known = [key for key in keys if str(key) in kept]
        for start in range(0, len(known), batches.SIZES[-1]):
            self._tell_taken(known[start : start + batches.SIZES[-1]])
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
        kept = {row.sha256: row for row in rows if row.folder == self._folder.name}

        def is_new(key):
            row = kept.get(digests[key])
            if row is None:
                return True
            if self._is_pop:
                return bool(row.uid) and row.uid != self._uid(key)
            return row.uidvalidity == self._folder.uidvalidity and row.uid != self._uid(key)

        return {key: raw for key, raw in raws.items() if is_new(key)}
