"""What must be true after the update from 19.0.1.4.0; runs in Odoo's shell."""

import tempfile

from recorded import lost, recall, unreadable
from scripts.sandbox import Sandbox


def nothing_that_was_stored_is_lost(env):
    assert not (found := list(lost(env))), "\n".join(found)


def forms_and_lists_can_be_read(env):
    """By an administrator, as the web client does."""
    admin = env(user=env.ref("base.user_admin"))
    assert not (found := list(unreadable(admin))), "\n".join(found)


def the_update_acted_upon_nothing(env):
    """What is kept waits for somebody's decision, and is neither processed nor sent by it."""
    assert env["mail.incoming"].search_count([]) == len(recall(env)["mail.incoming"])
    orders = env["mail.incoming"].search([("subject", "=like", "Order %")])
    assert sorted(orders.mapped("state")) == ["done"] * 3 + ["held"] * 3
    assert env["res.partner"].search_count([("name", "=like", "Order %")]) == 3


def what_is_held_can_be_released(env):
    """The sources are whole, and the rows know how Odoo was called."""
    held = env["mail.incoming"].search([("state", "=", "held")], order="id")
    assert len(held) == 3
    held.action_process()
    env.cr.commit()  # each was processed in a transaction of its own
    assert set(held.mapped("state")) == {"done"}, held.mapped("error")
    assert env["res.partner"].search_count([("name", "=like", "Order %")]) == 6


def what_waited_leaves_to_whom_it_was_missing(env):
    """With a server that works again; nobody is written to a second time."""
    mails = env["mail.mail"].search([("subject", "=like", "A letter %")])
    waiting = mails.filtered(lambda mail: mail.state == "outgoing")
    assert len(waiting) == 2
    with tempfile.TemporaryDirectory() as state, Sandbox(state) as sandbox:
        servers = env["ir.mail_server"].search([])
        servers.write({"smtp_host": sandbox.smtp.host, "smtp_port": sandbox.smtp.port})
        env.cr.commit()
        waiting.send()
        env.cr.commit()
        sent = sorted(message.rcpt_tos[0] for message in sandbox.smtp.received)
    assert sent == ["busy@customer.test", "customer@customer.test"], sent


def the_settings_are_as_they_were(env):
    settings = env["res.config.settings"].create({})
    assert settings.mail_catchall_domain_allowed == "acme.test"
    assert (settings.mail_gateway_loop_minutes, settings.mail_gateway_loop_threshold) == (60, 3)
    server = env["ir.mail_server"].search([("name", "=", "Everyday mail")])
    assert (server.retry_minutes, server.retry_hours) == ("3, 9", 24)
    allowed = env["mail.gateway.allowed"].search([])
    assert "robot@customer.test" in allowed.mapped("email_normalized")


CHECKS = (
    nothing_that_was_stored_is_lost,
    forms_and_lists_can_be_read,
    the_update_acted_upon_nothing,
    the_settings_are_as_they_were,
    what_is_held_can_be_released,
    what_waited_leaves_to_whom_it_was_missing,
)


def main(env):
    assert all(recall(env)[model] for model in ("mail.incoming", "mail.delivery"))
    for check in CHECKS:
        check(env)
        print(f"kept: {check.__name__}")


main(env)  # noqa: F821 - a global of Odoo's shell
