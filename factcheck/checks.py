"""System checks: what must be true of the database before the desk starts."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

# What each PRAGMA must answer on the embedded database, and why.
_PRAGMAS = {
    "journal_mode": ("wal", "readers would wait for writers"),
    "synchronous": (2, "a power cut could lose a published verdict"),
    "foreign_keys": (1, "rows could point to nothing"),
    "recursive_triggers": (1, "INSERT OR REPLACE could delete append-only rows"),
}


@register(Tags.database)
def embedded_database_is_safe(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Errors for a SQLite connection that is not WAL, synchronous=FULL and transaction_mode=IMMEDIATE."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        if connection.vendor != "sqlite":
            continue
        with connection.cursor() as cursor:
            for pragma, (wanted, why) in _PRAGMAS.items():
                answer = cursor.execute(f"PRAGMA {pragma}").fetchone()[0]
                if answer != wanted and not (pragma == "journal_mode" and answer == "memory"):
                    found.append(Error(f"SQLite's {pragma} is {answer!r}, not {wanted!r}: {why}.", id="factcheck.E002"))
        if getattr(connection, "transaction_mode", None) != "IMMEDIATE":  # known once connected
            found.append(Error("SQLite must begin transactions IMMEDIATE.", id="factcheck.E001"))
    return found
