"""The mails that would be fetched next, looked at without a trace."""

import imaplib
import poplib
import time

from ..core.incoming import batches


class MailsPeeked:
    """Part of the adapter: no flag is set, nothing is deleted, remembered or kept."""

    def peek(self, number, seconds):
        """Up to so many of the next mails, each folder's in its order.

        :returns: triples of the folder, the bytes or None where it is too large, and the size
        """
        self._has_fetched = False
        end, found = time.monotonic() + seconds, []
        try:
            for folder in self._folders:
                self._folder = folder
                folder.open(readonly=True)
                keys = self._next_keys()[: number - len(found)]
                found += self._peek_at(keys, end)
        finally:
            self._leave()
        return found

    def _next_keys(self):
        # Nothing is written, so it is read in the transaction of whoever asks.
        env, folder = self._server.env, self._folder
        if self._remembers:
            memory = env["fetchmail.folder"]._find(self._server.id, self._account, folder.name)
            is_begun = memory and memory.uidvalidity == folder.uidvalidity
            return folder.after(int(memory.last_uid)) if is_begun else []
        keys = folder.unread()
        known = {row.uid for row in self._rows(env, list(map(self._uid, keys))) if row.sha256}
        may_be_known = not self._is_pop or self._server.leaves_on_server
        return [key for key in keys if not may_be_known or self._uid(key) not in known]

    def _peek_at(self, keys, end):
        sizes, found = self._folder.sizes(keys), {}
        fetched = [(key, sizes[key]) for key in keys if sizes.get(key, 0) <= self._max_bytes]
        for part in batches.split_by_bytes(item for item in fetched if item[0] in sizes):
            if time.monotonic() > end:
                break
            found.update(self._folder.peek(part))
        name = self._folder.name
        asked = [key for key in keys if key in found or sizes.get(key, 0) > self._max_bytes]
        return [(name, found.get(key), sizes[key]) for key in asked]


PEEK_ERRORS = (imaplib.IMAP4.error, poplib.error_proto, OSError)
