"""The verdict log: an append-only Merkle tree over the canonical bytes of every published version (C2SP)."""

from reviews.verdict_log.entries import append, canonical, check_fits
from reviews.verdict_log.nodes import root, size
from reviews.verdict_log.refusals import LogUnusable
from reviews.verdict_log.tree import leaf_hash

__all__ = [
    "LogUnusable",
    "append",
    "canonical",
    "check_fits",
    "leaf_hash",
    "root",
    "size",
]
