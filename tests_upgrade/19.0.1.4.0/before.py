"""What users of 19.0.1.4.0 had: mails in every state of both queues; runs in Odoo's shell."""

import tempfile

from recorded import remember
from scripts.sandbox import MAILBOXES, PASSWORD, Sandbox

MAILBOX = MAILBOXES["acme.test"]
CUSTOMER, GONE, BUSY = (f"{name}@customer.test" for name in ("customer", "gone", "busy"))


def main(env):
    with tempfile.TemporaryDirectory() as state, Sandbox(state) as sandbox:
        _settings(env)
        _sent(env, sandbox)
        _received(env, sandbox)
        _unreachable(env, sandbox)
        env.cr.commit()
    remember(env)
    env.cr.commit()


def _settings(env):
    domain = env["mail.alias.domain"].create({"name": "acme.test"})
    env.company.alias_domain_id = domain
    env["res.config.settings"].create(
        {
            "mail_catchall_domain_allowed": "acme.test",
            "mail_gateway_loop_minutes": 60,
            "mail_gateway_loop_threshold": 3,
        }
    ).execute()
    env["mail.gateway.allowed"].create({"email": "Robot <robot@customer.test>"})
    # Odoo has aliases of its own models; this one makes partners, whichever addons there are.
    env["mail.alias"].create(
        {
            "alias_name": "contacts",
            "alias_domain_id": domain.id,
            "alias_model_id": env["ir.model"]._get_id("res.partner"),
        }
    )


def _sent(env, sandbox):
    """One e-mail that was accepted, one that was refused, one that waits."""
    env["ir.mail_server"].create(
        {
            "name": "Everyday mail",
            "smtp_host": sandbox.smtp.host,
            "smtp_port": sandbox.smtp.port,
            "from_filter": "acme.test",
            "retry_minutes": "3, 9",
            "retry_hours": 24,
        }
    )
    sandbox.smtp.answer("RCPT", "550 5.1.1 No such user here", match=GONE)
    sandbox.smtp.answer("RCPT", "451 4.3.2 Please try again later", match=BUSY)
    for address in (CUSTOMER, GONE, BUSY):
        env["mail.mail"].create(
            {
                "subject": f"A letter to {address}",
                "body_html": "<p>Hello</p>",
                "email_from": "alex@acme.test",
                "email_to": address,
            }
        ).send()
    env.cr.commit()


def _received(env, sandbox):
    """One that made a record, three too many, one without route, one that Odoo cannot take."""
    mailbox = env["fetchmail.server"].create(
        {
            "name": "Acme mailbox",
            "server": sandbox.imap.host,
            "port": sandbox.imap.port,
            "user": MAILBOX,
            "password": PASSWORD,
            "state": "done",
        }
    )
    env.cr.commit()
    for number in range(6):
        sandbox.imap.deliver(MAILBOX, _mail(f"Order {number}", "contacts@acme.test"))
    sandbox.imap.deliver(MAILBOX, _mail("Lost", "nobody@acme.test", "lena@customer.test"))
    sandbox.imap.deliver(MAILBOX, _nested())
    mailbox._fetch_mail()
    env["mail.incoming"]._cron_process_waiting()
    found = set(env["mail.incoming"].search([]).mapped("state"))
    assert found == {"done", "held", "unrouted", "failed"}, found


def _mail(subject, to, sender="carl@customer.test"):
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n"
        f"Message-Id: <{subject.replace(' ', '.')}@customer.test>\r\n\r\nHello.\r\n"
    ).encode()


def _nested():
    """More parts inside one another than are processed."""
    parts = [
        f"Content-Type: multipart/mixed; boundary=b{number}\r\n\r\n--b{number}\r\n"
        for number in range(2_000)
    ]
    head = b"From: eve@customer.test\r\nTo: contacts@acme.test\r\nSubject: Nested\r\n"
    return head + b"MIME-Version: 1.0\r\n" + "".join(parts).encode() + b"\r\nHello.\r\n"


def _unreachable(env, sandbox):
    """A mailbox and a server that do not answer."""
    mailbox = env["fetchmail.server"].create(
        {
            "name": "A mailbox that is gone",
            "server": sandbox.imap.host,
            "port": 1,
            "user": "odoo",
            "state": "done",
        }
    )
    env["ir.mail_server"].create(
        {
            "name": "A server that is gone",
            "smtp_host": sandbox.smtp.host,
            "smtp_port": 1,
            "from_filter": "shop.test",
        }
    )
    env.cr.commit()  # a failure rolls back to here
    mailbox._fetch_mail()
    env["mail.mail"].create(
        {
            "subject": "A letter that waits for its server",
            "body_html": "<p>Hello</p>",
            "email_from": "alex@shop.test",
            "email_to": CUSTOMER,
        }
    ).send()


main(env)  # noqa: F821 - a global of Odoo's shell
