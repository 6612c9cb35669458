"""What the DNS has said during one check: asked once, read once, and looked at again for nothing.

A proposed record is tried on a zone that is closed over it: what has been answered is answered
again, and everything else is silence. So a proof asks no question.
"""

from ..dns.resolver import Answer, Resolver, Status
from ..name import InvalidName, to_ascii
from .record import SpfRecord, parse


class Zone:
    """A resolver that remembers; `costs` is where `budget` keeps what terms lead to."""

    def __init__(self, resolver: Resolver):
        self._resolver = resolver
        self._answers = {}
        self._records = {}
        self.costs = {}

    @classmethod
    def of(cls, resolver: "Resolver | Zone") -> "Zone":
        return resolver if isinstance(resolver, cls) else cls(resolver)

    @property
    def remaining(self) -> float:
        return self._resolver.remaining

    async def query(self, name: str, rdtype: str) -> Answer:
        """See `Resolver`."""
        if (name, rdtype) not in self._answers:
            self._answers[name, rdtype] = await self._resolver.query(name, rdtype)
        return self._answers[name, rdtype]

    def parse(self, text: str) -> SpfRecord:
        """The record in a text, which is read only once."""
        if text not in self._records:
            self._records[text] = parse(text)
        return self._records[text]

    def closed_over(self, domain: str, text: str) -> "Zone":
        """The zone as it would be with that SPF record at the domain."""
        answers = {(answer.name, answer.rdtype): answer for answer in self._answers.values()}
        answers[domain, "TXT"] = Answer(domain, "TXT", Status.OK, (text,), domain)
        zone = Zone(_Silence(answers))
        zone._records = self._records
        return zone


class _Silence:
    """A resolver with the answers it is given, and no other."""

    remaining = 0.0

    def __init__(self, answers):
        self._answers = answers

    async def query(self, name, rdtype):
        try:
            key = (to_ascii(name), rdtype)
        except InvalidName:
            return Answer(name, rdtype, Status.INVALID_NAME)
        return self._answers.get(key) or Answer(name, rdtype, Status.TIMEOUT)
