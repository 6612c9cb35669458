"""Fills the demo database; runs inside `odoo-bin shell`, which provides `env`.

Connecting to the sandbox is repeated at every start, as its ports change; the conversations are
made once. The sandbox is described by the file that EC_SANDBOX names.
"""

import json
import os
from email.message import EmailMessage
from pathlib import Path

DOMAIN = "acme.test"
OTHER_DOMAIN = "broken.test"
DONE = "email_communication.demo_is_complete"
NAMESERVER = "email_communication.dns_nameserver"
# Who wrote, about what, the first words, our answer, and what came back.
CONVERSATIONS = (
    (
        "Ada Perez <ada@customer.test>",
        "Forty desks for the new office",
        "Hello, we move in March and need forty desks. What would that cost?",
        "Hello Ada, thank you. An offer for forty desks is on its way to you.",
        "Thank you, that was quick. Could they be here by the tenth?",
    ),
    (
        "Ben Okafor <ben@customer.test>",
        "Is the standing desk still made?",
        "Hi, your catalogue of last year shows a standing desk in oak. Is it still made?",
        "Hi Ben, it is, and there is a walnut one as well.",
        None,
    ),
    (
        "Chiara Rossi <chiara@customer.test>",
        "Invoice address",
        "Please send invoices to our office in Turin from now on.",
        None,
        None,
    ),
)


def connect(env, peers):
    """Points the servers of the demo at the ports the sandbox has today."""
    parameters = env["ir.config_parameter"].sudo()
    parameters.set_param(NAMESERVER, f"{peers['dns']['host']}:{peers['dns']['port']}")
    parameters.set_param("web.base.url", os.environ["EC_URL"])
    _outgoing_server(env, "Acme, everyday mail", 10, DOMAIN, peers["smtp"])
    _outgoing_server(env, "Acme, newsletter", 20, f"news@{DOMAIN}, {OTHER_DOMAIN}", peers["smtp2"])
    _incoming_server(env, "Acme mailbox", peers["imap"])


def _outgoing_server(env, name, sequence, from_filter, peer):
    values = {"smtp_host": peer["host"], "smtp_port": peer["port"], "smtp_encryption": "starttls"}
    server = env["ir.mail_server"].search([("name", "=", name)])
    if server:
        server.write(values)
    else:
        env["ir.mail_server"].create(
            {
                "name": name,
                "sequence": sequence,
                "from_filter": from_filter,
                "dkim_selectors": "odoo",
                **values,
            }
        )


def _incoming_server(env, name, peer):
    values = {
        "server": peer["host"],
        "port": peer["port"],
        "user": peer["user"],
        "password": peer["password"],
    }
    server = env["fetchmail.server"].search([("name", "=", name)])
    if not server:
        server = env["fetchmail.server"].create({"name": name, "server_type": "imap", **values})
    server.write({**values, "is_ssl": False, "state": "done"})


def populate(env):
    """A company that mails under its own domain, and a few customers who wrote to it."""
    _stay_at_home(env)
    domains = env["mail.alias.domain"].create([{"name": DOMAIN}, {"name": OTHER_DOMAIN}])
    env["ir.config_parameter"].set_param("base_setup.default_external_email_server", "True")
    env.company.write({"name": "Acme", "email": f"info@{DOMAIN}", "alias_domain_id": domains[0].id})
    env.ref("base.partner_root").email = f"odoobot@{DOMAIN}"
    env.ref("base.user_admin").write(
        {
            "name": "Alex Admin",
            "email": f"alex@{DOMAIN}",
            "notification_type": "inbox",
            "tour_enabled": False,
        }
    )
    _sales_alias(env, domains[0])
    _hurry(env)
    for conversation in CONVERSATIONS:
        _converse(env, *conversation)


def _sales_alias(env, domain):
    team = env["crm.team"].search([("use_leads", "=", True)], limit=1) or env["crm.team"].search(
        [], limit=1
    )
    team.write({"alias_name": "sales", "alias_domain_id": domain.id})


def _stay_at_home(env):
    """A demo on somebody's machine tells no service of the real world about itself."""
    env["ir.config_parameter"].sudo().set_param("crm.iap.lead.enrich.setting", "manual")
    if "iap_enrich_auto_done" in env.company:
        env["res.company"].search([]).iap_enrich_auto_done = True
    for xmlid in (
        "crm_iap_enrich.ir_cron_lead_enrichment",
        "digest.ir_cron_digest_scheduler_action",
        "mail.ir_cron_module_update_notification",
    ):
        if cron := env.ref(xmlid, raise_if_not_found=False):
            cron.active = False


def _hurry(env):
    """What takes an hour or five minutes in the real world takes a minute in a demo."""
    for cron in ("mail.ir_cron_mail_gateway_action", "mail.ir_cron_mail_scheduler_action"):
        env.ref(cron).write({"interval_number": 1, "interval_type": "minutes", "active": True})


def _converse(env, customer, subject, question, answer, reply):
    env = env(context=dict(env.context, mail_auto_subscribe_no_notify=True))
    lead_id = env["mail.thread"].message_process("crm.lead", _mail(customer, subject, question))
    lead = env["crm.lead"].browse(lead_id)
    lead.write({"user_id": env.ref("base.user_admin").id})
    if answer:
        partner = env["res.partner"].find_or_create(customer)
        lead.write({"partner_id": partner.id, "type": "opportunity"})
        sent = lead.with_user(env.ref("base.user_admin")).message_post(
            body=answer,
            message_type="comment",
            partner_ids=partner.ids,
            subtype_xmlid="mail.mt_comment",
        )
    if reply:
        again = _mail(customer, f"Re: {subject}", reply, in_reply_to=sent.message_id)
        env["mail.thread"].message_process("crm.lead", again)


def _mail(customer, subject, text, in_reply_to=None):
    """A customer's mail to the sales team, as it would come off the wire."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = customer, f"sales@{DOMAIN}", subject
    number = sum(map(ord, subject + text))
    mail["Message-ID"] = f"<demo-{number}@customer.test>"
    if in_reply_to:
        mail["In-Reply-To"] = mail["References"] = in_reply_to
    mail.set_content(text)
    return mail.as_string()


def main(env):
    peers = json.loads(Path(os.environ["EC_SANDBOX"]).read_text(encoding="utf-8"))
    connect(env, peers)
    parameters = env["ir.config_parameter"].sudo()
    if not parameters.get_param(DONE):
        populate(env)
        env["mail.alias.domain"].search([("name", "=", DOMAIN)]).check_dns()
        parameters.set_param(DONE, "1")
    env.cr.commit()


main(env)  # noqa: F821 - a global of Odoo's shell
