from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .addon_beside import (
    ADDONS,
    SPECIAL,
    Asked,
    Excluding,
    FallingBackToTheLast,
    Forcing,
    ForcingAmongCandidates,
    ReplacingTheFrom,
    RewritingTheSender,
    Rotating,
    TakingTheLast,
    loaded,
    loaded_in_vanilla,
)

SENDERS = [
    "Ada <ada@acme.test>",
    "bob@acme.test",
    "sales@acme.test",
    "carl@elsewhere.example",
    "carl@b.test",
    "no address",
    False,
]


@tagged("post_install", "-at_install")
class TestSameChoiceBesideAddons(TransactionCase):
    """With another addon that has its own say, the choice is that of Odoo with this addon."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = cls.env["ir.mail_server"]
        cls.servers.search([]).action_archive()
        cls.env.company.alias_domain_id = cls.env["mail.alias.domain"].create({"name": "acme.test"})
        cls.special, cls.acme, cls.open, cls.b, cls.last = cls.servers.create(
            [
                {"name": name, "smtp_host": "smtp.test", "sequence": sequence, "from_filter": text}
                for sequence, (name, text) in enumerate(
                    [
                        (SPECIAL, "bob@acme.test, elsewhere.example"),
                        ("Acme", "acme.test"),
                        ("Open", False),
                        ("B", "b.test, notifications@acme.test"),
                        ("Last", "ada@acme.test"),
                    ]
                )
            ]
        )

    def ask(self, sender, given):
        """The server, the sender to send as, and all that the addon was asked."""
        Asked.asked.clear()
        server, smtp_from = self.servers._find_mail_server(sender, given)
        return server and server.id, smtp_from, list(Asked.asked)

    def given(self):
        return {
            "none": None,
            "all": self.servers.sudo().search([]),
            "some": self.b + self.acme,
            "nothing": self.servers,
        }

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_the_choice_is_that_of_vanilla(self):
        compared = 0
        for addon in (*ADDONS, FallingBackToTheLast):
            for name, given in self.given().items():
                for sender in SENDERS:
                    with loaded_in_vanilla(self.env, addon):
                        expected = self.ask(sender, given)
                    for before_ours in (True, False):
                        with (
                            self.subTest(
                                addon=addon.__name__,
                                before_ours=before_ours,
                                given=name,
                                sender=sender,
                            ),
                            loaded(self.env, addon, before_ours),
                        ):
                            self.assertEqual(self.ask(sender, given), expected)
                            self.assertLessEqual(len(expected[2]), 1)
                            compared += 1
        self.assertGreaterEqual(compared, 72)

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_two_addons_at_once(self):
        for sender in SENDERS:
            with loaded(self.env, Excluding, True), loaded(self.env, Forcing, False):
                self.assertEqual(self.ask(sender, None)[:2], (self.special.id, sender))
            with loaded(self.env, Forcing, True), loaded(self.env, Excluding, False):
                self.assertEqual(self.ask(sender, None)[:2], (self.special.id, sender))
                self.assertEqual(len(Asked.asked), 2)

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_subdomains_beside_addons(self):
        """What an addon does to the candidates counts for ``*.`` entries like for the others."""
        sender = "ada@deep.acme.test"
        self.special.from_filter = "*.acme.test"
        self.b.from_filter = "*.shop.acme.test, *.acme.test"
        expected = {
            Forcing: (self.special, sender),
            ForcingAmongCandidates: (self.special, sender),
            Excluding: (self.b, sender),
            RewritingTheSender: (self.acme, "sales@acme.test"),
            ReplacingTheFrom: (self.special, "pinned@acme.test"),
            TakingTheLast: (self.last, sender),
            Rotating: (self.b, sender),
        }
        for addon, (server, smtp_from) in expected.items():
            for before_ours in (True, False):
                with (
                    self.subTest(addon=addon.__name__, before_ours=before_ours),
                    loaded(self.env, addon, before_ours),
                ):
                    found_id, found_from, asked = self.ask(sender, None)
                    self.assertEqual((found_id, found_from), (server.id, smtp_from))
                    self.assertEqual(asked, [(sender, None)])

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_the_notification_address_in_a_subdomain(self):
        self.env.company.alias_domain_id.default_from = "notifications@odoo.acme.test"
        (self.servers.search([]) - self.special - self.b).action_archive()
        self.b.from_filter = "*.acme.test"
        for before_ours in (True, False):
            with self.subTest(before_ours=before_ours), loaded(self.env, Excluding, before_ours):
                found = self.servers._find_mail_server("carl@nowhere.example")
                self.assertEqual(found, (self.b, "notifications@odoo.acme.test"))
                self.assertEqual(found[0].env.context, self.env.context)
