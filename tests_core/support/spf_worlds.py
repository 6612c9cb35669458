"""Random worlds of SPF: a domain with records as people write them, its senders, and the DNS.

The same number gives the same world.
"""

import random
from dataclasses import dataclass

from core.dns.resolver import Status
from core.sender import Sender

DOMAIN = "example.com"
PROVIDERS = [f"_spf.p{number}.example" for number in range(6)]
INNER = [f"_i{number}.example" for number in range(6)]
HOSTS = [f"h{number}.example" for number in range(6)]
MACROS = ["exists:%{i}.list.example", "exists:%{ir}.%{v}.list.example", "ptr:p1.example"]


@dataclass(frozen=True)
class World:
    """The DNS as a dict for FakeDns, the texts at the domain, and who should send."""

    zones: dict
    texts: tuple[str, ...]
    senders: tuple[Sender, ...]


def world(seed: int) -> World:
    return _Maker(random.Random(seed)).world()


class _Maker:
    def __init__(self, chance):
        self.chance = chance

    def world(self):
        zones = {host: self.host() for host in HOSTS}
        zones |= {name: {"TXT": self.published(HOSTS, ())} for name in INNER}
        zones |= {name: {"TXT": self.published(HOSTS, INNER)} for name in PROVIDERS}
        if self.rare(20):
            zones[self.chance.choice(PROVIDERS + INNER)] = Status.TIMEOUT
        texts = tuple(self.record() for _ in range(self.chance.choice((0, 1, 1, 1, 1, 1, 2, 2, 3))))
        zones[DOMAIN] = {"TXT": [*texts, "site-verification=1"], "MX": ["10 h0.example"]}
        if not self.rare(3):
            zones[DOMAIN]["A"] = [self.ip4()]
        senders = tuple(self.sender(number) for number in range(self.chance.randint(0, 3)))
        return World(zones, texts, senders)

    def rare(self, one_in):
        return not self.chance.randrange(one_in)

    def ip4(self):
        return f"198.51.{self.chance.choice((100, 101))}.{self.chance.randrange(256)}"

    def ip6(self):
        return f"2001:db8:{self.chance.randrange(3)}::{self.chance.randrange(1, 9)}"

    def network(self):
        if self.rare(4):
            return f"ip6:{self.ip6()}/{self.chance.choice((32, 48, 64, 128))}"
        prefix = self.chance.choice(("", "/32", "/30", "/28", "/25", "/24", "/23"))
        return f"ip4:{self.ip4()}{prefix}"

    def host(self):
        zone = {"A": [self.ip4() for _ in range(self.chance.choice((1, 1, 2)))]}
        if not self.rare(3):
            zone["AAAA"] = [self.ip6()]
        return {} if self.rare(12) else zone

    def published(self, hosts, names):
        """The records of a provider; few are broken."""
        if self.rare(25):
            return self.chance.choice(([], ["v=spf1 -all"] * 2, ["v=spf1 foo -all"]))
        terms = [self.network() for _ in range(self.chance.randint(1, 4))]
        if names and self.rare(2):
            terms.append(f"include:{self.chance.choice(names)}")
        if self.rare(5):
            terms.append(f"a:{self.chance.choice(hosts)}")
        if self.rare(12):
            terms.append(self.chance.choice(MACROS))
        if self.rare(8):
            terms.insert(0, self.chance.choice("-?~") + self.network())
        if self.rare(10) and names:
            return [" ".join(("v=spf1", *terms, f"redirect={self.chance.choice(names)}"))]
        return [" ".join(("v=spf1", *terms, self.chance.choice(("-all", "~all", "?all", ""))))]

    def record(self):
        """A record as an administrator writes it, now and then with a slip."""
        terms = [self.term() for _ in range(self.chance.randint(0, 5))]
        ending = self.chance.choice(("-all", "~all", "~all", "?all", "", "", "+all"))
        if self.rare(8):
            ending = f"redirect={self.chance.choice(PROVIDERS)}"
        terms.append(ending)
        if self.rare(10):
            terms.append(self.term())
        return self.slip(" ".join(("v=spf1", *filter(None, terms))))

    def term(self):
        pick = self.chance.choice
        term = pick(
            (
                self.network(),
                self.network(),
                f"include:{pick(PROVIDERS)}",
                f"include:{pick(PROVIDERS)}",
                f"a:{pick(HOSTS)}",
                pick(("a", "mx", f"mx:{DOMAIN}", "a:%{d}")),
                pick(
                    (
                        *MACROS,
                        "include:gone.example",
                        "a:gone.example",
                        "exists:h1.example",
                        f"include:{DOMAIN}",
                    )
                ),
            )
        )
        return f"{pick('-~??')}{term}" if self.rare(8) else term

    def slip(self, text):
        slips = (
            ("include:", "include: "),
            ("ip4:", "ipv4:"),
            ("ip4:", "ip:"),
            (" ~all", "~all"),
            (" -all", "-all"),
            (" include:", ",include:"),
            ("a:", "aa:"),
            ("mx", "mxx"),
        )
        return text.replace(*self.chance.choice(slips), 1) if self.rare(8) else text

    def sender(self, number):
        pick = self.chance.choice
        terms = pick(
            (
                (f"include:{pick(PROVIDERS)}",),
                (f"include:{pick(PROVIDERS)}",),
                (f"a:{pick(HOSTS)}",),
                (self.network(),),
                (f"include:{pick(PROVIDERS)}", self.network()),
                ("mx",),
            )
        )
        elsewhere = "bounces.example" if self.rare(10) else ""
        return Sender(f"S{number}", spf_terms=terms, envelope_domain=elsewhere)
