"""What must be true after the update from 19.0.1.0.0; runs in Odoo's shell."""

from recorded import lost, recall, unreadable

# What a later version keeps in another place, as "model.field"; one of CHECKS looks for it there.
MOVED = tuple(
    f"{model}.delivery_{name}"
    for model in ("mail.mail", "mail.notification")
    for name in ("server", "rule", "from", "envelope_sender")
)


def nothing_that_was_stored_is_lost(env):
    assert not (found := list(lost(env, MOVED))), "\n".join(found)


def forms_and_lists_can_be_read(env):
    """By an administrator, as the web client does."""
    admin = env(user=env.ref("base.user_admin"))
    assert not (found := list(unreadable(admin))), "\n".join(found)


def servers_know_their_providers(env):
    """One that a person picked, and one that was recognised by its host."""
    for name, provider in (
        ("Everyday mail", "House provider"),
        ("Newsletter", "House provider"),
        ("At Google", "Google"),
    ):
        server = env["ir.mail_server"].search([("name", "=", name)])
        assert server.provider_id.name == provider, (name, server.provider_id.name)


def every_finding_has_its_sentence(env):
    checks = env["mail.alias.domain.check"].search([("report", "!=", False)])
    assert len(checks) == 5
    for check in checks:
        assert check.findings and all(item["sentence"] for item in check.findings)
        assert len(check.findings) == len(check.report["findings"])


def reports_can_be_fetched(env):
    domains = env["mail.alias.domain"].search([("name", "in", ["acme.test", "broken.test"])])
    reports = domains.get_dns_reports()
    assert {report["severity"] for report in reports} == {"error"}
    assert all(item["message"] for report in reports for item in report["findings"])


def the_worsening_is_still_open(env):
    domain = env["mail.alias.domain"].search([("name", "=", "acme.test")])
    assert domain.dns_good_check_id and domain.activity_ids
    assert "The DNS of acme.test" in "".join(m.subject or "" for m in domain.message_ids)


def messages_tell_their_way(env):
    """Which server, by which rule, with which senders, and what the server said."""
    alex = ("Everyday mail", "domain", "Alex Admin <alex@acme.test>", "bounce@acme.test")
    news = ("Newsletter", "address", "News <news@acme.test>", "news@acme.test")
    for subject, way, reason in (
        ("An offer", alex, ""),
        ("An offer to nobody", alex, "550"),
        ("A letter that is kept", news, ""),
    ):
        message = env["mail.message"].search([("subject", "=", subject)])
        assert set(_ways(message)) == {way}, (subject, *_ways(message))
        assert all(reason in record.failure_reason for record in message.mail_ids if reason)


def _ways(message):
    """Where this version keeps how a message went out: on its deliveries, one a recipient."""
    deliveries = message.env["mail.delivery"].search([("mail_message_id_int", "=", message.id)])
    assert all(item.email and item.state in ("accepted", "refused") for item in deliveries)
    return [
        (item.server_name, item.sender_rule, item.email_from, item.envelope_sender)
        for item in deliveries
    ]


def the_settings_are_as_they_were(env):
    settings = env["res.config.settings"].create({})
    assert settings.mail_default_from_filter == "acme.test"
    assert settings.mail_catchall_domain_allowed == "acme.test,old.acme.test"
    assert (settings.mail_gateway_loop_minutes, settings.mail_gateway_loop_threshold) == (60, 7)


CHECKS = (
    nothing_that_was_stored_is_lost,
    forms_and_lists_can_be_read,
    servers_know_their_providers,
    every_finding_has_its_sentence,
    reports_can_be_fetched,
    the_worsening_is_still_open,
    messages_tell_their_way,
    the_settings_are_as_they_were,
)


def main(env):
    assert all(recall(env).values()), "There is nothing recorded of some model."
    for check in CHECKS:
        check(env)
        print(f"kept: {check.__name__}")


main(env)  # noqa: F821 - a global of Odoo's shell
