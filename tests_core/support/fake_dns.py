"""A DNS in memory: a dict of names, for tests of judgement that need no sockets.

FakeDns({
    "example.com": {"MX": ["10 mx.example.com"], "TXT": ["v=spf1 mx -all"]},
    "www.example.com": {"CNAME": ["example.com"]},
    "broken.example.com": Status.SERVFAIL,
    "half.example.com": {"A": ["192.0.2.1"], "TXT": Status.TIMEOUT},
})
"""

from core.dns.name import InvalidName, to_ascii
from core.dns.resolver import Answer, Status

CHAIN_MAX = 8  # CNAME records; what real resolvers follow is of this size


class FakeDns:
    """Answers like `core.resolver.DnsResolver`; `asked` lists the questions."""

    def __init__(self, zones):
        self.zones = {name.lower(): zone for name, zone in zones.items()}
        self.asked = []
        self.remaining = 1.0

    async def query(self, name, rdtype):
        try:
            name = to_ascii(name)
        except InvalidName:
            return Answer(name, rdtype, Status.INVALID_NAME)
        self.asked.append((name, rdtype))
        chain = []
        while len(chain) <= CHAIN_MAX:
            current = chain[-1] if chain else name
            status, records = self._lookup(current, rdtype)
            alias = () if rdtype == "CNAME" else self._lookup(current, "CNAME")[1]
            if status == Status.OK or not alias:
                return Answer(name, rdtype, status, tuple(records), current, tuple(chain))
            chain.append(alias[0])
        return Answer(name, rdtype, Status.SERVFAIL)

    def _lookup(self, name, rdtype):
        zone = self.zones.get(name)
        if isinstance(zone, Status):
            return zone, ()
        if zone is None:
            below = any(other.endswith("." + name) for other in self.zones)
            return (Status.NODATA if below else Status.NXDOMAIN), ()
        records = zone.get(rdtype, ())
        if isinstance(records, Status):
            return records, ()
        return (Status.OK if records else Status.NODATA), records
