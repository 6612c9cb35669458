"""MTA-STS (RFC 8461): a domain says that its mail servers speak TLS with a valid certificate."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..dns import tag_list
from ..dns.resolver import Resolver
from ..error import CoreError
from ..findings.finding import Finding, Subject, unknown
from ..name import spelling
from . import mx
from .https import FetchError

POLICY_PATH = "/.well-known/mta-sts.txt"  # RFC 8461 section 3.3
MODES = ("enforce", "testing", "none")  # RFC 8461 section 3.2
ID_MAX = 32  # characters, RFC 8461 section 3.1
FIRST_ID = "1"
HEAD_LENGTH = 16  # characters in which a record says what it is, with a few too many
MAX_AGE_MAX = 31557600  # seconds, RFC 8461 section 3.2: one year

_AGE = re.compile(r"[0-9]{1,10}")  # RFC 8461 section 3.2
_ID = re.compile(r"[A-Za-z0-9]{1,32}")  # RFC 8461 section 3.1
_VERSION = re.compile(r"v\s*=\s*STSv1\s*;")  # RFC 8461 section 3.1


Fetch = Callable[[str, str, str], Awaitable[str]]
"""(host, path, address) -> text of the file; raises `FetchError`, like `https.fetch`."""


class PolicyError(CoreError):
    """A policy that senders ignore: mta_sts_policy_syntax, with `line`, the line at fault or the
    name of what is missing."""


@dataclass(frozen=True)
class Policy:
    """A policy file. `hosts` are patterns for the MX hosts, `max_age` is in seconds."""

    mode: str
    max_age: int
    hosts: frozenset[str]

    def allows(self, host: str) -> bool:
        """RFC 8461 section 4.1: "*." stands for exactly one label."""
        return host in self.hosts or f"*.{host.partition('.')[2]}" in self.hosts


def parse_policy(text: str) -> Policy:
    """The policy in the text of a file (RFC 8461 section 3.2); raises PolicyError."""
    values, hosts = {}, set()
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        if line.strip() and not colon:
            raise PolicyError("mta_sts_policy_syntax", line=line)
        if key.strip() == "mx":
            hosts.add(spelling(value))
        else:
            values.setdefault(key.strip(), value.strip())
    max_age = values.get("max_age", "")
    for key, valid in (
        ("version", values.get("version") == "STSv1"),
        ("mode", values.get("mode") in MODES),
        ("max_age", bool(_AGE.fullmatch(max_age)) and int(max_age) <= MAX_AGE_MAX),
        ("mx", bool(hosts) or values.get("mode") == "none"),
    ):
        if not valid:
            line = f"{key}: {values[key]}" if key in values else key
            raise PolicyError("mta_sts_policy_syntax", line=line)
    return Policy(values["mode"], int(max_age), frozenset(hosts))


async def check(domain: str, resolver: Resolver, fetch: Fetch | None = None) -> tuple[Finding, ...]:
    """The findings about MTA-STS of a domain.

    :param fetch: None where HTTPS must not be used
    """
    answer = await resolver.query(f"_mta-sts.{domain}", "TXT")
    if not answer.known:
        return (unknown("mta_sts", answer),)
    records = [text for text in answer.records if _VERSION.match(text)]
    alike = list(filter(_is_alike, answer.records))
    say = Subject("mta_sts", answer.name, "TXT", records).say
    if not records and alike:
        subject = Subject("mta_sts", answer.name, "TXT", alike)
        return (subject.say("mta_sts_syntax", _template(alike)),)
    if not records:
        return (say("mta_sts_absent", _template(())),)
    if len(records) > 1:  # RFC 8461 section 3.1: counts as none
        return (say("mta_sts_multiple", _template(records), count=len(records)),)
    if not _valid_record(records[0]):
        return (say("mta_sts_syntax", _template(records)),)
    return await _check_policy(domain, resolver, fetch, say)


def _is_alike(text):
    """Whether a record that does not begin as it should is meant all the same."""
    tags = tag_list.read(text)[0]
    version = tags.get("v", "STSv1" if "id" in tags else "").lower()
    return version == "stsv1" or "stsv1" in text[:HEAD_LENGTH].lower()


def _template(records):
    """A record with the first usable id; any id will do, as long as it changes with the policy."""
    ids = (tag_list.read(text)[0].get("id", "") for text in records)
    usable = ("".join(filter(str.isalnum, text))[:ID_MAX] for text in ids if text.isascii())
    return f"v=STSv1; id={next(filter(None, usable), FIRST_ID)}"


def _valid_record(text):
    try:
        return bool(_ID.fullmatch(tag_list.parse(text).get("id", "")))
    except tag_list.TagListError:
        return False


async def _check_policy(domain, resolver, fetch, say):
    host = f"mta-sts.{domain}"
    answers = await mx.addresses(host, resolver)
    addresses = [text for answer in answers for text in answer.records]
    if not addresses:
        silent = any(not answer.known for answer in answers)
        return (say("mta_sts_policy_unknown" if silent else "mta_sts_host_missing", host=host),)
    if fetch is None:
        return (say("mta_sts_policy_unknown", host=host),)
    try:
        text = await asyncio.wait_for(fetch(host, POLICY_PATH, addresses[0]), resolver.remaining)
        policy = parse_policy(text)
    except asyncio.TimeoutError:
        return (say("mta_sts_policy_unknown", host=host),)
    except FetchError as error:
        if error.code == "fetch_unreachable":
            return (say("mta_sts_policy_unknown", host=host),)
        return (say("mta_sts_policy_refused", host=host, reason=error.code),)
    except PolicyError as error:
        return (say(error.code, host=host, **error.params),)
    return (await _judge_policy(domain, resolver, policy, say),)


async def _judge_policy(domain, resolver, policy, say):
    answer = await resolver.query(domain, "MX")
    strange = [item.host for item in mx.parse(answer.records) if not policy.allows(item.host)]
    if policy.mode != "none" and strange:
        code = "mta_sts_mx_refused" if policy.mode == "enforce" else "mta_sts_mx_not_listed"
        return say(code, hosts=", ".join(strange))
    return say(
        "mta_sts_ok" if policy.mode == "enforce" else "mta_sts_not_enforced", mode=policy.mode
    )
