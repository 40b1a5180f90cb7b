"""Inner addresses in every spelling we could think of."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import product

INNER = (
    "127.0.0.1",
    "10.1.2.3",
    "172.31.255.254",
    "192.168.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
)
DIGITS = {
    "full width": "０１２３４５６７８９",
    "mathematical": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
    "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹",
    "subscript": "₀₁₂₃₄₅₆₇₈₉",
    "circled": "⓪①②③④⑤⑥⑦⑧⑨",
    "Arabic-Indic": "٠١٢٣٤٥٦٧٨٩",
    "Devanagari": "०१२३४५६७८९",
}
DOTS = ("。", "．", "｡", "․", "%2e", "%E3%80%82", "..", "\u00ad.", "·")
INVISIBLE = ("\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u180e", "\u202e", "\ufe0f", "\u034f")


def number_forms(dotted: str) -> Iterator[str]:
    """The spellings that some resolver reads as this IPv4 address."""
    number = int(IPv4Address(dotted))
    a, b, c, d = dotted.split(".")
    low_24, low_16 = number & 0xFFFFFF, number & 0xFFFF
    yield from (dotted, f"{dotted}.", f"{dotted}..", f".{dotted}", str(number), f"0{number:o}", f"{number:#x}")
    yield from (
        f"{number:#X}".lower(),
        f"0X{number:x}",
        f"0x{number:020x}",
        f"{number + 2**32}",
        f"-{number}",
        f"+{number}",
    )
    yield from (f"{a}.{low_24}", f"{a}.{b}.{low_16}", f"{a}.{low_24:#x}", f"{a}.0{low_24:o}", f"{a}.{b}.{low_16:#x}")
    yield ".".join(f"{int(part):#x}" for part in (a, b, c, d))
    yield ".".join(f"0{int(part):o}" for part in (a, b, c, d))
    yield ".".join(f"{int(part):03d}" for part in (a, b, c, d))
    yield ".".join(f"{int(part) + 256}" for part in (a, b, c, d))
    yield f"{a}.{int(b):#x}.0{int(c):o}.{d}"
    yield f"{dotted}.0"
    for digits in DIGITS.values():
        table = str.maketrans("0123456789", digits)
        yield dotted.translate(table)
        yield f"{a.translate(table)}.{b}.{c}.{d}"
        yield str(number).translate(table)
    yield from (dotted.replace(".", dot) for dot in DOTS)
    yield from (f"{dotted[0]}{letter}{dotted[1:]}" for letter in INVISIBLE)
    yield from (f"{dotted}{letter}" for letter in INVISIBLE)
    yield "".join(f"%{ord(letter):02x}" for letter in dotted)
    yield "".join(f"%25{ord(letter):02x}" for letter in dotted)


def ipv6_forms(dotted: str) -> Iterator[str]:
    """The IPv6 addresses that some network translates to this IPv4 address, in several spellings."""
    number = int(IPv4Address(dotted))
    high, low = f"{number >> 16:x}", f"{number & 0xFFFF:x}"
    flipped = number ^ 0xFFFFFFFF
    yield from (f"[::ffff:{dotted}]", f"[::FFFF:{high}:{low}]", f"[0:0:0:0:0:ffff:{dotted}]", f"[::{dotted}]")
    yield from (f"[::{high}:{low}]", f"[::ffff:0:{dotted}]", f"[64:ff9b::{dotted}]", f"[64:ff9b::{high}:{low}]")
    yield from (
        f"[0064:ff9b:0000:0000:0000:0000:{high}:{low}]",
        f"[64:ff9b:1::{dotted}]",
        f"[64:ff9b:1:{high}:0:{low}::]",
    )
    yield from (
        f"[2002:{high}:{low}::]",
        f"[2002:{high}:{low}::{high}:{low}]",
        f"[2001::{flipped >> 16:x}:{flipped & 0xFFFF:x}]",
    )
    yield from (
        f"[2001:0:{high}:{low}::1]",
        f"[fe80::5efe:{dotted}]",
        f"[2a00:1450::5efe:{dotted}]",
        f"[2a00:1450::200:5efe:{high}:{low}]",
    )
    yield from (
        f"[::ffff:{dotted}%25lo]",
        f"[::ffff:{dotted}%lo]",
        f"[::ffff:{dotted}]:",
        f"[::ffff:{high}:{low}",
        f"::ffff:{dotted}",
    )
    yield from (
        f"[::ffff:0x{high}:{low}]",
        f"[::ffff:{dotted}].",
        f"[[::ffff:{dotted}]]",
        f"[v1.{dotted}]",
        f"[{dotted}]",
    )


OWN_IPV6 = (
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    "[::1%25lo]",
    "[::1%lo]",
    "[::1%250]",
    "[fe80::1]",
    "[FE80::1%25eth0]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fd20:ce::254]",
    "[ff02::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[2001:2::1]",
    "[2001:10::1]",
    "[2001:20::1]",
    "[2620:4f:8000::1]",
    "[4000::1]",
    "[::2]",
    "[1::1]",
)
NAMES = (
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost..",
    "a.localhost",
    "localhost.localdomain",
    "localhost6",
    "ip6-localhost",
    "ip6-loopback",
    "ⓛocalhost",
    "ｌｏｃａｌｈｏｓｔ",
    "localho\u017ft",
    "loca\u00adlhost",
    "localhost\u3002",
    "local%68ost",
    "metadata",
    "metadata.google.internal",
    "metadata.google.internal.",
    "instance-data",
    "kubernetes.default.svc",
    "host.docker.internal",
    "router.lan",
    "printer.local",
    "intranet",
    "wpad",
    "127.0.0.1.nip.io",
    "127-0-0-1.sslip.io",
    "7f000001.nip.io",
    "0x7f.1.xip.io",
    "localtest.me",
    "spoofed.burpcollaborator.example",
    "xn--localhost-.example",
    "a.b.c.127.0.0.1.example",
)
# {inner} is where it would lead; the rest of each is what one parser reads differently from the next.
WRAPPINGS = (
    "http://{inner}/",
    "HTTP://{inner}/",
    "https://{inner}/",
    "http://{inner}",
    "http://{inner}?",
    "http://{inner}#",
    "http://{inner}:80/",
    "http://{inner}:443/",
    "http://{inner}:8080/",
    "http://{inner}:6379/",
    "http://{inner}:080/",
    "http://{inner}:0/",
    "http://{inner}:65616/",
    "http://{inner}: 80/",
    "http://{inner}:８０/",
    "http://{inner}:80:80/",
    "http://{inner}:+80/",
    "http://public.example@{inner}/",
    "http://public.example:80@{inner}/",
    "http://public.example%40{inner}/",
    "http://@{inner}/",
    "http://:@{inner}/",
    "http://a:b:c@{inner}/",
    "http://{inner}\\@public.example/",
    "http://public.example\\@{inner}/",
    "http://{inner}#@public.example/",
    "http://{inner}%23@public.example/",
    "http://{inner}?@public.example/",
    "http://{inner};@public.example/",
    "http://{inner},public.example/",
    "http://{inner}&@public.example/",
    "http://{inner}\t/",
    "ht\ntp://{inner}/",
    " http://{inner}/",
    "\u00a0http://{inner}/",
    "\ufeffhttp://{inner}/",
    "http://\t{inner}/",
    "http:///{inner}/",
    "http:/{inner}/",
    "http:{inner}/",
    "http:\\\\{inner}/",
    "http:/\\{inner}/",
    "http://\\{inner}/",
    "http:////{inner}/",
    "http;//{inner}/",
    "http://{inner}%00.public.example/",
    "http://{inner}\x00.public.example/",
    "http://{inner}%0d%0aHost:%20x/",
    "http://{inner}\r\nX: 1/",
    "http://{inner}%2f@public.example/",
    "http://{inner}/..;/",
    "http://{inner}//public.example/",
    "ws://{inner}/",
    "ftp://{inner}/",
    "gopher://{inner}:70/_x",
    "dict://{inner}:11211/",
    "file://{inner}/etc/passwd",
    "jar:http://{inner}!/",
    "url:http://{inner}/",
    "view-source:http://{inner}/",
    "feed:http://{inner}/",
    "http+unix://{inner}/",
    "h2c://{inner}/",
    "httpss://{inner}/",
    "//{inner}/",
)


def all_urls() -> list[str]:
    spelt = [form for dotted in INNER for form in (*number_forms(dotted), *ipv6_forms(dotted))]
    wrapped = [
        wrapping.format(inner=inner)
        for wrapping, inner in product(WRAPPINGS, ("127.0.0.1", "[::1]", "localhost", "0x7f.1"))
    ]
    return [*dict.fromkeys([*(f"http://{form}/" for form in (*spelt, *OWN_IPV6, *NAMES)), *wrapped])]


# Bytes that no caller could type: in a Location they come raw.
LOCATIONS = (
    b"//127.0.0.1/",
    b"///127.0.0.1/",
    b"////127.0.0.1/",
    b"/\\127.0.0.1/",
    b"\\\\127.0.0.1\\",
    b"http:\\\\127.0.0.1",
    b"HTTP://127.0.0.1",
    b"http://127.0.0.1#http://public.example/",
    b"http://127.0.0.1?x=http://public.example/",
    b"\x09http://127.0.0.1/",
    b"http://127.0.0.1\x09/",
    b"http://127.0.0.1\x0b/",
    b"http://127.0.0.1\x0c/",
    b"http://127.0.0.1\x00.public.example/",
    b"http://127.0.0.1\x80/",
    b"http://127.0.0.1\xad/",
    b"http://\xef\xbb\xbf127.0.0.1/",
    b"\xef\xbb\xbfhttp://127.0.0.1/",
    b"http://127\xe3\x80\x820\xe3\x80\x820\xe3\x80\x821/",
    b"http://\xe2\x91\xa0/",
    b"http://127.0.0.1\rX/",
    b"http://127.0.0.1 /",
    b"http://127.0.0.1\xa0/",
    b"http://127.0.0.1\r\nLocation: http://public.example/",
    b"http://public.example/\r\nLocation: http://127.0.0.1/",
    b"http://localhost",
    b"http://[::1]",
    b"http://[::ffff:7f00:1]",
    b"//[::1]:80/",
    b"//user@127.0.0.1/",
    b"//127.0.0.1:6379/",
    b"http:/127.0.0.1/",
    b"http:127.0.0.1",
    b"0; url=http://127.0.0.1/",
    b"<http://127.0.0.1/>",
    b"http://127.0.0.1, http://public.example/",
    b'"http://127.0.0.1/"',
    b"http://\xff127.0.0.1/",
    b"http://127.0.0.1%ff/",
    b"javascript:x//127.0.0.1",
    b"data:text/html,<meta http-equiv=refresh content=0;url=http://127.0.0.1>",
    b"http://2130706433",
    b"http://0x7f000001",
    b"http://0177.1",
    b"http://0",
    b"//0",
    b"http://127.1",
    b"http://\xf0\x9d\x9f\x8f\xf0\x9d\x9f\x90\xf0\x9d\x9f\x95.1",
)
