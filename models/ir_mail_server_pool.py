from odoo import models, modules

from ..core.outgoing.pool import Pool
from .ir_mail_server_rest import CONNECTED_WITH

POOL = Pool()
"""Of this process: the queue and whoever posts share the connections of a server."""
FOR_ALL_SENDERS = {"mail_server_id", "smtp_from"}
"""What Odoo says when it connects to send; who says more wants a connection of his own."""
SAME_LINE = (*CONNECTED_WITH, "dkim_sign")
"""Signing belongs to the connection: it keeps the keys that it was opened with."""


class IrMailServer(models.Model):
    """Connections are kept for the next message, whoever sends it.

    What depends on the sender belongs to the session that borrows one.
    """

    # Apart from the choice of a server, so that each of the subjects is one readable file
    _inherit = "ir.mail_server"  # pylint: disable=consider-merging-classes-inherited

    def _pool_key(self, kwargs):
        """What makes two connections the same; None where one is not to be shared.

        Tests open theirs, the command line's server has no record, and an override of another
        addon may do something at each opening.
        """
        if not self or modules.module.current_test or kwargs.keys() - FOR_ALL_SENDERS:
            return None
        if self.smtp_authentication == "cli" or self.smtp_debug or not self._is_opened_by_odoo():
            return None
        return (self.env.cr.dbname, self.id, *(self[name] for name in SAME_LINE))

    def _is_opened_by_odoo(self):
        return all(
            cls.__module__.startswith(("odoo.addons.base.", "odoo.addons.email_communication."))
            for cls in type(self).__mro__
            if "_connect__" in vars(cls)
        )

    def _line(self, key, smtp_from):
        """A connection that was used before, or None; what Odoo asks before it connects is asked.

        :raises UserError: when the server must not be used
        """
        line = key and POOL.take(key)
        if line:
            try:
                self._check_forced_mail_server(self, False, smtp_from)
            except Exception:
                POOL.give(key, line)
                raise
        return line
