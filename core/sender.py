"""What is expected to send mail for a domain, and what it needs in the DNS."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Selector:
    """One DKIM selector a sender signs with.

    :param target: the CNAME its provider asks for
    :param record: the exact TXT record, where the key is of our own making
    """

    name: str
    target: str = ""
    record: str = ""


@dataclass(frozen=True)
class Sender:
    """One outgoing server or provider that sends as addresses of the domain.

    :param name: as people know it; it comes back in the parameters of findings
    :param host: its SMTP host name or address; "" where it has none to be checked
    :param spf_terms: the mechanisms it needs, like "include:_spf.example.net" or
        "a:mail.example.com"; None where that is not known
    :param selectors: what it signs with; () where it does not sign, None where that is not known
    :param envelope_domain: the domain of its envelope sender where that is not the checked one
    :param dkim_domain: the d= of its signatures where that is not the checked one
    """

    name: str
    host: str = ""
    spf_terms: tuple[str, ...] | None = None
    selectors: tuple[Selector, ...] | None = None
    envelope_domain: str = ""
    dkim_domain: str = ""
