"""Whether a record to publish keeps what there is, without any question to the DNS.

The proof compares sets of addresses, so it holds for all of them. A few of them are then put to
`check_host` as well, as a second look by other means.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from .budget import assemble
from .compare import adds_nothing, keeps
from .evaluate import Result, check_host
from .meaning import Meaning, meaning
from .needs import Need
from .ranges import ALL, IPV4, Ranges, address, both, minus
from .record import LOOKUPS_MAX, is_too_long
from .zone import Zone

SAMPLES_MAX = 4  # addresses that have to pass, and that must not, which `check_host` is asked
UNTOLD = frozenset((Result.TEMPERROR, Result.NONE))  # results for what a closed zone has not


@dataclass(frozen=True)
class Proof:
    """What a record at a domain has to keep to.

    :param zone: where all terms of the record have been measured
    :param records: what the records before mean
    :param errors: for each of them, who may end in an error by its limits
    :param needs: what the senders need
    """

    domain: str
    zone: Zone
    records: Sequence[Meaning]
    errors: Sequence[Ranges]
    needs: Sequence[Need]

    def holds(self, text: str) -> bool:
        """Whether the record works everywhere, and lets in all that it should and nobody else."""
        tree = assemble(self.zone.parse(text), self.domain, self.zone)
        if is_too_long(text) or tree.problems or tree.total_lookups > LOOKUPS_MAX:
            return False
        new = meaning(tree)
        before = zip(self.records, self.errors, strict=True)
        return (
            not new.everybody
            and not both(new.errors, IPV4)
            and all(keeps(old, new, errors) for old, errors in before)
            and all(_satisfies(new, need) for need in self.needs)
            and adds_nothing(new, self.records, [need.meaning for need in self.needs])
        )

    async def is_confirmed(self, text: str) -> bool:
        """Whether `check_host` says the same of a few addresses."""
        zone = self.zone.closed_over(self.domain, text)
        new = meaning(assemble(self.zone.parse(text), self.domain, self.zone))
        wanted = (*self.records, *(need.meaning for need in self.needs))
        let_in = islice(chain(*(item.sure[:1] for item in wanted)), SAMPLES_MAX)
        kept_out = islice(minus(ALL, new.passes), SAMPLES_MAX)
        samples = [(pair[0], True) for pair in let_in] + [(pair[1], False) for pair in kept_out]
        results = await asyncio.gather(*(self._ask(number, zone) for number, _ in samples))
        return all(
            result in UNTOLD or (result == Result.PASS) is passes
            for result, (_number, passes) in zip(results, samples, strict=True)
        )

    async def _ask(self, number, zone):
        sender = f"postmaster@{self.domain}"
        return (await check_host(address(number), self.domain, sender, self.domain, zone)).result


def _satisfies(new, need):
    told = need.is_covered(new)
    return told or (told is None and need.meaning.silent)
