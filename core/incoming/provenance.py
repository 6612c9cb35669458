"""Where an incoming mail came from and what proves it: verified, not verified, or failed.

The receiving server that the administrator trusts has checked the mail and says so in
Authentication-Results; without one, a DKIM signature can be verified here. A proof counts for the
domain of From only, for that is what people read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..translate import Translate, _
from . import authentication_results, dkim_proof, forwarding
from .address import addresses_in
from .authentication_results import Results
from .fields import Fields
from .forwarding import Forwarding

VERIFIED, NOT_VERIFIED, FAILED = "verified", "not verified", "failed"

SENTENCES = {
    "dmarc": _("The mail server {server} has checked that the mail comes from {domain} (DMARC)."),
    "dkim": _("The mail server {server} has checked the signature of {domain} (DKIM)."),
    "spf": _(
        "The mail server {server} has checked that the mail was sent by a server of {domain} (SPF)."
    ),
    "signature": _("The mail carries a valid signature of {domain} (DKIM)."),
    "dmarc_failed": _(
        "The mail server {server} found that the mail does not come from {domain}, though it says "
        "so (DMARC). Be careful with it."
    ),
    "checks_failed": _(
        "The mail server {server} found neither a valid signature of {domain} nor a server of "
        "that domain behind the mail. Be careful with it."
    ),
    "signature_failed": _(
        "The signature of {domain} on the mail is not valid: the mail was changed on its way, or "
        "does not come from there. Be careful with it."
    ),
    "nothing_proven": _(
        "The mail server {server} has checked the mail; nothing proves that it comes from "
        "{domain}, and nothing speaks against it."
    ),
    "not_checked": _(
        "None of the mail servers that are trusted for this mailbox has noted a check of the mail."
    ),
    "no_trusted_server": _(
        "No receiving mail server is trusted for this mailbox yet, so nothing could be checked."
    ),
    "no_signature": _("The mail carries no signature of {domain} that could be checked."),
    "signature_unknown": _("The signature of {domain} could not be checked now."),
    "several_senders": _("The mail names several senders, so none of them can be proven."),
    "no_sender": _("The mail names no sender that could be proven."),
}
"""One for each reason, with {server} and {domain}."""


@dataclass(frozen=True)
class Provenance:
    """:param verdict: "verified", "not verified" or "failed"
    :param reason: a key of `SENTENCES`
    :param domain: of From
    :param server: the receiving server that checked, or ""
    """

    verdict: str
    reason: str
    domain: str = ""
    server: str = ""
    detour: Forwarding = field(default_factory=Forwarding)
    envelope: tuple[tuple[str, str], ...] = ()

    def explain(self, translate: Translate = _) -> str:
        return translate(SENTENCES[self.reason]).format(server=self.server, domain=self.domain)

    def to_json(self) -> dict:
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "domain": self.domain or None,
            "server": self.server or None,
            "detour": self.detour.kind or None,
            "by": self.detour.by or None,
            "original_sender": self.detour.original_sender or None,
            "envelope": [{"field": name, "address": address} for name, address in self.envelope],
        }


def judge(
    fields: Fields,
    servers: Iterable[str] = (),
    *,
    raw: bytes = b"",
    ask: dkim_proof.Ask | None = None,
    order: Iterable[str] = forwarding.ENVELOPE_ORDER,
) -> Provenance:
    """The verdict on a mail; never raises.

    :param servers: the names of the receiving servers that are trusted (authserv-id)
    :param raw: the mail as it came, for its signatures
    :param ask: asks the DNS for a TXT record; None where signatures are not to be verified
    """
    servers = tuple(servers)
    domain, problem = _sender_domain(fields)
    verdict, reason, server = NOT_VERIFIED, problem, ""
    if not problem:
        found = authentication_results.trusted(fields, servers)
        verdict, reason = _by_results(found, domain)
        server = found[0].server if found else ""
        if not found:
            verdict, reason = _by_signature(raw, fields, ask, domain, servers)
    return Provenance(
        verdict,
        reason,
        domain,
        server,
        forwarding.detour(fields),
        tuple(forwarding.envelope_recipients(fields, order, servers)),
    )


def _sender_domain(fields):
    """(domain of From, what is wrong with it)."""
    senders = [address for value in fields.all("From") for address in addresses_in(value)[-1:]]
    if len(fields.all("From")) > 1:
        return "", "several_senders"
    if not senders:
        return "", "no_sender"
    return senders[0].rpartition("@")[2], ""


# ------------------------------------------------------------
# WHAT THE RECEIVING SERVER FOUND
# ------------------------------------------------------------

_PASSED = ("pass", "bestguesspass")


def _by_results(found: list[Results], domain: str):
    results = [item for entry in found for item in entry.results]
    dmarc = [item for item in results if item.method == "dmarc"]
    dmarc = [item for item in dmarc if item.domain("header.from") in ("", domain)]
    if any(item.result in _PASSED for item in dmarc):
        return VERIFIED, "dmarc"
    if any(item.result == "fail" for item in dmarc):
        return FAILED, "dmarc_failed"
    signed = [item for item in results if item.method == "dkim"]
    signed = [item for item in signed if is_same(item.domain("header.d", "header.i"), domain)]
    if any(item.result == "pass" for item in signed):
        return VERIFIED, "dkim"
    sent = [item for item in results if item.method == "spf"]
    sent = [item for item in sent if is_same(item.domain("smtp.mailfrom", "smtp.mail"), domain)]
    if any(item.result == "pass" for item in sent):
        return VERIFIED, "spf"
    if any(item.result == "fail" for item in signed) and any(
        item.result == "fail" for item in sent
    ):
        return FAILED, "checks_failed"
    return NOT_VERIFIED, "nothing_proven"


def is_same(one: str, other: str) -> bool:
    """Whether two domains are the same, or one stands below the other: relaxed alignment (RFC 7489
    section 3.1) as far as it can be told without a list of public suffixes."""
    if not one or not other:
        return False
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    return longer == shorter or ("." in shorter and longer.endswith(f".{shorter}"))


# ------------------------------------------------------------
# WHAT THE MAIL PROVES BY ITSELF
# ------------------------------------------------------------


def _by_signature(raw, fields, ask, domain, servers):
    unchecked = "not_checked" if servers else "no_trusted_server"
    if ask is None or not raw or not dkim_proof.is_available():
        return NOT_VERIFIED, unchecked
    found = dkim_proof.verify(raw, fields, ask, domain)
    own = [item.result for item in found if is_same(item.domain, domain)]
    if "pass" in own:
        return VERIFIED, "signature"
    if not own:
        return NOT_VERIFIED, "no_signature" if servers else unchecked
    if "unknown" in own or "partial" in own:
        return NOT_VERIFIED, "signature_unknown"
    return FAILED, "signature_failed"
