"""The zones of the benchmark: domains as they are common, each with names of its own."""

DOMAIN_COUNT = 100
KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAkVthIGw39R77a1Idf4ykW5vUbfA+opDZaH30nWQujExO/Q7R"
    "+Z2tEY6VAPrFFR61T9iGX4FtuX9WDIf1rCfzAs/E5mIx6pnzTLwj0aAcAuPp6blsGGpri9Z3yJezFAy4zdtM/ZWMisHi"
    "WWpiUJawZPoLoPTaU1GVk2ut9p+ncyLJjBnowIbJ95Xrk7SdWw5sA5xWZAU4zVRfi/1lq8HbEoCe6v5vdnDrZFOO3HWA"
    "Lvgq7xm3jt9jNz5aJRKmv6tB4nGmn17UDQJ2GeSzbi7Fxw0h6ZWGy8pSXEXSYegRj3lA3o80lfkf2X3RcvRhBZk0O7Cg"
    "Xu3fvS2s0HVvN/djswIDAQAB"
)
CHAIN = ("TXT of the domain", "include of the provider", "include of its region", "its host")
"""The longest chain of dependent questions that a report about one of the domains needs."""


def domain_name(number: int) -> str:
    return f"d{number}.bench"


def zones() -> dict[str, str]:
    """Zone texts by zone name."""
    texts = {"bench": "@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\nns A 192.31.196.53\n"}
    for number in range(DOMAIN_COUNT):
        texts[domain_name(number)] = _domain(number)
        texts[f"{number}.196.31.192.in-addr.arpa"] = f"@ PTR mail.{domain_name(number)}.\n"
        texts[f"{number}.193.52.192.in-addr.arpa"] = f"@ PTR mail2.{domain_name(number)}.\n"
    return texts


def _domain(number: int) -> str:
    key = f'"v=DKIM1; k=rsa; p={KEY[:200]}" "{KEY[200:]}"'
    domain = domain_name(number)
    return f"""
@ SOA ns hostmaster 1 3600 600 86400 300
@ NS ns
ns A 192.31.196.53
@ A 192.31.196.{number}
@ MX 10 mail
@ MX 20 mail2
mail A 192.31.196.{number}
mail2 A 192.52.193.{number}
@ TXT "v=spf1 mx include:_spf.one.{domain} include:_spf.two.{domain} ip4:192.31.196.0/24 ~all"
@ TXT "some-verification={number}"
_spf.one TXT "v=spf1 include:_region.one.{domain} ip4:192.175.48.0/25 ~all"
_region.one TXT "v=spf1 a:out.one.{domain} ip4:192.175.48.128/25 ~all"
out.one A 192.175.48.200
_spf.two TXT "v=spf1 ip4:192.52.193.0/24 ~all"
s1._domainkey TXT {key}
s2._domainkey CNAME s2.dkim
s2.dkim TXT {key}
_dmarc TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@{domain}"
"""
