"""The log's keys and checkpoints: signed by the key there is, remembered, and refused where they cannot be right."""

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.core.management import CommandError, call_command

from reviews.models import Verdict
from reviews.verdict_log import LogUnusable, checkpoints, files, keys, notes
from reviews.verdict_log.notes import Signer, Verifier
from tests.desk import TestDesk
from tests.meanwhile import meanwhile

NAME = "desk.example/log"


@pytest.fixture
def key_file(settings: Any) -> Path:
    path: Path = settings.LOG_KEY_DIR / "verdict-log.key"
    return path


def signatures(note: str) -> list[str]:
    return [line.split(" ")[1] for line in note.rpartition("\n\n")[2].splitlines()]


def opens(note: str, *vkeys: str) -> bool:
    try:
        notes.opened(note, [Verifier.of(vkey) for vkey in vkeys])
    except ValueError:
        return False
    return True


# --- Checkpoints -------------------------------------------------------------------------------------------


def test_the_checkpoint_is_a_signed_note_that_the_published_key_verifies(desk: TestDesk) -> None:
    desk.published()
    _, note = checkpoints.checkpoint()
    body, _, signature_line = note.partition("\n\n")
    name, key_id, key = checkpoints.verifier_key().split("+", 2)
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


def test_the_log_keeps_the_name_under_which_it_first_signed(desk: TestDesk, settings: Any) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    checkpoints.checkpoint()
    settings.PUBLIC_URL = "https://moved.example"
    assert checkpoints.origin() == NAME
    assert checkpoints.checkpoint()[1].startswith(f"{NAME}\n")


def test_a_name_holds_no_plus(settings: Any) -> None:
    settings.PUBLIC_URL = "https://desk.example/a+b"
    assert checkpoints.origin() == "desk.example/a%2Bb/log"


def test_every_signed_root_is_remembered_once(desk: TestDesk) -> None:
    for size in (1, 2):
        desk.published()
        checkpoints.checkpoint()
        assert checkpoints.checkpoint()[0].size == size
    assert [kept.size for kept in checkpoints.all_signed()] == [1, 2]
    assert checkpoints.last_signed() == checkpoints.checkpoint()[0]


def test_half_a_line_that_a_power_cut_left_is_written_over(desk: TestDesk, settings: Any) -> None:
    memory = settings.LOG_KEY_DIR / "verdict-log.roots"
    desk.published()
    checkpoints.checkpoint()
    whole = memory.read_bytes()
    memory.write_bytes(whole + b"2 c2h")
    assert [kept.size for kept in checkpoints.all_signed()] == [1]
    desk.published()
    checkpoints.checkpoint()
    assert [kept.size for kept in checkpoints.all_signed()] == [1, 2]
    memory.write_bytes(whole[:5])
    assert checkpoints.last_signed() is None


def test_a_damaged_memory_is_named(desk: TestDesk, settings: Any) -> None:
    checkpoints.checkpoint()
    memory = settings.LOG_KEY_DIR / "verdict-log.roots"
    memory.write_bytes(memory.read_bytes() + b"nonsense\n")
    with pytest.raises(LogUnusable, match=r"verdict-log\.roots holds a line"):
        checkpoints.checkpoint()


def test_who_remembers_late_does_not_write_an_older_root(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.published()
    meanwhile(monkeypatch, checkpoints, "_remember", lambda: (desk.published(), checkpoints.checkpoint()), before=True)
    checkpoints.checkpoint()
    assert [kept.size for kept in checkpoints.all_signed()] == [2]


def test_after_the_commit_the_root_is_remembered(
    desk: TestDesk, django_capture_on_commit_callbacks: Any, settings: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        desk.published()
    assert [kept.size for kept in checkpoints.all_signed()] == [1]


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("nonsense", "no signed note"),
        ("a\n1\nb\n\n— x\n", "no signature line"),
        ("a\n1\nb\n\n— desk.example/log !!!!\n", "not Base64"),
        ("a\n1\nb\n\n— other.example AAAAAAAA\n", "no key of this log signed it"),
    ],
)
def test_what_is_no_checkpoint_of_ours_is_refused(db: None, note: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        checkpoints.opened_checkpoint(note)


def test_a_checkpoint_that_was_changed_or_is_of_another_log_is_refused(db: None) -> None:
    present, note = checkpoints.checkpoint()
    assert checkpoints.opened_checkpoint(note) == present
    with pytest.raises(ValueError, match="is wrong"):
        checkpoints.opened_checkpoint(note.replace("\n0\n", "\n1\n"))
    by = keys.signers(checkpoints.origin())
    with pytest.raises(ValueError, match=r"it is of the log other\.example"):
        checkpoints.opened_checkpoint(notes.signed(f"other.example\n0\n{note.splitlines()[2]}\n", by))
    with pytest.raises(ValueError, match="not an origin, a size"):
        checkpoints.opened_checkpoint(notes.signed(f"{checkpoints.origin()}\nmany\nx\n", by))


@pytest.mark.parametrize("vkey", ["", "name", "name+00000000+AQ==", "name+zz+!", "name+00000000+Ag=="])
def test_what_is_no_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(ValueError, match=r"no verifier key|not Base64"):
        Verifier.of(vkey)


# --- Keys --------------------------------------------------------------------------------------------------


def test_the_first_key_is_for_its_owner_only(db: None, key_file: Path) -> None:
    assert checkpoints.verifier_key() == checkpoints.verifier_key()
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert key_file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in key_file.parent.iterdir()] == ["verdict-log.key"]


def test_the_key_of_the_process_that_was_first_serves_both(
    db: None, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = bytes(range(32))
    meanwhile(monkeypatch, os, "link", lambda: key_file.write_bytes(theirs), before=True)
    assert keys.signers(NAME)[0].key.private_bytes_raw() == theirs


def test_a_lost_key_stops_publication_saying_what_to_do(desk: TestDesk, key_file: Path) -> None:
    desk.published()
    checkpoints.checkpoint()
    key_file.unlink()
    with pytest.raises(LogUnusable, match=r"verdict-log\.key is missing\. Put it back .* log_key create --lost"):
        desk.published()
    assert Verdict.objects.count() == 1
    assert not key_file.exists()


def test_control_without_a_memory_or_an_entry_a_key_is_made(db: None, key_file: Path) -> None:
    checkpoints.verifier_key()
    first = key_file.read_bytes()
    key_file.unlink()
    checkpoints.verifier_key()
    assert key_file.read_bytes() != first


def test_a_key_of_another_length_is_refused(db: None, key_file: Path) -> None:
    key_file.parent.mkdir()
    key_file.write_bytes(b"short")
    with pytest.raises(LogUnusable, match="holds 5 bytes; an Ed25519 key has 32"):
        checkpoints.verifier_key()


def test_a_rotation_signs_with_both_until_the_old_key_is_retired(desk: TestDesk, key_file: Path) -> None:
    desk.published()
    old = checkpoints.verifier_key()
    call_command("log_key", "rotate")
    new, (_, both) = checkpoints.verifier_key(), checkpoints.checkpoint()
    assert new != old
    assert (len(signatures(both)), opens(both, old), opens(both, new)) == (2, True, True)
    with pytest.raises(CommandError, match="End that with `log_key retire` first"):
        call_command("log_key", "rotate")

    call_command("log_key", "retire")
    _, alone = checkpoints.checkpoint()
    assert (len(signatures(alone)), opens(alone, old), opens(alone, new)) == (1, False, True)
    assert checkpoints.opened_checkpoint(both).size == 1, "what the old key signed is still taken"
    assert {path.name for path in key_file.parent.iterdir()} == {
        "verdict-log.key",
        "verdict-log.vkeys",
        "verdict-log.roots",
    }
    with pytest.raises(CommandError, match="nothing to retire"):
        call_command("log_key", "retire")


def test_the_old_key_vouches_for_the_new_one(db: None) -> None:
    old = checkpoints.verifier_key()
    alone = keys.vkeys_note(checkpoints.origin())
    assert opens(alone, old)
    call_command("log_key", "rotate")
    listed = keys.vkeys_note(checkpoints.origin())
    assert opens(listed, old)
    assert [v.vkey for v in keys.verifiers(checkpoints.origin())] == [checkpoints.verifier_key(), old]


def test_a_key_that_leaked_signs_no_more(db: None, key_file: Path) -> None:
    old = checkpoints.verifier_key()
    call_command("log_key", "rotate", "--without-overlap")
    _, note = checkpoints.checkpoint()
    new = checkpoints.verifier_key()
    assert (opens(note, old), opens(note, new)) == (False, True)
    listed = keys.vkeys_note(checkpoints.origin())
    assert (opens(listed, old), opens(listed, new)) == (False, True)
    assert not key_file.with_name("verdict-log.previous.key").exists()


def test_a_rotation_that_was_struck_down_leaves_a_key_that_signs(
    db: None, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, written = checkpoints.verifier_key(), []

    def struck(path: Path, data: bytes, **options: Any) -> None:
        written.append(path.name)
        if path == key_file:
            raise OSError("No space left on device")
        files.write_whole(path, data, **options)

    monkeypatch.setattr(keys, "write_whole", struck)
    with pytest.raises(OSError, match="No space"):
        call_command("log_key", "rotate")
    assert written == ["verdict-log.previous.key", "verdict-log.vkeys", "verdict-log.key"]
    assert checkpoints.verifier_key() == old
    assert opens(checkpoints.checkpoint()[1], old)


def test_a_lost_key_is_replaced_on_purpose_only(desk: TestDesk, key_file: Path, capsys: Any) -> None:
    desk.published()
    with pytest.raises(CommandError, match="There is a key already"):
        call_command("log_key", "create")
    old = checkpoints.verifier_key()
    key_file.unlink()
    with pytest.raises(CommandError, match="is missing"):
        call_command("log_key", "create")
    call_command("log_key", "create", "--lost")
    assert checkpoints.verifier_key() != old
    desk.published()
    assert checkpoints.checkpoint()[0].size == 2


def test_the_keys_are_shown_with_what_they_do(db: None, capsys: Any) -> None:
    call_command("log_key", "create")
    for _ in range(2):
        call_command("log_key", "rotate")
        call_command("log_key", "retire")
    capsys.readouterr()
    call_command("log_key", "show")
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("log 127.0.0.1:8000/log, keys in ")
    assert [line.split(":")[0] for line in shown[1:]] == ["signs", "retired", "retired"]


def test_an_unknown_signature_says_nothing_and_a_wrong_one_everything() -> None:
    ours, theirs = (Signer(name, Ed25519PrivateKey.generate()) for name in (NAME, "witness.example"))
    note = notes.signed("text\n", [ours, theirs])
    assert notes.opened(note, [ours.verifier]) == "text\n"
    forged = notes.signed("text\n", [ours]) + notes.signed("other\n", [theirs]).rpartition("\n\n")[2]
    assert notes.opened(forged, [ours.verifier]) == "text\n"
    with pytest.raises(ValueError, match=r"its signature by witness\.example .* is wrong"):
        notes.opened(forged, [ours.verifier, theirs.verifier])
