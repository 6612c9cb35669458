from collections import defaultdict
from typing import NamedTuple

from odoo import api, models, tools

from .incoming_run import Committed, is_plain_test


class Known(NamedTuple):
    """The former addresses, as the gateway looks for them.

    :param addresses: the former address -> (kind, id of its alias domain, id of its alias)
    :param names: the local part of a former address -> ids of the aliases that had it
    :param domains: a name that an alias domain had -> its id
    """

    addresses: dict
    names: dict
    domains: dict


class MailFormerAddress(models.Model):
    """What took the place of an address, for the gateway, which asks at every mail."""

    _inherit = "mail.former.address"

    @api.model
    @tools.ormcache()
    def _known(self):
        """Read once a worker: the gateway and the composer ask at every mail."""
        self.env["mail.former.address"].flush_model()
        self.env.cr.execute(
            "SELECT address, kind, alias_domain_id, alias_id FROM mail_former_address"
        )
        rows = self.env.cr.fetchall()
        names = defaultdict(list)
        for address, _kind, _domain_id, alias_id in rows:
            if alias_id:
                names[address.partition("@")[0]].append(alias_id)
        return Known(
            addresses={address: owner for address, *owner in rows},
            names=dict(names),
            domains=self._former_domains(rows),
        )

    @api.model
    def _former_domains(self, rows):
        """The names that alias domains had: each has a catchall and a bounce address."""
        if not rows:
            return {}
        current = set(self.env["mail.alias.domain"].sudo().search([]).mapped("name"))
        return {
            name: domain_id
            for address, kind, domain_id, _alias_id in rows
            if kind in ("catchall", "bounce") and (name := address.partition("@")[2]) not in current
        }

    @api.model
    def _forget_known(self):
        self.env.registry.clear_cache()

    @api.model
    def _forget_names(self):
        """Which names domains have matters only where there are former ones."""
        if self.sudo()._known().addresses:
            self._forget_known()

    @api.model
    def _current(self, addresses):
        """The former ones among some normalised addresses: ``{address: what took its place}``."""
        known = self.sudo()._known()
        if not known.addresses:
            return {}
        found = {address: self.sudo()._current_of(address, known) for address in addresses}
        return {address: current for address, current in found.items() if current}

    @api.model
    def _current_of(self, address, known):
        if owner := known.addresses.get(address):
            return self._target(*owner)
        local_part, at, domain = address.partition("@")
        if not at:
            return None
        if alias_ids := known.names.get(local_part):
            return self._current_of_any_domain(address, alias_ids, known)
        if domain_id := known.domains.get(domain):
            return self._current_of_domain(local_part, domain_id)
        return None

    @api.model
    def _target(self, kind, alias_domain_id, alias_id):
        alias_domain = self.env["mail.alias.domain"].sudo().browse(alias_domain_id).exists()
        if kind == "alias":
            return self._target_alias(alias_domain, alias_id)
        name = {"catchall": "catchall_email", "bounce": "bounce_email"}.get(kind)
        return alias_domain[name or "default_from_email"] or None

    @api.model
    def _target_alias(self, alias_domain, alias_id):
        """An alias that has moved to another company is not reached from the first one any more."""
        alias = self.env["mail.alias"].sudo().browse(alias_id).exists()
        was, now = alias_domain.company_ids, alias.alias_domain_id.company_ids
        if was and now and not was & now:
            return None
        name = alias.alias_full_name or ""
        return name if "@" in name else None

    @api.model
    def _current_of_any_domain(self, address, alias_ids, known):
        """An alias that answers at every accepted domain did so under its former name too."""
        aliases = self.env["mail.alias"].browse(alias_ids).exists()
        aliases = aliases.filtered("alias_incoming_local")
        if not aliases[:1].alias_full_name or self._has_alias(address):
            return None
        accepted = self.env["mail.alias"]._accepted_domains()
        if accepted and address.partition("@")[2] not in accepted:
            return None
        alias = aliases[0]
        name = alias.alias_full_name
        return name if "@" in name else f"{name}@{address.partition('@')[2]}"

    @api.model
    def _has_alias(self, address):
        local = [
            ("alias_name", "=", address.partition("@")[0]),
            ("alias_incoming_local", "=", True),
        ]
        return bool(
            self.env["mail.alias"].search_count(
                ["|", ("alias_full_name", "=", address), "&", *local], limit=1
            )
        )

    @api.model
    def _current_of_domain(self, local_part, domain_id):
        """Aliases that answer at every accepted domain do so at the former names too."""
        domain = [("alias_name", "=", local_part), ("alias_incoming_local", "=", True)]
        if not self.env["mail.alias"].search_count(domain, limit=1):
            return None
        return f"{local_part}@{self.env['mail.alias.domain'].browse(domain_id).name}"

    @api.model
    def _note_mails(self, addresses):
        """Count a mail to former addresses, on a cursor of its own: many workers count there.

        A row that somebody just changes is left out, so that nobody waits for anybody.
        """
        if is_plain_test(self.env.cr):
            self.flush_model()
            self._count_mails(addresses)
            self.invalidate_model(["last_mail", "mail_count"])
        else:
            with Committed(self.env.registry) as env:
                env[self._name]._count_mails(addresses)

    @api.model
    def _count_mails(self, addresses):
        self.env.cr.execute(
            """
            UPDATE mail_former_address
               SET last_mail = now() AT TIME ZONE 'UTC', mail_count = COALESCE(mail_count, 0) + 1
             WHERE id IN (SELECT id FROM mail_former_address WHERE address = ANY(%s)
                             FOR NO KEY UPDATE SKIP LOCKED)
            """,
            [list(addresses)],
        )
