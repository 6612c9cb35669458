"""core.dns.address: public is what the registries of IANA call globally reachable."""

import ipaddress

import pytest

from core.dns.address import is_public

# Address block, globally reachable: IANA's two registries of special-purpose addresses, November
# 2026. Where a block says "N/A", it is judged by the IPv4 address in it, or deprecated.
REGISTRY = """
0.0.0.0/8 False
0.0.0.0/32 False
10.0.0.0/8 False
100.64.0.0/10 False
127.0.0.0/8 False
169.254.0.0/16 False
172.16.0.0/12 False
192.0.0.0/24 False
192.0.0.0/29 False
192.0.0.8/32 False
192.0.0.9/32 True
192.0.0.10/32 True
192.0.0.170/32 False
192.0.0.171/32 False
192.0.2.0/24 False
192.31.196.0/24 True
192.52.193.0/24 True
192.88.99.0/24 False
192.88.99.2/32 False
192.168.0.0/16 False
192.175.48.0/24 True
198.18.0.0/15 False
198.51.100.0/24 False
203.0.113.0/24 False
240.0.0.0/4 False
255.255.255.255/32 False
::1/128 False
::/128 False
64:ff9b:1::/48 False
100::/64 False
100:0:0:1::/64 False
2001:1::1/128 True
2001:1::2/128 True
2001:1::3/128 True
2001:2::/48 False
2001:3::/32 True
2001:4:112::/48 True
2001:10::/28 False
2001:20::/28 True
2001:30::/28 True
2001:db8::/32 False
2620:4f:8000::/48 True
3fff::/20 False
5f00::/16 False
fc00::/7 False
fe80::/10 False
"""


@pytest.mark.parametrize("line", REGISTRY.split("\n")[1:-1])
def test_both_ends_of_every_special_block(line):
    block, reachable = line.split()
    network = ipaddress.ip_network(block)
    ends = {is_public(network.network_address), is_public(network.broadcast_address)}
    assert ends == {reachable == "True"}


@pytest.mark.parametrize(
    "address",
    [
        "224.0.0.1",
        "239.255.255.255",
        "ff02::1",
        "fec0::1",
        "4000::1",
        "2002:a00:1::1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::224.0.0.1",
        "::ffff:192.168.0.1",
        "::127.0.0.1",
        "2a00:1450::5efe:127.0.0.1",
        "2a00:1450::200:5efe:10.0.0.1",
        "fe80::5efe:8.8.8.8",
        "2001:0:a00:1::f7f7:f7f7",
    ],
)
def test_addresses_that_lead_into_a_network_of_somebody(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2a00:1450:4001::1",
        "64:ff9b::8.8.8.8",
        "::ffff:8.8.8.8",
        "2002:808:808::1",
        "2a00:1450::5efe:8.8.8.8",
    ],
)
def test_the_public_internet(address):
    assert is_public(address)
