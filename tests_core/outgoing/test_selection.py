import pytest

from core.outgoing.from_filter import FromFilterIndex
from core.outgoing.selection import SenderRule, choose

SERVERS = FromFilterIndex(
    [
        ("open", None),
        ("subdomains", "*.example.com"),
        ("domain", "example.com"),
        ("address", "ada@example.com"),
        ("notify", "notifications@other.example"),
    ]
)


def first(keys):
    return next(iter(keys), None)


@pytest.mark.parametrize(
    ("sender", "server", "rule", "keeps"),
    [
        ("ada@example.com", "address", SenderRule.ADDRESS, True),
        ("bob@example.com", "domain", SenderRule.DOMAIN, True),
        ("bob@eu.example.com", "subdomains", SenderRule.SUBDOMAIN, True),
        ("bob@elsewhere.example", "notify", SenderRule.NOTIFICATION, False),
        (None, "notify", SenderRule.NOTIFICATION, False),
    ],
)
def test_rules_in_their_order(sender, server, rule, keeps):
    choice = choose(SERVERS, sender, "notifications@other.example", first)
    assert (choice.key, choice.rule, choice.keeps_sender) == (server, rule, keeps)


def test_without_a_notification_address_the_open_server_sends():
    choice = choose(SERVERS, "bob@elsewhere.example", None, first)
    assert (choice.key, choice.rule) == ("open", SenderRule.NO_FILTER)
    assert [step.rule for step in choice.steps] == [
        SenderRule.ADDRESS,
        SenderRule.DOMAIN,
        SenderRule.SUBDOMAIN,
        SenderRule.NO_FILTER,
    ]


def test_a_server_of_another_domain_is_the_last_resort():
    servers = FromFilterIndex([("domain", "example.com")])
    choice = choose(servers, "bob@elsewhere.example", None, first)
    assert (choice.key, choice.rule) == ("domain", SenderRule.FALLBACK)


def test_no_server_leaves_the_command_line():
    choice = choose(FromFilterIndex([]), "bob@example.com", "n@example.com", first)
    assert (choice.key, choice.rule) == (None, SenderRule.COMMAND_LINE)


def test_personal_servers_are_not_used_for_others():
    servers = FromFilterIndex([("personal", "ada@example.com"), ("open", None)])

    def shared(keys):
        return next((key for key in keys if key != "personal"), None)

    assert choose(servers, "ada@example.com", None, shared).key == "personal"
    assert choose(servers, "bob@example.com", "ada@example.com", shared).key == "open"
