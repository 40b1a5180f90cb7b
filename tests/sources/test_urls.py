"""Taking addresses apart: what is refused, what is made of the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching.exchanges import Refused
from sources.fetching.urls import MAX_LENGTH, Target, canonical, dissect, join, parse


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTP://EXAMPLE.ORG/A", "http://example.org/A"),
        ("https://example.org:443/", "https://example.org/"),
        ("http://example.org:80", "http://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("https://example.org:8443/x", "https://example.org:8443/x"),
        ("http://example.org:/x", "http://example.org/x"),
        ("http://example.org./x", "http://example.org/x"),
        ("http://example.org?q", "http://example.org/?q"),
        ("http://example.org?", "http://example.org/?"),
        ("http://example.org/#top", "http://example.org/"),
        ("http://example.org#a?b", "http://example.org/"),
        ("http://example.org/?a#b#c", "http://example.org/?a"),
        ("http://example.org/a/./b/../c", "http://example.org/a/c"),
        ("http://example.org/../../x", "http://example.org/x"),
        ("http://example.org/a/..", "http://example.org/"),
        ("http://example.org/a/b/.", "http://example.org/a/b/"),
        ("http://example.org/a/%2e%2E/b", "http://example.org/b"),
        ("http://example.org/a//b", "http://example.org/a//b"),
        ("http://example.org/a//../b", "http://example.org/a/b"),
        ("http://example.org/...", "http://example.org/..."),
        ("http://example.org/%7Euser/%41", "http://example.org/~user/A"),
        ("http://example.org/%2f%3a", "http://example.org/%2F%3A"),
        ("http://example.org/100%", "http://example.org/100%25"),
        ("http://example.org/%zz%4", "http://example.org/%25zz%254"),
        ("http://example.org/%%34%31", "http://example.org/%2541"),
        ("http://example.org/é", "http://example.org/%C3%A9"),
        ("http://example.org/e\u0301", "http://example.org/e%CC%81"),
        ("http://example.org/?q=ü&b=%c3%bc", "http://example.org/?q=%C3%BC&b=%C3%BC"),
        ("http://example.org/?b=2&a=1&b=1", "http://example.org/?b=2&a=1&b=1"),
        ("http://example.org/?q=a+b&c", "http://example.org/?q=a+b&c"),
        ("http://example.org/?u=http://x/../y", "http://example.org/?u=http://x/../y"),
        ("http://example.org/?a[]=1&a%5B%5D=2", "http://example.org/?a[]=1&a%5B%5D=2"),
        ("http://example.org/<a>|{b}", "http://example.org/%3Ca%3E%7C%7Bb%7D"),
        ("http://example.org/;p=1,2!$&'()*@:", "http://example.org/;p=1,2!$&'()*@:"),
        ("http://BÜCHER.example/", "http://xn--bcher-kva.example/"),
        ("http://xn--BCHER-kva.example/", "http://xn--bcher-kva.example/"),
        ("http://faß.example/", "http://xn--fa-hia.example/"),
        ("http://日本語。example/", "http://xn--wgv71a119e.example/"),
        ("http://i❤.example/", "http://xn--i-7iq.example/"),
        ("http://ex\u00adample.org/", "http://example.org/"),
        ("http://ｅｘａｍｐｌｅ.org/", "http://example.org/"),
        ("http://my_site.example/", "http://my_site.example/"),
        ("http://name-.example/", "http://name-.example/"),
        ("http://r3---sn-abc.example/", "http://r3---sn-abc.example/"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
        ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://1.example/", "http://1.example/"),
        ("http://0x7f.example/", "http://0x7f.example/"),
    ],
)
def test_canonical_form(typed: str, expected: str) -> None:
    assert canonical(typed) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "scheme"),
        ("example.org", "scheme"),
        ("//example.org/", "scheme"),
        ("/path", "scheme"),
        ("ftp://example.org/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("gopher://example.org/", "scheme"),
        ("data:text/plain,hello", "scheme"),
        ("view-source:http://example.org/", "scheme"),
        ("http:example.org", "host"),
        ("http:/example.org", "host"),
        ("http:///example.org", "host"),
        ("http://", "host"),
        ("http://?", "host"),
        ("http://.", "host"),
        ("http://..", "host"),
        ("http://a..b/", "host"),
        ("http://.example.org/", "host"),
        ("http://example.org../", "host"),
        ("http://exa mple.org/", "characters"),
        ("http://example.org/a b", "characters"),
        (" http://example.org/", "characters"),
        ("http://example.org/\u00a0", "characters"),
        ("http://example.org/\u2028", "characters"),
        ("ht\ttp://example.org/", "characters"),
        ("http://example.org/\r\nX: 1", "characters"),
        ("http://example.org\x00.example/", "characters"),
        ("http://example.org/\x7f", "characters"),
        ("http://example.org/\x85", "characters"),
        ("http://example.org\\@other.example/", "characters"),
        ("http://example.org/\\x", "characters"),
        ("http://example.org/\ud800", "characters"),
        ("http://user@example.org/", "userinfo"),
        ("http://user:secret@example.org/", "userinfo"),
        ("http://@example.org/", "userinfo"),
        ("http://example%2eorg/", "host"),
        ("http://127%2e0.0.1/", "host"),
        ("http://[fe80::1%25eth0]/", "host"),
        ("http://[fe80::1", "host"),
        ("http://fe80::1/", "host"),
        ("http://[::1]]/", "host"),
        ("http://[::1].example/", "host"),
        ("http://[::1]x/", "host"),
        ("http://[1.2.3.4]/", "host"),
        ("http://[:]/", "host"),
        ("http://a:80:80/", "host"),
        ("http://example.org:x/", "host"),
        ("http://example.org:-1/", "host"),
        ("http://example.org:0/", "port"),
        ("http://example.org:00080/", "port"),
        ("http://example.org:65536/", "port"),
        ("http://example.org:999999/", "port"),
        ("http://exam,ple.org/", "host"),
        ("http://exam;ple.org/", "host"),
        ("http://exa＃mple.org/", "host"),
        ("http://a＠b.example/", "host"),
        ("http://a℀b.example/", "host"),
        ("http://a…b.example/", "host"),
        ("http://a\u2f4fb\ufffd.example/", "host"),
        ("http://xn--a.example/", "host"),
        ("http://xn--abc-.example/", "host"),
        ("http://xn--.example/", "host"),
        ("http://xn--99999999.example/", "host"),
        ("http://" + "a" * 64 + ".example/", "host"),
        ("http://" + "ü" * 60 + ".example/", "host"),
        ("http://" + "a." * 127 + "example/", "host"),
        ("http://127.1/", "host"),
        ("http://0x7f.0.0.1/", "host"),
        ("http://0X7F000001/", "host"),
        ("http://2130706433/", "host"),
        ("http://0177.0.0.1/", "host"),
        ("http://127.000.000.001/", "host"),
        ("http://256.256.256.256/", "host"),
        ("http://1.2.3.4.5/", "host"),
        ("http://example.1/", "host"),
        ("http://example.0x/", "host"),
        ("http://①②⑦.1/", "host"),
        ("http://example.org/" + "a" * MAX_LENGTH, "too_long"),
        ("http://example.org/" + "é" * 1_000, "too_long"),
    ],
)
def test_ambiguous_and_foreign_addresses_are_refused(typed: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(typed)

    assert refused.value.code == code
    assert len(refused.value.message) > 20
    assert refused.value.hops == ()
    with pytest.raises(Refused):
        canonical(typed)


def test_the_message_names_the_fix() -> None:
    with pytest.raises(Refused, match=r"Start the address with https://"):
        parse("example.org/page")
    with pytest.raises(Refused, match=r"shorten it to 2048"):
        parse("http://example.org/" + "a" * 3_000)
    with pytest.raises(Refused, match=r"four decimal numbers"):
        parse("http://0x7f.1/")


def test_only_open_ports_are_parsed_for_fetching_but_any_port_identifies() -> None:
    assert canonical("http://example.org:6379/") == "http://example.org:6379/"
    with pytest.raises(Refused, match="Port 6379") as refused:
        parse("http://example.org:6379/")

    assert refused.value.code == "port"
    assert parse("http://example.org:6379/", ports={6379}).port == 6379
    assert parse("http://localhost:8901/", allow={("localhost", 8901)}).port == 8901
    with pytest.raises(Refused):
        parse("http://example.org:8901/", allow={("localhost", 8901)})


def test_numbers_as_hosts_pass_only_where_syntax_is_asked_alone() -> None:
    assert dissect("http://0x7f.1/").host == "0x7f.1"


def test_a_target_is_kept_in_parts() -> None:
    target = parse("https://Bücher.example/ä?x=1#y")

    assert target == Target("https", "xn--bcher-kva.example", 443, "/%C3%A4", "x=1")
    assert target.authority == "xn--bcher-kva.example"
    assert target.request_target == "/%C3%A4?x=1"
    assert target.url == "https://xn--bcher-kva.example/%C3%A4?x=1"
    assert canonical("http://[2606:4700::1]:81/") == "http://[2606:4700::1]:81/"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("https://other.example/x", "https://other.example/x"),
        ("//other.example/x", "http://other.example/x"),
        ("/x?y", "http://example.org:8080/x?y"),
        ("x", "http://example.org:8080/a/x"),
        ("../x", "http://example.org:8080/x"),
        ("./", "http://example.org:8080/a/"),
        ("?z=1", "http://example.org:8080/a/b?z=1"),
        ("#top", "http://example.org:8080/a/b?c"),
        ("/a b", "http://example.org:8080/a%20b"),
        ("/é".encode().decode("latin-1"), "http://example.org:8080/%C3%A9"),
        ("/\xe9", "http://example.org:8080/%E9"),
        ("http://bücher.example/".encode().decode("latin-1"), "http://xn--bcher-kva.example/"),
    ],
)
def test_redirect_locations_are_resolved(location: str, expected: str) -> None:
    base = dissect("http://example.org:8080/a/b?c")

    assert canonical(join(base, location)) == expected


@pytest.mark.parametrize(
    "location",
    ["http:other.example", "file:///etc/passwd", "/a\r\nX: 1", "/\\other", "http://a b/", "\\\\other", "x:y"],
)
def test_redirect_locations_get_no_leniency(location: str) -> None:
    with pytest.raises(Refused):
        parse(join(dissect("http://example.org/"), location))


@given(
    st.text(
        st.characters(exclude_characters="\\#?/@%:[]", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]),
        max_size=20,
    ),
    st.text(st.characters(max_codepoint=0x2FF, exclude_categories=["Cc", "Zs"]), max_size=30),
)
def test_canonical_form_is_stable(host: str, rest: str) -> None:
    try:
        once = canonical(f"http://{host}.example/{rest}")
    except Refused:
        return

    assert once.isascii()
    assert canonical(once) == once
    assert parse(once).url == once
