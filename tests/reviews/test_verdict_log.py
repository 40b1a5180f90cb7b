"""The verdict log: every version is an entry, anybody can recompute it, and a change is found and located."""

import base64
import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from reviews import corrections, verdict_log
from reviews.models import LogEntry, LogNode, Verdict
from tests.desk import TEXTS, TestDesk
from tests.protection import lifted


def recomputed_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 2.1, word for word: split at the largest power of two below n."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    halves = recomputed_root(leaves[:split]) + recomputed_root(leaves[split:])
    return hashlib.sha256(b"\x01" + halves).digest()


def corrected(desk: TestDesk, times: int) -> None:
    claim = desk.published()
    for number in range(times):
        corrections.propose_correction(
            claim, by=desk.ana, at=desk.tick(), kind="update", reason=f"Update {number}.", **TEXTS
        )
        corrections.correct(claim, by=desk.dov, at=desk.tick())


def test_every_version_is_an_entry_in_order(desk: TestDesk) -> None:
    corrected(desk, 6)
    entries = [entry.entry.encode() for entry in LogEntry.objects.order_by("index")]
    assert len(entries) == Verdict.objects.count() == 7
    for size in range(8):
        assert verdict_log.root(size) == recomputed_root(entries[:size])
    assert verdict_log.first_difference() is None


def test_the_entry_is_the_canonical_document(desk: TestDesk) -> None:
    desk.published()
    import json

    verdict = Verdict.objects.get()
    assert LogEntry.objects.get().entry == verdict.document
    assert verdict_log.canonical(json.loads(verdict.document)) == verdict.document


def test_the_checkpoint_is_a_signed_note_that_the_published_key_verifies(desk: TestDesk) -> None:
    desk.published()
    note = verdict_log.checkpoint()
    body, _, signature_line = note.partition("\n\n")
    name, key_id, key = verdict_log.verifier_key().split("+", 2)
    raw = base64.b64decode(key)
    _, signer, encoded = signature_line.strip().split(" ")
    signed = base64.b64decode(encoded)

    assert body.split("\n")[:2] == [name, "1"]
    assert signer == name
    assert signed[:4].hex() == key_id == hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
    public = Ed25519PublicKey.from_public_bytes(raw[1:])
    public.verify(signed[4:], (body + "\n").encode())
    with pytest.raises(InvalidSignature):
        public.verify(signed[4:], (body.replace("\n1\n", "\n2\n") + "\n").encode())


def test_the_log_key_is_for_its_owner_only(desk: TestDesk, settings: object) -> None:
    verdict_log.signing_key()
    path = settings.LOG_KEY_DIR / "verdict-log.key"  # type: ignore[attr-defined]
    assert path.stat().st_mode & 0o777 == 0o600
    assert verdict_log.verifier_key() == verdict_log.verifier_key()


@pytest.mark.parametrize(
    ("mutate", "found"),
    [
        (
            lambda: Verdict.objects.filter(number=2).update(document="{}"),
            "entry 1 is not its verdict's document",
        ),
        (
            lambda: LogEntry.objects.filter(index=1).update(entry="{}"),
            "entry 1 is not its verdict's document",
        ),
        (
            lambda: LogEntry.objects.filter(index=1).update(leaf_hash="0" * 64),
            "entry 1 has another leaf hash",
        ),
        (lambda: LogNode.objects.filter(level=1, index=0).update(hash="0" * 64), "entry 1 completes"),
        (lambda: LogEntry.objects.filter(index=2).delete(), "entry 2 is absent"),
        (lambda: LogEntry.objects.filter(index=3).delete(), "version 4 of verdict"),
    ],
    ids=["document", "entry", "leaf", "node", "hole", "tail"],
)
def test_a_change_behind_the_triggers_is_found_and_located(desk: TestDesk, mutate: object, found: str) -> None:
    corrected(desk, 3)
    with lifted():
        mutate()  # type: ignore[operator]
    assert found in (verdict_log.first_difference() or "")


@given(st.integers(min_value=0, max_value=5000))
def test_the_right_edge_covers_every_entry_once(size: int) -> None:
    covered = sorted(
        entry for level, index in verdict_log._right_edge(size) for entry in range(index << level, (index + 1) << level)
    )
    assert covered == list(range(size))
