"""Eight who publish at once, on PostgreSQL: the log has no gap, no fork, and every root that was signed is kept."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from reviews import workflow as reviews
from reviews.models import LogEntry, LogNode, Verdict
from reviews.verdict_log import checkpoints, entries, nodes, verifying
from tests.desk import TestDesk
from tests.protection import lifted
from tests.races.test_races import race, refused

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PUBLISHERS = 8


@pytest.fixture
def racing_desk(transactional_db: None) -> TestDesk:
    return TestDesk.make()


def test_eight_publishers_make_one_log_without_gaps(racing_desk: TestDesk) -> None:
    desk = racing_desk
    opened = [desk.reviewed() for _ in range(PUBLISHERS)]
    confirmed = opened[0].draft.rating.scale.checklist
    at = desk.tick()

    results = race(
        *(
            lambda claim=round_.claim: reviews.publish(claim, by=desk.dov, at=at, confirmed=confirmed)
            for round_ in opened
        )
    )

    assert not refused(results)
    assert list(LogEntry.objects.order_by("index").values_list("index", flat=True)) == list(range(PUBLISHERS))
    assert verifying.first_difference(checkpoints.all_signed()) is None
    last = checkpoints.last_signed()
    assert last is not None
    assert (last.size, last.root) == (PUBLISHERS, nodes.root(PUBLISHERS))


def test_checkpoints_that_are_asked_for_meanwhile_extend_each_other(racing_desk: TestDesk) -> None:
    desk = racing_desk
    opened = [desk.reviewed() for _ in range(4)]
    confirmed = opened[0].draft.rating.scale.checklist
    at = desk.tick()

    def follow() -> list[int]:
        return [checkpoints.checkpoint()[0].size for _ in range(30)]

    results = race(
        follow,
        follow,
        *(
            lambda claim=round_.claim: reviews.publish(claim, by=desk.dov, at=at, confirmed=confirmed)
            for round_ in opened
        ),
    )

    assert not refused(results)
    assert all(sizes == sorted(sizes) for sizes in results[:2])
    kept = [signed.size for signed in checkpoints.all_signed()]
    assert kept == sorted(set(kept))
    assert verifying.first_difference(checkpoints.all_signed()) is None


def test_control_without_the_lock_two_append_the_same_entry_and_one_is_refused(
    racing_desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: who appends without waiting reads the same size as the other, and the database refuses the second."""
    desk = racing_desk
    for _ in range(2):
        desk.published()
    verdicts = list(Verdict.objects.order_by("log_entry__index"))
    with lifted():
        LogEntry.objects.all().delete()
        LogNode.objects.all().delete()
    checkpoints._memory().unlink()
    barrier = threading.Barrier(2)
    size = nodes.size

    def at_once() -> int:
        found = size()
        barrier.wait(timeout=10)
        return found

    def append(verdict: Verdict) -> Any:
        with transaction.atomic():
            return entries.append(verdict, at=verdict.published_at)

    with monkeypatch.context() as unlocked:
        unlocked.setattr(entries, "lock", lambda: None)
        unlocked.setattr(nodes, "size", at_once)
        unlocked.setattr(checkpoints, "remember_newest", lambda: None)
        results = race(*(lambda verdict=verdict: append(verdict) for verdict in verdicts))
    assert sorted(type(result) for result in results if isinstance(result, Exception)) == [IntegrityError]
    assert LogEntry.objects.count() == 1
