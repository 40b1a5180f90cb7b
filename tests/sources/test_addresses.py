"""Every address that a fetch must not reach, and neighbours that it may."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching import addresses
from sources.fetching.addresses import forbidden, is_address, is_loopback

RANGES = [
    network
    for network, _ in [*addresses._RANGES_V4, *addresses._RANGES_V6]  # the matrix is the table in the code
]
SINGLE = [str(address) for address in addresses._DENIED_V6_ADDRESSES]


@pytest.mark.parametrize("network", RANGES, ids=str)
def test_first_middle_and_last_address_of_each_denied_range_are_forbidden(
    network: IPv4Network | IPv6Network,
) -> None:
    for offset in (0, network.num_addresses // 2, network.num_addresses - 1):
        assert forbidden(str(network[offset]))


@pytest.mark.parametrize("address", SINGLE)
def test_each_single_denied_address_is_forbidden(address: str) -> None:
    assert forbidden(address)


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254"],
)
def test_metadata_services_are_named_in_the_reason(address: str) -> None:
    reason = forbidden(address)

    assert reason is not None
    assert any(word in reason for word in ("metadata", "credentials", "platform"))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2000::1",
        "2001:200::1",
        "2003::1",
        "2606:4700:4700::1111",
        "2620:4f:7fff::1",
        "3ffe:ffff::1",
    ],
)
def test_public_neighbours_of_denied_ranges_are_not_forbidden(address: str) -> None:
    assert forbidden(address) is None


FORMS = {
    "compatible": lambda inner: IPv6Address(int(inner)),
    "mapped": lambda inner: IPv6Address(f"::ffff:{inner}"),
    "translated": lambda inner: IPv6Address(f"::ffff:0:{inner}"),
    "NAT64": lambda inner: IPv6Address(f"64:ff9b::{inner}"),
    "local NAT64, low bits": lambda inner: IPv6Address(f"64:ff9b:1::{inner}"),
    "local NAT64, /48": lambda inner: IPv6Address(
        int(IPv6Address("64:ff9b:1::")) | int(inner) >> 16 << 64 | (int(inner) & 0xFFFF) << 40
    ),
    "6to4": lambda inner: IPv6Address(int(IPv6Address("2002::")) | int(inner) << 80),
    "Teredo server": lambda inner: IPv6Address(int(IPv6Address("2001::")) | int(inner) << 64),
    "Teredo client": lambda inner: IPv6Address(int(IPv6Address("2001:0:808:808::")) | int(inner) ^ 0xFFFFFFFF),
    "ISATAP": lambda inner: IPv6Address(int(IPv6Address("2a00:1450::5efe:0:0")) | int(inner)),
    "ISATAP, universal": lambda inner: IPv6Address(int(IPv6Address("2a00:1450::200:5efe:0:0")) | int(inner)),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("inner", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "168.63.129.16", "192.0.0.192"])
def test_an_address_inside_another_is_judged_by_what_is_inside(form: str, inner: str) -> None:
    reason = forbidden(str(FORMS[form](IPv4Address(inner))))

    assert reason is not None
    assert f"form of {inner}: {forbidden(inner)}" in reason


@pytest.mark.parametrize("form", [form for form in FORMS if not form.startswith("ISATAP")])
def test_transition_forms_are_forbidden_around_public_addresses_too(form: str) -> None:
    assert forbidden(str(FORMS[form](IPv4Address("8.8.8.8"))))


def test_isatap_around_a_public_address_in_a_public_prefix_is_an_ordinary_address() -> None:
    assert forbidden("2a00:1450::200:5efe:808:808") is None


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_nothing_outside_global_unicast_is_ever_allowed(address: IPv6Address) -> None:
    if int(address) >> 125 != 0b001:
        assert forbidden(str(address))


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "１.1.1.1", "::g", "1.1.1.1 "],
)
def test_what_is_not_an_address_is_forbidden(text: str) -> None:
    assert forbidden(text) == "not an IP address"


@pytest.mark.parametrize("text", ["fe80::1%eth0", "2606:4700::1111%1", "::1%lo"])
def test_zones_are_forbidden(text: str) -> None:
    assert "zone" in str(forbidden(text))
    assert not is_address(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", True),
        ("127.255.255.254", True),
        ("::1", True),
        ("::ffff:127.0.0.1", False),
        ("128.0.0.1", False),
        ("localhost", False),
        ("::1%lo", False),
    ],
)
def test_loopback_is_only_the_plain_forms(text: str, expected: bool) -> None:
    assert is_loopback(text) is expected


def test_the_table_does_not_lean_on_the_predicates_of_ipaddress() -> None:
    """The control: what the standard library calls global includes addresses that we must not reach."""
    called_global = [text for text in ("168.63.129.16", "192.88.99.1", "64:ff9b::a9fe:a9fe") if forbidden(text)]

    assert any(ip_address(text).is_global for text in called_global)
