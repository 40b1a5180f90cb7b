"""A certificate authority of the tests' own, and the servers it vouches for."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """Signs with a key of its own; `file` is its certificate, for whoever is to trust it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Factcheck test authority")])
        certificate = self._build(self._name, self._key.public_key(), days=2).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self._certificate = certificate.sign(self._key, hashes.SHA256())
        self.file = folder / "authority.pem"
        self.file.write_bytes(self._pem(self._certificate))

    def server(self, *names: str, days: int = 2, revoked: bool = False, padding: int = 0) -> ssl.SSLContext:
        """A server's context with a certificate for `names`, and a chain of `padding` more bytes behind it."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = [
            x509.IPAddress(ipaddress.ip_address(name)) if name[0].isdigit() else x509.DNSName(name) for name in names
        ]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        certificate = (
            self._build(subject, key.public_key(), days)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        if revoked:
            self._revoke(certificate)
        chain = self.folder / f"{'-'.join(names)}{days}{padding}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain.write_bytes(private + self._pem(certificate) + b"".join(self._padding(padding)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _revoke(self, certificate: x509.Certificate) -> None:
        """Put it on the authority's list of revoked certificates, beside the authority's own file."""
        now = datetime.datetime.now(datetime.UTC)
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(now).build()
        revocations = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._name)
            .last_update(now)
            .next_update(now + datetime.timedelta(days=1))
            .add_revoked_certificate(entry)
            .sign(self._key, hashes.SHA256())
        )
        (self.folder / "revoked.pem").write_bytes(revocations.public_bytes(serialization.Encoding.PEM))

    def _padding(self, size: int) -> Iterable[bytes]:
        if not size:
            return
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A long way")])
        filler = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(60_000))
        certificate = self._build(name, self._key.public_key(), 2).add_extension(filler, critical=False)
        pem = self._pem(certificate.sign(self._key, hashes.SHA256()))
        for _ in range(size // 60_000):
            yield pem

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
