"""Which IP addresses an outward fetch must never reach, and why.

The facts are those of the IANA registries "IPv4 Special-Purpose Address Space", "IPv6 Special-Purpose Address
Space" and "Internet Protocol Version 6 Address Space", and of the cloud vendors' own manuals for the metadata
services. The predicates of `ipaddress` (`is_global`, `is_private`) are not asked: what they answer has
changed between Python releases, and they call 168.63.129.16 and 192.88.99.1 global.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

# The first match gives the reason, so single addresses stand before the ranges around them.
_DENIED_V4 = (
    ("169.254.169.254/32", "cloud metadata service (AWS, Azure, Google, Oracle, OpenStack)"),
    ("169.254.170.2/32", "container credentials service (AWS)"),
    ("100.100.100.200/32", "cloud metadata service (Alibaba)"),
    ("168.63.129.16/32", "platform wire server (Azure)"),
    ("192.0.0.192/32", "cloud metadata service (Oracle)"),
    ("255.255.255.255/32", "limited broadcast, RFC 919"),
    ("0.0.0.0/8", "this network, RFC 791"),
    ("10.0.0.0/8", "private use, RFC 1918"),
    ("100.64.0.0/10", "shared address space of providers, RFC 6598"),
    ("127.0.0.0/8", "loopback, RFC 1122"),
    ("169.254.0.0/16", "link-local, RFC 3927"),
    ("172.16.0.0/12", "private use, RFC 1918"),
    ("192.0.0.0/24", "IETF protocol assignments, RFC 6890"),
    ("192.0.2.0/24", "documentation, RFC 5737"),
    ("192.31.196.0/24", "AS112 sink, RFC 7535"),
    ("192.52.193.0/24", "multicast tunnelling (AMT), RFC 7450"),
    ("192.88.99.0/24", "former 6to4 relay anycast, RFC 7526"),
    ("192.168.0.0/16", "private use, RFC 1918"),
    ("192.175.48.0/24", "AS112 sink, RFC 7534"),
    ("198.18.0.0/15", "benchmarking, RFC 2544"),
    ("198.51.100.0/24", "documentation, RFC 5737"),
    ("203.0.113.0/24", "documentation, RFC 5737"),
    ("224.0.0.0/4", "multicast, RFC 5771"),
    ("240.0.0.0/4", "reserved, RFC 1112"),
)
_DENIED_V6_ADDRESSES = {
    IPv6Address("fd00:ec2::254"): "cloud metadata service (AWS)",
    IPv6Address("fd20:ce::254"): "cloud metadata service (Google)",
    IPv6Address("fd00:c1::a9fe:a9fe"): "cloud metadata service (Oracle)",
    IPv6Address("fd00:42::42"): "cloud metadata service (Scaleway)",
    IPv6Address("::"): "unspecified, RFC 4291",
    IPv6Address("::1"): "loopback, RFC 4291",
}
_DENIED_V6 = (
    ("::/96", "IPv4-compatible, RFC 4291"),
    ("::ffff:0:0/96", "IPv4-mapped, RFC 4291"),
    ("::ffff:0:0:0/96", "IPv4-translated, RFC 2765"),
    ("64:ff9b::/96", "NAT64, RFC 6052"),
    ("64:ff9b:1::/48", "local-use NAT64, RFC 8215"),
    ("100::/64", "discard-only, RFC 6666"),
    ("100:0:0:1::/64", "dummy prefix, RFC 9780"),
    ("2001::/32", "Teredo, RFC 4380"),
    ("2001:20::/28", "ORCHIDv2, RFC 7343"),
    ("2001::/23", "IETF protocol assignments, RFC 2928"),
    ("2001:db8::/32", "documentation, RFC 3849"),
    ("2002::/16", "6to4, RFC 3056"),
    ("2620:4f:8000::/48", "AS112 sink, RFC 7534"),
    ("3fff::/20", "documentation, RFC 9637"),
    ("5f00::/16", "segment routing, RFC 9602"),
    ("fc00::/7", "unique local, RFC 4193"),
    ("fe80::/10", "link-local, RFC 4291"),
    ("fec0::/10", "former site-local, RFC 3879"),
    ("ff00::/8", "multicast, RFC 4291"),
)
_RANGES_V4 = tuple((IPv4Network(cidr), reason) for cidr, reason in _DENIED_V4)
_RANGES_V6 = tuple((IPv6Network(cidr), reason) for cidr, reason in _DENIED_V6)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

# Where an IPv4 address lies inside an IPv6 address: the prefix, and how far the 32 bits are shifted.
_EMBEDDED = (
    (IPv6Network("::/96"), 0, "IPv4-compatible"),
    (IPv6Network("::ffff:0:0/96"), 0, "IPv4-mapped"),
    (IPv6Network("::ffff:0:0:0/96"), 0, "IPv4-translated"),
    (IPv6Network("64:ff9b::/96"), 0, "NAT64"),
    (IPv6Network("2002::/16"), 80, "6to4"),
    (IPv6Network("2001::/32"), 64, "Teredo server"),
)
_NAT64_48 = IPv6Network("64:ff9b:1::/48")
_TEREDO = IPv6Network("2001::/32")
_ISATAP_IDENTIFIERS = (0x00005EFE, 0x02005EFE)


@lru_cache(maxsize=4_096)
def forbidden(address: str) -> str | None:
    """
    Say why an outward fetch must not reach `address`, or None where it may.

    An IPv4 address inside an IPv6 address is judged as well. An address with a zone, and anything that is not
    an address in plain text form, is forbidden too.
    """
    if "%" in address:
        return "an address with a zone belongs to this machine's own links"
    parsed = _parsed(address)
    if parsed is None:
        return "not an IP address"
    if isinstance(parsed, IPv4Address):
        return _judge_v4(parsed)
    return _judge_v6(parsed)


def is_address(text: str) -> bool:
    """Whether `text` is an IP address in plain text form, without a zone."""
    return _parsed(text) is not None


def is_loopback(text: str) -> bool:
    """Whether `text` is an address of this machine itself, in plain form (no IPv4 inside IPv6)."""
    parsed = _parsed(text)
    return parsed is not None and any(parsed in network for network in _LOOPBACK)


@lru_cache(maxsize=4_096)
def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return None if "%" in text else ip_address(text)
    except ValueError:
        return None


def _judge_v4(address: IPv4Address) -> str | None:
    return next((reason for network, reason in _RANGES_V4 if address in network), None)


def _judge_v6(address: IPv6Address) -> str | None:
    if address in _DENIED_V6_ADDRESSES:
        return _DENIED_V6_ADDRESSES[address]
    for form, inner in _embedded(address):
        if reason := _judge_v4(inner):
            return f"{form} form of {inner}: {reason}"
    for network, reason in _RANGES_V6:
        if address in network:
            return reason
    if address not in _GLOBAL_UNICAST:
        return "outside global unicast 2000::/3, RFC 4291"
    return None


def _embedded(address: IPv6Address) -> Iterator[tuple[str, IPv4Address]]:
    bits = int(address)
    for network, shift, form in _EMBEDDED:
        if address in network:
            yield form, _low_32(bits >> shift)
    if address in _NAT64_48:
        # RFC 6052 2.2: behind a 48-bit prefix the address is split around the unused octet of bits 64-71;
        # where nothing is there, the site uses a longer prefix of its own.
        split = (bits >> 64 & 0xFFFF) << 16 | bits >> 40 & 0xFFFF
        yield "local-use NAT64", _low_32(split or bits)
    if address in _TEREDO:
        yield "Teredo client", _low_32(bits ^ 0xFFFFFFFF)
    if bits >> 32 & 0xFFFFFFFF in _ISATAP_IDENTIFIERS:
        yield "ISATAP", _low_32(bits)


def _low_32(bits: int) -> IPv4Address:
    return IPv4Address(bits & 0xFFFFFFFF)
