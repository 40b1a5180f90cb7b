"""The stages of one source check, by name: where a process may be killed and nothing may be lost or doubled.

The drill in `tests/crash` listens here and ends the process at a stage. Nobody listens in a running desk.
"""

from collections.abc import Callable
from enum import StrEnum


class Stage(StrEnum):
    """In their order. "Within" a stage's name: inside the transaction, so that nothing of it is kept."""

    PICKED = "due checks picked, within the lease's transaction"
    LEASE_WRITTEN = "lease and fence written, within the lease's transaction"
    LEASED = "leased"
    FETCHING = "about to fetch"
    FETCHED = "fetched"
    READ = "read"
    FILE_WRITTEN = "snapshot file written under its temporary name"
    FILE_SYNCED = "snapshot file synced"
    FILE_RENAMED = "snapshot file under its final name"
    ARCHIVED = "archived"
    MATCHED = "quotations looked for"
    CHECK_CLOSED = "check closed, within the outcome's transaction"
    SNAPSHOT_ROW = "snapshot row written, within the outcome's transaction"
    FINDINGS = "findings written, within the outcome's transaction"
    SOURCE_UPDATED = "source updated, within the outcome's transaction"
    RECORDED = "recorded"


def _nobody(stage: Stage) -> None:
    """Nobody listens."""


listener: Callable[[Stage], None] = _nobody


def reached(stage: Stage) -> None:
    """Tell whoever listens that this process has come so far."""
    listener(stage)
