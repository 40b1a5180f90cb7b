"""Rows of snapshots to verify, and what the command says of them."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

from sources.archiving import Archived, Exchange, SnapshotStore
from sources.models import Snapshot, Source
from tests.desk import TestDesk
from tests.sources.archives import ADDRESS, MONDAY


def web_source(desk: TestDesk) -> Source:
    return Source.objects.create(
        desk=desk.desk, kind="web", url=ADDRESS, host="news.example.org", added_at=MONDAY, added_by=desk.ana
    )


def row(source: Source, archived: Archived, sent: Exchange, **changes: Any) -> Snapshot:
    fields = {
        "source": source,
        "fetched_at": sent.fetched_at,
        "sha256": archived.sha256,
        "size": archived.size,
        "path": archived.path,
        "is_revisit": archived.is_revisit,
        "final_url": sent.url,
        **changes,
    }
    return Snapshot.objects.create(**fields)


def keep(store: SnapshotStore, source: Source, sent: Exchange, known: Any = None) -> Snapshot:
    return row(source, store.keep(sent, known=known, metadata={}), sent)


def file_of(snapshot: Snapshot, settings: Any) -> Path:
    return Path(settings.SNAPSHOT_DIR) / snapshot.path


def verify(*arguments: str) -> tuple[str, str]:
    """What the command says of faults, and of its progress; CommandError as it comes."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_snapshots", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        out.write(f"\nCommandError: {error}")
    return out.getvalue(), err.getvalue()


def age(path: Path, hours: float) -> None:
    at = datetime.now(UTC).timestamp() - hours * 3600
    os.utime(path, (at, at))
