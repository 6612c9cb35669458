"""What the senders of a domain need of its SPF record, and whether it gives it to them."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..name import spelling
from ..sender import Sender
from .budget import measure
from .compare import covers
from .evaluate import Result, check_host
from .meaning import Meaning, meaning
from .ranges import address, size
from .record import VERSION
from .repair import repair
from .zone import Zone

ASKED_MAX = 4  # addresses of a sender about which `check_host` is asked; a server has two

_MACRO = re.compile(r"%\{([a-z])")
_TELLING = frozenset("idvo")  # macros whose values are known without a message
_TOLD = {
    Result.PASS: True,
    Result.FAIL: False,
    Result.SOFTFAIL: False,
    Result.NEUTRAL: False,
    Result.PERMERROR: False,
}


@dataclass(frozen=True)
class Need:
    """One term that a sender needs: its text, whom it lets send, and the domain it includes."""

    term: str
    meaning: Meaning
    includes: str = ""

    @property
    def leads_nowhere(self) -> bool:
        """Whether the term lets nobody send, because there is nothing where it leads to."""
        return not self.meaning.passes

    def is_covered(self, have: Meaning) -> bool | None:
        """Whether a record lets them all send; None for "could not tell"."""
        return covers(have, self.meaning, self.includes)


@dataclass(frozen=True)
class Claim:
    """A sender with its needs.

    :param readable: whether its terms could be read; they are typed by people
    :param elsewhere: whether its mail has an envelope sender of another domain, so that nothing
        of the checked one is asked for it
    """

    sender: Sender
    needs: tuple[Need, ...]
    readable: bool
    elsewhere: bool

    def verdict(self, have: Meaning) -> bool | None:
        """Whether the record lets it send; None for "could not tell"."""
        if not self.readable or not self.needs:
            return None
        told = {need.is_covered(have) for need in self.needs}
        return False if False in told else None if None in told else True


async def claims_of(domain: str, senders: Sequence[Sender], zone: Zone) -> tuple[Claim, ...]:
    """The claims of the senders, in their order."""
    return tuple(await asyncio.gather(*(_claim(domain, sender, zone) for sender in senders)))


async def _claim(domain, sender, zone):
    needs, readable = await needs_of(domain, sender.spf_terms or (), zone)
    envelope_domain = spelling(sender.envelope_domain)
    return Claim(sender, needs, readable, envelope_domain not in ("", spelling(domain)))


async def needs_of(domain: str, terms: Iterable[str], zone: Zone) -> tuple[tuple[Need, ...], bool]:
    """(needs, whether all terms could be read)"""
    words = [word for text in terms for word in text.split(" ") if word.lower() != VERSION]
    record = zone.parse(repair(" ".join((VERSION, *words))))
    # Whoever pastes a whole record does not need its end.
    texts = [term.text for term in record.directives if term.mechanism != "all"]
    needs = await asyncio.gather(*(_need(domain, text, zone) for text in texts))
    return tuple(needs), not record.problems and not record.modifiers


async def _need(domain, text, zone):
    cost = await measure(zone.parse(f"{VERSION} {text} -all"), domain, zone)
    included = [child.domain for child in cost.children if child.record]
    return Need(text, meaning(cost, strict=False), *included[:1])


async def ask_for(claim: Claim, have: Meaning, domain: str, zone: Zone) -> bool | None:
    """What `check_host` says where a record cannot be read without asking, as one that a service
    hosts: only for the few addresses of a server, and where it depends on nothing else."""
    needs = [need.meaning for need in claim.needs]
    if any(need.silent or need.passes != need.sure for need in needs) or not _is_telling(have):
        return None
    pairs = [pair for need in needs for pair in need.passes]
    if size(pairs) > ASKED_MAX:
        return None
    numbers = [number for first, last in pairs for number in range(first, last + 1)]
    results = await asyncio.gather(
        *(
            check_host(address(number), domain, f"postmaster@{domain}", domain, zone)
            for number in numbers
        )
    )
    told = {_TOLD.get(item.result) for item in results}
    return False if False in told else None if None in told else True


def _is_telling(have):
    terms = (*have.macros, *have.doubts)
    letters = {letter for term in terms for letter in _MACRO.findall(term)}
    return not have.silent and letters <= _TELLING and not any(map(_is_ptr, terms))


def _is_ptr(term):
    return term.startswith("ptr:")
