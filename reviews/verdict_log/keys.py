"""The log's signing keys: files that only their owner reads, outside of the repository, and how they follow each other.

`verdict-log.key` signs; `verdict-log.previous.key` signs beside it while partners learn of the new one. The
verifier keys of all are in `verdict-log.vkeys`, a note that both signed.
"""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from reviews.models import LogEntry
from reviews.verdict_log.files import PRIVATE, only_one, sync, write_whole
from reviews.verdict_log.notes import Signer, Verifier, opened, signed
from reviews.verdict_log.refusals import LogUnusable

_KEY, _PREVIOUS, _VKEYS, ROOTS = (f"verdict-log.{end}" for end in ("key", "previous.key", "vkeys", "roots"))


def directory() -> Path:
    """Where the log's keys lie, made on the first use."""
    path = Path(settings.LOG_KEY_DIR)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def signers(name: str) -> list[Signer]:
    """Whose signatures a checkpoint carries: the present key, and during an overlap the one before.

    The first key is made here, on the log's first use. Raises LogUnusable when the key of a log that has begun is
    not there: a new one would leave partners with checkpoints that nothing verifies.
    """
    path = directory() / _KEY
    if not path.exists():
        if has_begun():
            raise LogUnusable(
                f"The log's signing key {path} is missing. Put it back from the backup; nothing can be published"
                " before. If it is lost for good, `manage.py log_key create --lost` makes another one."
            )
        _make_first(path)
    present = Signer(name, _read(path))
    before = [Signer(name, _read(old)) for old in [directory() / _PREVIOUS] if old.exists()]
    return [present, *(signer for signer in before if signer.verifier != present.verifier)]


def has_begun() -> bool:
    """Whether anything was ever signed or logged."""
    return any((directory() / name).exists() for name in (ROOTS, _VKEYS)) or LogEntry.objects.exists()


def verifiers(name: str) -> list[Verifier]:
    """The keys of all signers that the log ever had, the newest first."""
    return [Verifier.of(line) for line in vkeys_note(name).partition("\n\n")[0].splitlines()[1:]]


def vkeys_note(name: str) -> str:
    """The note that lists all verifier keys, the newest first, signed by those in use when it last changed."""
    path = directory() / _VKEYS
    if path.exists():
        return path.read_text(encoding="utf-8")
    present = signers(name)
    return _listing(name, [present[0].verifier], present)


def create(name: str, *, is_lost: bool) -> Signer:
    """Make the log's key. Raises LogUnusable when there is one; when the log has begun, it must be said to be lost."""
    with only_one(directory()):
        path = directory() / _KEY
        if path.exists():
            raise LogUnusable(f"There is a key already: {path}. Use `log_key rotate` to replace it.")
        if not is_lost:
            return signers(name)[0]
        held = directory() / _VKEYS
        known = verifiers(name) if held.exists() else []
        _make_first(path)
        present = Signer(name, _read(path))
        _write_listing(name, [present.verifier, *known], [present])
        return present


def rotate(name: str, *, with_overlap: bool) -> Signer:
    """Sign with a new key from now on; with an overlap the old one goes on signing beside it until `retire`.

    Without, the old one does not even vouch for the new: whoever stole it could do so for a key of theirs.
    Raises LogUnusable while an older overlap lasts.
    """
    with only_one(directory()):
        present, *before = signers(name)
        if before:
            raise LogUnusable("The key before this one still signs. End that with `log_key retire` first.")
        fresh = Signer(name, Ed25519PrivateKey.generate())
        known = verifiers(name)
        path, old = directory() / _KEY, directory() / _PREVIOUS
        # The new key takes its place last: whenever this stops, there is one that signs.
        if with_overlap:
            write_whole(old, _raw(present.key), mode=PRIVATE)
        _write_listing(name, [fresh.verifier, *known], [fresh, present] if with_overlap else [fresh])
        write_whole(path, _raw(fresh.key), mode=PRIVATE)
        return fresh


def retire() -> bool:
    """End the overlap: destroy the key before the present one. Return whether there was one."""
    with only_one(directory()):
        old = directory() / _PREVIOUS
        if not old.exists():
            return False
        old.unlink()
        sync(directory())
        return True


def _make_first(path: Path) -> None:
    try:
        write_whole(path, _raw(Ed25519PrivateKey.generate()), mode=PRIVATE, is_new=True)
    except FileExistsError:
        pass  # another process was first: its key serves both


def _write_listing(name: str, known: list[Verifier], by: list[Signer]) -> None:
    text = _listing(name, known, by)
    opened(text, [signer.verifier for signer in by])
    write_whole(directory() / _VKEYS, text.encode())


def _listing(name: str, known: list[Verifier], by: list[Signer]) -> str:
    lines = [f"{name} verifier keys, the newest first", *(verifier.vkey for verifier in known)]
    return signed("".join(f"{line}\n" for line in lines), by)


def _raw(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes_raw()


def _read(path: Path) -> Ed25519PrivateKey:
    raw = path.read_bytes()
    if len(raw) != 32:
        raise LogUnusable(f"{path} holds {len(raw)} bytes; an Ed25519 key has 32. Put it back from the backup.")
    return Ed25519PrivateKey.from_private_bytes(raw)
