"""What users of 19.0.1.0.0 did; runs in Odoo's shell with that version installed."""

import tempfile

from recorded import remember
from scripts.sandbox import Sandbox

CUSTOMER, GONE = "customer@customer.test", "gone@customer.test"


def main(env):
    with tempfile.TemporaryDirectory() as state, Sandbox(state) as sandbox:
        _settings(env, sandbox)
        _servers(env, sandbox)
        _mails(env, sandbox)
        _dns_checks(env, sandbox)
        env.cr.commit()  # what is to be mailed leaves after it
    remember(env)
    env.cr.commit()


def _settings(env, sandbox):
    parameters = env["ir.config_parameter"]
    address = f"{sandbox.dns.host}:{sandbox.dns.port}"
    parameters.set_param("email_communication.dns_nameserver", address)
    env["res.config.settings"].create(
        {
            "mail_default_from_filter": "acme.test",
            "mail_catchall_domain_allowed": "acme.test, old.acme.test",
            "mail_gateway_loop_minutes": 60,
            "mail_gateway_loop_threshold": 7,
        }
    ).execute()


def _servers(env, sandbox):
    env.ref("email_communication.mail_provider_google").limits = "Ours sends 100 a day."
    own = env["mail.provider"].create(
        {
            "name": "House provider",
            "host_patterns": "relay.house.test",
            "spf_terms": "include:_spf.provider.test",
            "dkim_selectors": "house",
        }
    )
    for name, peer, from_filter in (
        ("Everyday mail", sandbox.smtp, "acme.test"),
        ("Newsletter", sandbox.smtp2, "news@acme.test, *.shop.acme.test, broken.test"),
    ):
        env["ir.mail_server"].create(
            {
                "name": name,
                "smtp_host": peer.host,
                "smtp_port": peer.port,
                "smtp_encryption": "starttls",
                "from_filter": from_filter,
                "dkim_selectors": "odoo, s1=s1.dkim.provider.test",
                "provider_id": own.id,
            }
        )
    env["ir.mail_server"].create(
        {"name": "At Google", "smtp_host": "smtp.gmail.com", "from_filter": "elsewhere.test"}
    )
    mailbox = env["fetchmail.server"].create(
        {
            "name": "A mailbox that is gone",
            "server": sandbox.imap.host,
            "port": 1,
            "user": "odoo",
            "state": "done",
        }
    )
    env.cr.commit()  # a failure rolls back to here
    mailbox._fetch_mail()
    assert mailbox.error_message


def _mails(env, sandbox):
    domain = env["mail.alias.domain"].create({"name": "acme.test", "dkim_selectors": "odoo"})
    env.company.alias_domain_id = domain
    author = env.ref("base.user_admin")
    author.write({"name": "Alex Admin", "email": "alex@acme.test"})
    sandbox.smtp.answer("RCPT", "550 5.1.1 No such user here", match=GONE)
    for address, subject in ((CUSTOMER, "An offer"), (GONE, "An offer to nobody")):
        partner = env["res.partner"].create({"name": address, "email": address})
        partner.with_user(author).message_post(
            body="Hello",
            subject=subject,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=partner.ids,
        )
    env["mail.mail"].create(
        {
            "subject": "A letter that is kept",
            "body_html": "<p>Hello</p>",
            "email_from": "News <news@acme.test>",
            "email_to": CUSTOMER,
        }
    ).send()
    env.cr.commit()  # notifications are sent after it
    assert [len(peer.received) for peer in (sandbox.smtp, sandbox.smtp2)] == [1, 1]


def _dns_checks(env, sandbox):
    """One domain that is well and then gets worse, one that is broken, one somebody asked about."""
    domains = env["mail.alias.domain"].search([("name", "=", "acme.test")])
    domains += domains.create({"name": "broken.test"})
    domains.dns_alert_user_ids = env.ref("base.user_admin")
    domains.check_dns()
    sandbox.dns.fail("acme.test", "TXT", "nxdomain")
    sandbox.dns.fail("_dmarc.acme.test", None, "servfail")
    domains.check_dns()
    env["mail.alias.domain.check"].create({"domain_name": "lookups.test"}).action_check()
    assert domains.activity_ids


main(env)  # noqa: F821 - a global of Odoo's shell
