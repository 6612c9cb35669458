from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import DnsCase


@tagged("post_install", "-at_install")
class TestJson2(DnsCase, HttpCase):
    """Monitoring from outside, as the README shows it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create({"name": "acme.test"})

    def call(self, groups, method):
        user = new_test_user(self.env, f"monitor_{groups}_{method}", groups=groups)
        key = (
            self.env(user=user)["res.users.apikeys"]
            .sudo()
            ._generate("rpc", "monitoring", fields.Datetime.now() + timedelta(days=1))
        )
        return self.url_open(
            f"/json/2/mail.alias.domain/{method}",
            json={"ids": self.alias_domain.ids},
            headers={"Authorization": f"bearer {key}"},
        )

    def test_an_administrator_gets_the_report(self):
        response = self.call("base.group_system", "check_dns")
        response.raise_for_status()
        [report] = response.json()
        self.assertEqual((report["id"], report["domain"]), (self.alias_domain.id, "acme.test"))
        self.assertIn("dmarc_ok", {finding["code"] for finding in report["findings"]})

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_model")
    def test_nobody_else_does(self):
        for method in ("check_dns", "get_dns_reports"):
            with self.subTest(method=method):
                self.assertEqual(self.call("base.group_user", method).status_code, 403)
