import re
from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, email_normalize

from ..core.incoming import loops

FORECAST_DAYS = 30
PATTERN_DAYS = 7
ROUNDED = timedelta(seconds=1)
"""What a time may have lost that went through Odoo: mails of one batch have the same."""

Probe = namedtuple("Probe", "model res_id threshold minutes")
"""What is asked about one route: the record that it writes to, False where it makes a new one."""


class MailIncoming(models.Model):
    """Who wrote how often: counted on what came in by the gateway, and only there.

    A record that somebody made by hand or imported is no mail.
    """

    _inherit = "mail.incoming"

    email_normalized = fields.Char(
        "Sender",
        compute="_compute_email_normalized",
        store=True,
        precompute=True,
        readonly=False,  # the gateway may know a better one than the header has
        help="The address of the sender, by which its mails are counted.",
    )
    automatic_sign = fields.Char(
        "Automatic By",
        readonly=True,
        help="The sign by which this mail was taken for one that no person wrote.",
    )
    loop_told_at = fields.Datetime(
        "Told of the Loop On",
        readonly=True,
        help="When the sender was told that its mails are held.",
    )
    loop_threshold = fields.Integer("Threshold", readonly=True)
    loop_minutes = fields.Integer("Window", readonly=True)
    loop_alias_id = fields.Many2one(
        "mail.alias", "By the Alias", readonly=True, ondelete="set null", index="btree_not_null"
    )

    _loop_created = models.Index("(email_normalized, res_model, create_date) WHERE created_record")
    _loop_updated = models.Index(
        "(email_normalized, res_model, res_id, create_date) WHERE state = 'done'"
    )
    _loop_told = models.Index("(email_normalized, loop_told_at) WHERE loop_told_at IS NOT NULL")
    _loop_answered = models.Index("(email_normalized, create_date) WHERE answered")
    _loop_held = models.Index("(email_normalized, id) WHERE state = 'held'")

    @api.depends("email_from")
    def _compute_email_normalized(self):
        for incoming in self:
            incoming.email_normalized = self._loop_sender(incoming.email_from)

    @api.model
    def _loop_sender(self, email_from):
        """Whose mails are counted together, False where a mail names no sender."""
        if not email_from:
            return False
        try:
            sender = email_normalize(email_from, strict=False) or email_from
        except RecursionError:  # comments in comments, as earlier versions stored them
            sender = email_from.replace("(", "")
        return loops.sender_key(sender) or False

    # ------------------------------------------------------------
    # COUNTING
    # ------------------------------------------------------------

    @api.model
    def _loop_over(self, sender, probes, until=None):
        """Which of these are over their threshold; one query, whatever the size of the tables.

        :param until: when the mail came in, where it has waited since
        :return: a list of booleans, in the order of `probes`
        """
        if not probes:
            return []
        self._flush_for_loops()
        now = until or self.env.cr.now()
        columns = [
            SQL(
                """EXISTS (SELECT FROM mail_incoming WHERE %s AND create_date >= %s%s
                           OFFSET %s LIMIT 1)""",
                self._loop_condition(sender, probe),
                now - timedelta(minutes=probe.minutes),
                SQL(" AND create_date < %s", until + ROUNDED) if until else SQL(),
                probe.threshold - 1,
            )
            for probe in probes
        ]
        return list(self.env.execute_query(SQL("SELECT %s", SQL(", ").join(columns)))[0])

    @api.model
    def _loop_condition(self, sender, probe):
        """Mails that made a record of the model; or that went to this one, as Odoo counts them."""
        of_sender = SQL("email_normalized = %s AND res_model = %s", sender, probe.model)
        if not probe.res_id:
            return SQL("%s AND created_record", of_sender)
        return SQL(
            "%s AND res_id = %s AND state = 'done' AND reason IN ('created', 'reply')",
            of_sender,
            probe.res_id,
        )

    @api.model
    def _flush_for_loops(self):
        names = ("email_normalized", "res_model", "res_id", "created_record", "state", "reason")
        self.flush_model([*names, "answered", "loop_told_at", "recipients"])

    @api.model
    def _loop_last_record(self, sender, probe):
        """The record that the sender's mails are collected on: the last one it made."""
        self._flush_for_loops()
        query = SQL(
            """SELECT res_id FROM mail_incoming WHERE %s AND create_date >= %s
               ORDER BY create_date DESC, id DESC LIMIT 1""",
            self._loop_condition(sender, probe._replace(res_id=False)),
            self.env.cr.now() - timedelta(minutes=probe.minutes),
        )
        found = self.env.execute_query(query)
        return self.env[probe.model].browse(found[0][0] if found else ()).exists()

    @api.model
    def _loop_was_told(self, sender, minutes):
        self._flush_for_loops()
        query = SQL(
            """SELECT EXISTS (SELECT FROM mail_incoming
                              WHERE email_normalized = %s AND loop_told_at >= %s)""",
            sender,
            fields.Datetime.now() - timedelta(minutes=minutes),
        )
        return self.env.execute_query(query)[0][0]

    @api.model
    def _loop_was_answered(self, sender, minutes, times):
        """Whether a sender had that many notices, of any kind, within the window."""
        self._flush_for_loops()
        query = SQL(
            """SELECT EXISTS (SELECT FROM mail_incoming
                              WHERE email_normalized = %s AND answered AND create_date >= %s
                              OFFSET %s LIMIT 1)""",
            sender,
            self.env.cr.now() - timedelta(minutes=minutes),
            times - 1,
        )
        return self.env.execute_query(query)[0][0]

    # ------------------------------------------------------------
    # WHAT A THRESHOLD WOULD HAVE DONE
    # ------------------------------------------------------------

    @api.model
    def _loop_forecast(self, threshold, minutes, model=None, address=None):
        """What a threshold would have held in the last 30 days.

        :param model: of an alias; None for all
        :param address: of the alias
        :return: number of mails, number of senders
        """
        self._flush_for_loops()
        since = fields.Datetime.now() - timedelta(days=FORECAST_DAYS)
        window = timedelta(minutes=minutes)
        query = SQL(
            """SELECT email_normalized, array_agg(create_date)
               FROM (SELECT email_normalized, res_model, create_date,
                            count(*) OVER (PARTITION BY email_normalized, res_model
                                           ORDER BY create_date
                                           RANGE %s PRECEDING) AS within
                     FROM mail_incoming
                     WHERE %s AND create_date >= %s AND email_normalized IS NOT NULL%s) counted
               GROUP BY email_normalized, res_model
               HAVING max(within) > %s""",
            window,
            SQL("(created_record OR reason = 'loop_sender')"),
            since,
            self._loop_of_alias(model, address),
            threshold,
        )
        held = {}
        for sender, times in self.env.execute_query(query):
            held[sender] = held.get(sender, 0) + loops.would_be_held(times, threshold, window)
        return sum(held.values()), len(held)

    @api.model
    def _loop_of_alias(self, model, address):
        condition = SQL(" AND res_model = %s", model) if model else SQL()
        if address:
            whole = rf"(^|[^[:alnum:]._+-]){re.escape(address)}($|[^[:alnum:].-])"
            condition = SQL("%s AND recipients ~* %s", condition, whole)
        return condition

    @api.model
    def _loop_forecast_sentence(self, threshold, minutes, **of_alias):
        mails, senders = self._loop_forecast(threshold, minutes, **of_alias)
        values = {"threshold": threshold, "minutes": minutes, "days": FORECAST_DAYS}
        if not mails:
            return self.env._(
                "%(threshold)s mails in %(minutes)s minutes would have held nothing in the last "
                "%(days)s days.",
                **values,
            )
        return self.env._(
            "%(threshold)s mails in %(minutes)s minutes would have held %(mails)s mails in the "
            "last %(days)s days; number of senders: %(senders)s.",
            mails=mails,
            senders=senders,
            **values,
        )

    @api.model
    def _loop_pattern(self, sender, minutes):
        """How a sender writes: the most mails within one window on each of the last days.

        :return: a list of numbers, one for each day with mails
        """
        self._flush_for_loops()
        query = SQL(
            """SELECT array_agg(create_date) FROM (
                   SELECT create_date FROM mail_incoming
                   WHERE email_normalized = %(sender)s AND created_record
                   UNION ALL
                   SELECT create_date FROM mail_incoming
                   WHERE email_normalized = %(sender)s AND state = 'held'
               ) theirs
               WHERE create_date >= %(since)s
               GROUP BY create_date::date ORDER BY create_date::date""",
            sender=sender,
            since=fields.Datetime.now() - timedelta(days=PATTERN_DAYS),
        )
        window = timedelta(minutes=minutes)
        return [loops.highest(times, window) for (times,) in self.env.execute_query(query)]
