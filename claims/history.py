"""Writing history: a claim's append-only events, and the partners' feed in the order of commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from claims.models import Change, ChangeCounter, Claim, Event, Person


def record_event(
    claim: Claim, kind: str, *, by: Person | None, at: datetime, note: str = "", data: Mapping[str, Any] | None = None
) -> Event:
    """Append one line to the claim's history."""
    return Event.objects.create(claim=claim, kind=kind, actor=by, at=at, note=note, data=dict(data or {}))


def record_change(
    claim: Claim,
    kind: str,
    *,
    at: datetime,
    verdict_id: Any = None,
    verdict_version: int | None = None,
    is_public: bool = False,
) -> Change:
    """Append one entry to the partner feed.

    The counter's row stays locked until the transaction ends, so numbers are given in commit order: call this
    as the last write of a verb.
    """
    counters = ChangeCounter.objects.filter(pk=1)
    if not counters.update(last=F("last") + 1):
        ChangeCounter.objects.create(pk=1, last=1)
    return Change.objects.create(
        seq=counters.values_list("last", flat=True).get(),
        at=at,
        type=kind,
        claim=claim,
        verdict_id=verdict_id,
        verdict_version=verdict_version,
        is_public=is_public,
    )
