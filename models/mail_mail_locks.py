import psycopg2
from odoo import fields, models, modules
from odoo.tools import SQL


class MailMail(models.Model):
    """No two workers send the same e-mail: whoever sends it holds its row."""

    _inherit = "mail.mail"

    def _is_of_this_transaction(self):
        """Nobody else can see it yet; so it is neither locked nor recorded beside it."""
        return self.create_date == self.env.cr.now()

    def _not_in_other_hands(self, run):
        """Without the mails that somebody else is sending, or has sent since we began."""
        if run.commits or modules.module.current_test:
            return self
        visible = self.filtered(lambda mail: not mail._is_of_this_transaction())
        locked = visible._locked() if visible else visible
        return self.browse(
            mail_id for mail_id in self._ids if mail_id not in (visible - locked)._ids
        )

    def _locked(self):
        """Those that could be locked, in a transaction that is not ours to end."""
        try:
            with self.env.cr.savepoint():
                return self._lock()
        except psycopg2.OperationalError:
            if len(self) == 1:
                return self.browse()  # changed since we began, and so somebody else's
            return self.browse().union(*(mail._locked() for mail in self))

    def _lock(self, run=None):
        """Lock what is waiting to be sent, until the end of the transaction.

        Rows that others hold are skipped; one that was changed since the transaction began
        raises. Others may go on to refer to a locked row.
        """
        due = SQL()
        if run and run.due_only:
            due = SQL("AND (scheduled_date IS NULL OR scheduled_date <= %s)", fields.Datetime.now())
        query = SQL(
            """SELECT id FROM mail_mail WHERE id IN %s AND state = 'outgoing' %s
               ORDER BY id FOR NO KEY UPDATE SKIP LOCKED""",
            self._ids,
            due,
        )
        self.env.cr.execute(query, log_exceptions=False)
        found = {row[0] for row in self.env.cr.fetchall()}
        return self.browse(mail_id for mail_id in self._ids if mail_id in found)
