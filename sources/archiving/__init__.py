"""Keeping what a check got: WARC files named by their content, written once."""

from sources.archiving.kept import Archived, Document, Exchange, Held, Kept
from sources.archiving.store import SnapshotStore
from sources.archiving.warc_records import Corrupt

__all__ = ["Archived", "Corrupt", "Document", "Exchange", "Held", "Kept", "SnapshotStore"]
