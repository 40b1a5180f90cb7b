"""TLS: whom the door trusts, and what it does with the others."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from sources.fetching import Limits, Unreachable, connecting
from tests.sources.authority import Authority
from tests.sources.loopback import Origin, Script, Visit, answer, egress, redirect

SERVERS = Callable[..., Origin]
OPEN = b"HTTP/1.1 200 OK\r\n\r\n"


def said_farewell(data: bytes) -> Script:
    """Send `data`, then end TLS in due form."""

    def script(visit: Visit) -> None:
        visit.send(data)
        visit.connection.unwrap()  # type: ignore[attr-defined]

    return script


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_tls_is_spoken_to_the_name_that_was_asked(serve: SERVERS, authority: Authority, host: str) -> None:
    context = authority.server("localhost", "127.0.0.1")
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    origin = serve(answer(b"secure"), tls=context)
    rules = egress(allow=frozenset({(host, origin.port)}))

    fetched = rules.fetch(origin.url(scheme="https", host=host))

    assert fetched.body == b"secure"
    assert names == [host if host == "localhost" else None]


@pytest.mark.parametrize(
    ("names", "days"), [(("other.example",), 2), (("localhost",), -1)], ids=["other name", "expired"]
)
def test_a_wrong_certificate_is_unreachable(
    serve: SERVERS, authority: Authority, names: tuple[str, ...], days: int
) -> None:
    origin = serve(answer(b"secure"), tls=authority.server(*names, days=days))
    rules = egress(allow=frozenset({("localhost", origin.port)}))

    with pytest.raises(Unreachable) as unreachable:
        rules.fetch(origin.url(scheme="https", host="localhost"))

    assert unreachable.value.code == "tls"
    assert origin.requests == []


def test_an_unknown_authority_is_unreachable(serve: SERVERS, tmp_path: Path) -> None:
    origin = serve(answer(b"secure"), tls=Authority(tmp_path).server("127.0.0.1"))

    with pytest.raises(Unreachable) as unreachable:
        egress(origin).fetch(origin.url(scheme="https"))

    assert unreachable.value.code == "tls"


def test_a_handshake_that_hangs_ends_with_the_deadline(serve: SERVERS) -> None:
    origin = serve(lambda visit: visit.wait(5), reads=False)

    with pytest.raises(Unreachable) as unreachable:
        egress(origin, limits=Limits(deadline_seconds=0.3)).fetch(origin.url(scheme="https"))

    assert unreachable.value.code == "timeout"


def test_tls_that_ends_without_a_farewell_leaves_a_truncated_body(serve: SERVERS, authority: Authority) -> None:
    origin = serve(answer(b"half", "Content-Length: 9", length=False), tls=authority.server("localhost", "127.0.0.1"))

    fetched = egress(origin).fetch(origin.url(scheme="https"))

    assert (fetched.body, fetched.truncated) == (b"half", True)


def test_a_redirect_from_https_to_http_is_followed_and_recorded(serve: SERVERS, authority: Authority) -> None:
    plain = serve(answer(b"plain"))
    secure = serve(redirect(plain.url()), tls=authority.server("127.0.0.1"))

    fetched = egress(plain, secure).fetch(secure.url(scheme="https"))

    assert fetched.body == b"plain"
    assert [hop.url for hop in fetched.hops] == [secure.url(scheme="https")]


def test_tls_that_is_cut_where_the_body_ends_with_the_connection_is_no_whole_page(
    serve: SERVERS, authority: Authority
) -> None:
    """Somebody on the way could end a page where it suits them."""
    cut = serve(OPEN + b"half a page", tls=authority.server("127.0.0.1"))
    whole = serve(said_farewell(OPEN + b"a whole page"), tls=authority.server("127.0.0.1"))
    rules = egress(cut, whole)

    half, full = (rules.fetch(origin.url(scheme="https")) for origin in (cut, whole))

    assert (half.body, half.cut) == (b"half a page", "tls")
    assert (full.body, full.cut) == (b"a whole page", "")


def test_the_version_of_tls_is_recorded(serve: SERVERS, authority: Authority) -> None:
    secure = serve(answer(b"secure"), tls=authority.server("127.0.0.1"))
    plain = serve(answer(b"plain"))
    rules = egress(secure, plain)

    assert rules.fetch(secure.url(scheme="https")).tls == "TLSv1.3"
    assert rules.fetch(plain.url()).tls == ""


def test_a_revoked_certificate_is_good_until_it_expires(serve: SERVERS, authority: Authority) -> None:
    """The policy that `system_trust` states: no look-up goes to an address that a certificate names."""
    origin = serve(answer(b"secure"), tls=authority.server("127.0.0.1", revoked=True))

    assert egress(origin).fetch(origin.url(scheme="https")).body == b"secure"
    assert connecting.system_trust().verify_flags & (ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_CRL_CHECK_CHAIN) == 0


def test_a_chain_of_a_megabyte_is_not_read(serve: SERVERS, authority: Authority) -> None:
    origin = serve(answer(b"secure"), tls=authority.server("127.0.0.1", padding=1_000_000))

    with pytest.raises(Unreachable) as unreachable:
        egress(origin).fetch(origin.url(scheme="https"))

    assert unreachable.value.code == "tls"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_wrong_protocol_on_a_port_is_told(serve: SERVERS, authority: Authority, scheme: str) -> None:
    """TLS on the plain port, and plain HTTP where TLS is expected."""
    tls = authority.server("127.0.0.1") if scheme == "http" else None
    origin = serve(answer(b"crossed"), tls=tls, reads=scheme == "http")

    with pytest.raises(Unreachable) as unreachable:
        egress(origin).fetch(origin.url(scheme=scheme))

    assert unreachable.value.code == ("protocol" if scheme == "http" else "tls")


def test_old_tls_is_not_spoken() -> None:
    assert connecting.system_trust().minimum_version >= ssl.TLSVersion.TLSv1_2
    assert connecting.system_trust().keylog_filename is None
