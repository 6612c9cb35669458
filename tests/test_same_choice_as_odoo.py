import random

from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

SET_UPS = 60
QUESTIONS_PER_SET_UP = 12

ADDRESSES = ["ada@a.test", "bob@a.test", "ada@b.test", "Ünal@b.test", "ada@mail.a.test"]
DOMAINS = ["a.test", "b.test", "mail.a.test", "A.TEST"]
SENDERS = [
    *ADDRESSES,
    "ADA@A.Test",
    '"Ada, Countess" <ada@a.test>',
    "carl@elsewhere.example",
    "no address",
    "ada@a.test, bob@a.test",
    "",
    False,
]


@tagged("post_install", "-at_install")
class TestSameChoiceAsOdoo(TransactionCase):
    """On random set-ups, the index and the vanilla method choose the same server and sender."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.servers = cls.env["ir.mail_server"]
        cls.servers.search([]).action_archive()
        cls.owners = cls.env["res.users"].create(
            [{"name": login, "login": login} for login in ("owner1", "owner2", "owner3")]
        )

    def random_filter(self, rng):
        entries = rng.choices([*ADDRESSES, *DOMAINS], k=rng.choice([0, 1, 1, 2, 3]))
        return rng.choice([", ", ","]).join(entries) or rng.choice([False, ""])

    def random_servers(self, rng):
        owners = list(self.owners)
        sequences = rng.sample(range(100), 8)
        return self.servers.create(
            [
                {
                    "name": f"Server {sequence}",
                    "smtp_host": "smtp.test",
                    "sequence": sequence,
                    "active": rng.random() > 0.15,
                    "owner_user_id": owners.pop().id if owners and rng.random() < 0.3 else False,
                    "from_filter": self.random_filter(rng),
                }
                for sequence in sequences[: rng.randint(0, 8)]
            ]
        )

    @mute_logger("odoo.addons.base.models.ir_mail_server")
    def test_random_set_ups(self):
        for seed in range(SET_UPS):
            rng = random.Random(seed)
            servers = self.random_servers(rng)
            if rng.random() < 0.3 and servers:  # as written before filters were validated
                self.env.cr.execute(
                    "UPDATE ir_mail_server SET from_filter = %s WHERE id = %s",
                    [
                        rng.choice([" , ", "a.test; b.test", "@a.test", "Ada <ada@a.test>"]),
                        servers[0].id,
                    ],
                )
                servers.invalidate_recordset()
            for _question in range(QUESTIONS_PER_SET_UP):
                self.ask_both(rng, servers, seed)
            servers.unlink()

    def ask_both(self, rng, servers, seed):
        notification = rng.choice(
            [None, "notifications@a.test", "ada@a.test", "n@elsewhere.example"]
        )
        sender = rng.choice(SENDERS)
        given = rng.choice(
            [None, servers, servers.browse(rng.sample(servers.ids, rng.randint(0, len(servers))))]
        )
        asked = self.servers.with_context(domain_notifications_email=notification)
        expected = IrMail_Server._find_mail_server(
            asked, sender, given if given is not None else self.odoo_default(asked)
        )
        found = asked._find_mail_server(sender, given)
        self.assertEqual(
            (found[0] and found[0].id, found[1]),
            (expected[0] and expected[0].id, expected[1]),
            f"set-up {seed}: sender {sender!r}, notification {notification!r}, given {given}, "
            f"filters {servers.mapped(lambda s: (s.id, s.sequence, s.active, s.from_filter))}",
        )

    def odoo_default(self, asked):
        return asked.sudo().search(asked._find_mail_server_allowed_domain(), order="sequence")
