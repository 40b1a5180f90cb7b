"""Signed notes and their verifier keys: C2SP signed-note, with Ed25519."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"  # the signature type, before the key's bytes
_ID_BYTES = 4


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key under a name."""

    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> "Verifier":
        """What others need to check its signatures."""
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def line(self, text: str) -> str:
        """The signature line over a note's text."""
        signature = self.verifier.id + self.key.sign(text.encode())
        return f"— {self.name} {b64encode(signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name; as text it is the vkey `name+id+key`."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The short id by which a signature line tells whose it is."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The one-line form that is published."""
        return f"{self.name}+{self.id.hex()}+{b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def of(cls, vkey: str) -> "Verifier":
        """The key of a vkey. Raises ValueError."""
        name, _, rest = vkey.partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = _decoded(encoded)
        verifier = cls(name, raw[1:])
        if not name or raw[:1] != _ED25519 or len(raw) != 33 or verifier.id.hex() != key_id:
            raise ValueError(f"{vkey!r} is no verifier key of an Ed25519 note signature")
        return verifier

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether this key made the signature over the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


def signed(text: str, signers: Sequence[Signer]) -> str:
    """The note: the text, an empty line, a signature line by each."""
    return f"{text}\n{''.join(signer.line(text) for signer in signers)}"


def opened(note: str, verifiers: Iterable[Verifier]) -> str:
    """The text of a note that at least one of the keys signed and none of them mis-signed. Raises ValueError."""
    text, separator, lines = note.rpartition("\n\n")
    if not separator:
        raise ValueError("it is no signed note: the empty line before the signatures is missing")
    text += "\n"
    by = {(verifier.name, verifier.id): verifier for verifier in verifiers}
    is_signed = False
    for line in lines.splitlines():
        name, key_id, signature = _signature_of(line)
        verifier = by.get((name, key_id))
        if verifier is None:  # somebody else's signature says nothing
            continue
        if not verifier.verifies(text, signature):
            raise ValueError(f"its signature by {name} ({key_id.hex()}) is wrong")
        is_signed = True
    if not is_signed:
        raise ValueError(f"no key of this log signed it; known are {', '.join(v.vkey for v in by.values()) or 'none'}")
    return text


def _signature_of(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    raw = _decoded(encoded)
    if dash != "—" or not name or len(raw) <= _ID_BYTES:
        raise ValueError(f"{line[:80]!r} is no signature line")
    return name, raw[:_ID_BYTES], raw[_ID_BYTES:]


def _decoded(encoded: str) -> bytes:
    try:
        return b64decode(encoded, validate=True)
    except Base64Error as error:
        raise ValueError(f"{encoded[:80]!r} is not Base64") from error
