"""Keeping what a check got: WARC files named by their content, written once."""

from sources.archiving.desk_store import desk_store
from sources.archiving.kept import Archived, Document, Exchange, Held, Kept
from sources.archiving.store import SnapshotStore
from sources.archiving.warc_reading import Corrupt, Missing, Unresolved

__all__ = [
    "Archived",
    "Corrupt",
    "Document",
    "Exchange",
    "Held",
    "Kept",
    "Missing",
    "SnapshotStore",
    "Unresolved",
    "desk_store",
]
