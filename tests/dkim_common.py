from pathlib import Path

from ..core.dns.resolver import run
from ..core.domain.zone_file import text_strings
from ..scripts.sandbox import DEFAULT_ZONES
from .common import OutgoingCase

ZONE = (Path(DEFAULT_ZONES) / "acme.test.zone").read_text(encoding="utf-8")


class DkimCase(OutgoingCase):
    """Mixin: a server that does not sign, and a DNS in which the test publishes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.dkim_sign = True

    def setUp(self):
        super().setUp()
        self.dns.reset()

    def make_keys(self):
        self.alias_domain.action_make_dkim_keys()
        return self.alias_domain.dkim_key_ids.sorted("algorithm", reverse=True)

    def publish(self, *keys, **others):
        """The zone with the records of these keys."""
        records = {key.record_name: key.public_record for key in keys} | others
        lines = [f"{name}. IN TXT {text_strings(text)}" for name, text in records.items()]
        self.dns.set_zone("acme.test", "\n".join([ZONE, *lines, ""]))

    def sign_with(self, *keys):
        self.publish(*keys)
        for key in keys:
            key.check_dns__()
            self.assertEqual(key.state, "signing", key.state_sentence)

    def verified(self, raw):
        """The selectors of the signatures that verify with what the DNS of the test says."""
        import dkim

        message = dkim.DKIM(raw)
        count = sum(name.lower() == b"dkim-signature" for name, _value in message.headers)
        found = []
        for number in range(count):
            if message.verify(number, dnsfunc=self.txt_record):
                found.append(message.signature_fields[b"s"].decode())
        return found

    def txt_record(self, name, timeout=5):
        """As dkimpy asks, at the DNS of the test, over the wire."""
        resolver = self.env["mail.alias.domain.check"]._dns_resolver()
        answer = run(resolver.query(name.decode().rstrip("."), "TXT"))
        return answer.records[0].encode() if answer.records else None
