"""Appending a version to the log, in the transaction that publishes it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import rfc8785
from django.db import transaction

from claims.models import ChangeCounter
from claims.rules import Invalid
from reviews.models import LogEntry, LogNode, Verdict
from reviews.verdict_log import checkpoints, keys, nodes
from reviews.verdict_log.tree import Place, completed_by, full_subtrees, leaf_hash, node_hash

ENTRY_MAX = 65_535  # bytes: bundles give an entry's length in 16 bits


def canonical(document: Mapping[str, Any]) -> str:
    """The one JSON text of a document (RFC 8785): what is hashed, signed, and shown."""
    return rfc8785.dumps(dict(document)).decode()


def check_fits(document: str) -> None:
    """Raise Invalid, naming the longest part and by how much, when a document is too long for the log."""
    excess = len(document.encode()) - ENTRY_MAX
    if excess <= 0:
        return
    lengths = {name: len(orjson.dumps(part)) for name, part in orjson.loads(document).items()}
    longest = max(lengths, key=lengths.__getitem__)
    raise Invalid(
        longest,
        f"The public document has {ENTRY_MAX + excess:,} bytes, and the verdict log takes {ENTRY_MAX:,}. The longest"
        f" part is “{longest.replace('_', ' ')}” with {lengths[longest]:,} bytes: shorten it by {excess:,} or more.",
    )


def lock() -> None:
    """Let one transaction at a time append, until it ends.

    On PostgreSQL the change counter's row, which every publication takes anyway; SQLite's transactions are begun
    IMMEDIATE.
    """
    list(ChangeCounter.objects.select_for_update().filter(pk=1))


def append(verdict: Verdict, *, at: datetime) -> LogEntry:
    """Append a version; five statements however long the log is.

    Effect: the entry, the hash of every subtree that it completes (two rows on average), and after the commit
    one more line in the memory of signed roots. Raises LogUnusable when the log cannot be continued.
    """
    lock()
    last = checkpoints.last_signed()
    index = nodes.size()
    held = nodes.hashes_at([*full_subtrees((0, index)), *(last.places if last else ())])
    checkpoints.check_extends(last, index, held)
    keys.signers(checkpoints.origin())
    digest = leaf_hash(verdict.document.encode())
    made = _completed(index, digest, held)
    entry = LogEntry.objects.create(index=index, verdict=verdict, entry=verdict.document, leaf_hash=digest.hex(), at=at)
    LogNode.objects.bulk_create(
        [LogNode(level=level, index=place, hash=made[level, place].hex()) for level, place in made]
    )
    transaction.on_commit(checkpoints.remember_newest, robust=True)
    return entry


def _completed(index: int, digest: bytes, held: Mapping[Place, bytes]) -> dict[Place, bytes]:
    """The hashes of the subtrees that an entry completes, from those of their left halves."""
    leaf, *parents = completed_by(index)
    made = {leaf: digest}
    for level, place in parents:
        left = (level - 1, 2 * place)
        if left not in held:
            raise nodes.lacking(left)
        digest = made[level, place] = node_hash(held[left], digest)
    return made
