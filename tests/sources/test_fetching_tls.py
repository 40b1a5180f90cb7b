"""TLS: whom the door trusts, and what it does with the others."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sources.fetching import Limits, Unreachable, connecting
from tests.sources.loopback import Origin, answer, egress, redirect

SERVERS = Callable[..., Origin]


class Authority:
    """A certificate authority of the tests' own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Factcheck test authority")])
        certificate = self._build(self._name, self._key.public_key(), days=2).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._pem(certificate.sign(self._key, hashes.SHA256())))

    def server(self, *names: str, days: int = 2) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = [
            x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
        ]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        certificate = self._build(subject, key.public_key(), days).add_extension(
            x509.SubjectAlternativeName(alternatives), critical=False
        )
        chain = self._folder / f"{'-'.join(names)}{days}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(private + self._pem(certificate.sign(self._key, hashes.SHA256())))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _build(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, days: int) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        begin = now - datetime.timedelta(days=3)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(now + datetime.timedelta(days=days))
        )

    def _pem(self, certificate: x509.Certificate) -> bytes:
        return certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """An authority that the system's store knows for the length of a test."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    connecting.system_trust.cache_clear()
    yield made
    connecting.system_trust.cache_clear()


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
