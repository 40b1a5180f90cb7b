"""The verdict log: an append-only Merkle tree over the canonical bytes of every published version.

Hashes after RFC 6962 section 2.1 (0x00 before a leaf, 0x01 before a node, SHA-256); the checkpoint after C2SP
tlog-checkpoint, its signature after C2SP signed-note with Ed25519.
"""

import os
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from django.conf import settings
from django.db.models import Max

from reviews.models import LogEntry, LogNode, Verdict

EMPTY_ROOT = sha256(b"").digest()
_ED25519 = b"\x01"  # the algorithm byte of signed notes


def canonical(document: Mapping[str, Any]) -> str:
    """The one JSON text of a document (RFC 8785): what is hashed, signed, and shown."""
    return rfc8785.dumps(dict(document)).decode()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def append(verdict: Verdict, *, at: datetime) -> LogEntry:
    """Append a version in the publishing transaction; the change counter's lock is held, so one at a time.

    Effect: the entry and the hash of every subtree that it completes: two rows on average, log2(n) at most.
    """
    index = size()
    digest = leaf_hash(verdict.document.encode())
    entry = LogEntry.objects.create(index=index, verdict=verdict, entry=verdict.document, leaf_hash=digest.hex(), at=at)
    level, place = 0, index
    LogNode.objects.create(level=level, index=place, hash=digest.hex())
    while place % 2 == 1:  # a right child completes its parent
        left = bytes.fromhex(LogNode.objects.get(level=level, index=place - 1).hash)
        digest, level, place = node_hash(left, digest), level + 1, place // 2
        LogNode.objects.create(level=level, index=place, hash=digest.hex())
    return entry


def size() -> int:
    """The number of entries."""
    last: int | None = LogEntry.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def root(tree_size: int) -> bytes:
    """The Merkle tree hash of the first `tree_size` entries, from the full subtrees on its right edge."""
    digest: bytes | None = None
    for level, index in _right_edge(tree_size):
        left = bytes.fromhex(LogNode.objects.get(level=level, index=index).hash)
        digest = left if digest is None else node_hash(left, digest)
    return EMPTY_ROOT if digest is None else digest


def _right_edge(tree_size: int) -> list[tuple[int, int]]:
    """The full subtrees that make up a tree of this size, the smallest (rightmost) first."""
    levels = range(tree_size.bit_length())
    return [(level, (tree_size >> level) - 1) for level in levels if tree_size >> level & 1]


def origin() -> str:
    """The log's name in checkpoints: the public address without its scheme."""
    parts = urlsplit(settings.PUBLIC_URL)
    return f"{parts.netloc}{parts.path}/log"


def signing_key(directory: Path | None = None) -> Ed25519PrivateKey:
    """The log's private key, made on first use into a file that only its owner reads."""
    path = (directory or settings.LOG_KEY_DIR) / "verdict-log.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        raw = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:  # another process was first: its key serves both
            pass
        finally:
            draft.unlink()
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def _public_bytes(key: Ed25519PrivateKey) -> bytes:
    return _ED25519 + key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _key_id(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + public).digest()[:4]


def verifier_key(key: Ed25519PrivateKey | None = None) -> str:
    """The note verifier key `name+hash+base64`, as served at /log/vkey."""
    public = _public_bytes(key or signing_key())
    return f"{origin()}+{_key_id(origin(), public).hex()}+{b64encode(public).decode()}"


def checkpoint(key: Ed25519PrivateKey | None = None) -> str:
    """The signed checkpoint over all entries."""
    key = key or signing_key()
    tree_size = size()
    body = f"{origin()}\n{tree_size}\n{b64encode(root(tree_size)).decode()}\n"
    signature = _key_id(origin(), _public_bytes(key)) + key.sign(body.encode())
    return f"{body}\n— {origin()} {b64encode(signature).decode()}\n"


def first_difference() -> str | None:
    """Recompute the whole log from the database; say which entry differs first, None when all agree."""
    nodes = {(node.level, node.index): node.hash for node in LogNode.objects.iterator()}
    entries = LogEntry.objects.select_related("verdict").order_by("index").iterator()
    for expected, entry in enumerate(entries):
        if entry.index != expected:
            return f"entry {expected} is absent"
        if entry.entry != entry.verdict.document:
            return f"entry {entry.index} is not its verdict's document"
        digest = leaf_hash(entry.entry.encode()).hex()
        if digest != entry.leaf_hash or nodes.get((0, entry.index)) != digest:
            return f"entry {entry.index} has another leaf hash"
        fault = _faulty_parent(nodes, entry.index)
        if fault:
            return fault
    unlogged = Verdict.objects.filter(log_entry__isnull=True).order_by("published_at").first()
    return f"version {unlogged.number} of verdict {unlogged.verdict_id} is not in the log" if unlogged else None


def _faulty_parent(nodes: Mapping[tuple[int, int], str], index: int) -> str | None:
    level, place = 0, index
    while place % 2 == 1:
        pair = (bytes.fromhex(nodes[level, place - 1]), bytes.fromhex(nodes[level, place]))
        level, place = level + 1, place // 2
        if nodes.get((level, place)) != node_hash(*pair).hex():
            return f"entry {index} completes a subtree ({level}/{place}) with another hash"
    return None
