"""Which addresses are public: reachable from the whole Internet, and part of nobody's own network.

From the IANA registries of special-purpose addresses (RFC 6890), as of November 2026:
https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry
"""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_SPECIAL = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",  # this network, RFC 791
            "10.0.0.0/8",  # private, RFC 1918
            "100.64.0.0/10",  # shared by carriers, RFC 6598
            "127.0.0.0/8",  # loopback, RFC 1122
            "169.254.0.0/16",  # link-local, RFC 3927
            "172.16.0.0/12",  # private, RFC 1918
            "192.0.0.0/24",  # protocol assignments, RFC 6890
            "192.0.2.0/24",  # documentation, RFC 5737
            "192.88.99.0/24",  # relays of 6to4, deprecated by RFC 7526
            "192.168.0.0/16",  # private, RFC 1918
            "198.18.0.0/15",  # benchmarks, RFC 2544
            "198.51.100.0/24",  # documentation, RFC 5737
            "203.0.113.0/24",  # documentation, RFC 5737
            "224.0.0.0/4",  # multicast, RFC 5771
            "240.0.0.0/4",  # reserved and broadcast, RFC 1112
            "2001::/23",  # protocol assignments, RFC 2928
            "2001:db8::/32",  # documentation, RFC 3849
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)
# Parts of the above that are globally reachable all the same
_GLOBAL = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.9/32",  # PCP anycast, RFC 7723
            "192.0.0.10/32",  # TURN anycast, RFC 8155
            "2001:1::1/128",  # PCP anycast, RFC 7723
            "2001:1::2/128",  # TURN anycast, RFC 8155
            "2001:1::3/128",  # DNS-SD registration anycast, RFC 9665
            "2001:3::/32",  # AMT, RFC 7450
            "2001:4:112::/48",  # AS112, RFC 7535
            "2001:20::/28",  # ORCHIDv2, RFC 7343
            "2001:30::/28",  # drone remote identification, RFC 9374
        ),
    )
)
# RFC 4291 section 2.4: all other IPv6 unicast addresses are of special use
_IPV6_UNICAST = ipaddress.ip_network("2000::/3")
# IPv6 networks whose last 32 bits are an IPv4 address
_IPV4_AT_THE_END = tuple(
    map(
        ipaddress.ip_network,
        (
            "64:ff9b::/96",  # NAT64, RFC 6052 section 2.1
            "::ffff:0:0/96",  # IPv4-mapped, RFC 4291 section 2.5.5.2
            "::/96",  # IPv4-compatible, RFC 4291 section 2.5.5.1
        ),
    )
)
# First half of an interface identifier with an IPv4 address behind it, RFC 5214 section 6.1
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(address: str | Address) -> bool:
    """Whether an address leads to the public Internet, and nowhere else.

    An IPv6 address that a translator or a tunnel turns into IPv4 ones is as public as they are.
    """
    ip = ipaddress.ip_address(address)
    if ip.version == 4:
        return not _is_special(ip)
    if translated := _translated(ip):
        return all(map(is_public, translated))
    if ip not in _IPV6_UNICAST or _is_special(ip):
        return False
    return (int(ip) >> 32) & 0xFFFFFFFF not in _ISATAP or is_public(_last_32_bits(ip))


def _is_special(ip):
    if any(ip in network for network in _GLOBAL):
        return False
    return any(ip in network for network in _SPECIAL)


def _translated(ip):
    """The IPv4 addresses that an IPv6 address stands for."""
    if any(ip in network for network in _IPV4_AT_THE_END):
        return (_last_32_bits(ip),)
    if ip.sixtofour:  # RFC 3056 section 2
        return (ip.sixtofour,)
    return ip.teredo or ()  # RFC 4380 section 4: server and client


def _last_32_bits(ip):
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
