"""Races on PostgreSQL: two people at once, and exactly one of them wins; each kind with a control that fails."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models

from claims import workflow as claims
from claims.models import Change, ChangeCounter, Claim, Event
from claims.rules import InvalidTransition, NotAllowed
from claims.statuses import Status
from reviews import corrections
from reviews import workflow as reviews
from reviews.models import Review, Verdict
from sources.leasing import lease_due, queue_check
from sources.models import SourceCheck
from sources.statuses import CheckReason
from tests.desk import TEXTS, TestDesk

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def racing_desk(transactional_db: None) -> TestDesk:
    return TestDesk.make()


def race(*runners: Callable[[], Any]) -> list[Any]:
    """Start all at one barrier, each on its own connection; return results and refusals in order."""
    barrier = threading.Barrier(len(runners))
    results: list[Any] = [None] * len(runners)

    def run(place: int, runner: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=10)
            results[place] = runner()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, runner)) for place, runner in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def refused(results: list[Any]) -> list[Any]:
    unexpected = [r for r in results if isinstance(r, Exception) and not isinstance(r, (InvalidTransition, NotAllowed))]
    assert not unexpected, unexpected
    return [result for result in results if isinstance(result, Exception)]


@pytest.mark.parametrize("attempt", range(5))
def test_two_who_start_research_at_once(racing_desk: TestDesk, attempt: int) -> None:
    desk = racing_desk
    claim = desk.submit()
    copies = [Claim.objects.get(pk=claim.pk) for _ in range(2)]
    at = desk.tick()
    results = race(
        lambda: claims.start_research(copies[0], by=desk.ana, at=at, why="Reach."),
        lambda: claims.start_research(copies[1], by=desk.ben, at=at, why="Harm."),
    )
    assert len(refused(results)) == 1
    assert Event.objects.filter(claim=claim, kind="start_research").count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_two_publishes_at_once(racing_desk: TestDesk, attempt: int) -> None:
    desk = racing_desk
    opened = desk.reviewed()
    confirmed = opened.draft.rating.scale.checklist
    copies = [Claim.objects.get(pk=opened.claim.pk) for _ in range(2)]
    at = desk.tick()
    results = race(
        lambda: reviews.publish(copies[0], by=desk.dov, at=at, confirmed=confirmed),
        lambda: reviews.publish(copies[1], by=desk.fay, at=at, confirmed=confirmed),
    )
    assert len(refused(results)) == 1
    assert Verdict.objects.count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_publish_against_send_back(racing_desk: TestDesk, attempt: int) -> None:
    desk = racing_desk
    opened = desk.reviewed()
    confirmed = opened.draft.rating.scale.checklist
    copies = [Claim.objects.get(pk=opened.claim.pk) for _ in range(2)]
    at = desk.tick()
    results = race(
        lambda: reviews.publish(copies[0], by=desk.dov, at=at, confirmed=confirmed),
        lambda: reviews.send_back(copies[1], by=desk.fay, at=at, reason="Wait."),
    )
    assert len(refused(results)) == 1
    claim = Claim.objects.get(pk=opened.claim.pk)
    assert (claim.status == Status.PUBLISHED) == Verdict.objects.exists()


@pytest.mark.parametrize("attempt", range(5))
def test_two_reviewers_submit_at_once_and_neither_review_is_lost(racing_desk: TestDesk, attempt: int) -> None:
    desk = racing_desk
    opened = desk.in_review()
    copies = [Claim.objects.get(pk=opened.claim.pk) for _ in range(2)]
    given = {
        "at": desk.tick(),
        "rating": desk.rating(),
        "decision": "endorse",
        "reasons": "Read.",
        "content_hash": opened.content_hash,
    }
    results = race(
        lambda: reviews.submit_review(copies[0], by=desk.ben, **given),
        lambda: reviews.submit_review(copies[1], by=desk.chi, **given),
    )
    assert not refused(results)
    assert Review.objects.submitted().count() == 2


@pytest.mark.parametrize("attempt", range(5))
def test_correct_against_withdraw(racing_desk: TestDesk, attempt: int) -> None:
    desk = racing_desk
    claim = desk.published()
    copies = [Claim.objects.get(pk=claim.pk) for _ in range(2)]
    at = desk.tick()
    results = race(
        lambda: corrections.propose_correction(copies[0], by=desk.ana, at=at, kind="factual", reason="Wrong.", **TEXTS),
        lambda: corrections.propose_withdrawal(copies[1], by=desk.dov, at=at, reason="Wrong."),
    )
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert claim.drafts.filter(closed_at=None).count() == 1


def test_changes_of_many_writers_have_no_gaps_and_commit_in_order(racing_desk: TestDesk) -> None:
    desk = racing_desk
    at = desk.tick()
    seen: list[int] = []
    stop = threading.Event()

    def follow() -> None:
        while not stop.is_set():
            last = seen[-1] if seen else 0
            seen.extend(Change.objects.after(last).values_list("seq", flat=True))
        connection.close()

    follower = threading.Thread(target=follow)
    follower.start()
    results = race(
        *(
            lambda n=n: [claims.submit(desk=desk.desk, text=f"Claim {n} {i}", by=desk.ana, at=at) for i in range(10)]
            for n in range(8)
        )
    )
    assert not refused(results)
    stop.set()
    follower.join()
    seen.extend(Change.objects.after(seen[-1] if seen else 0).values_list("seq", flat=True))
    assert seen == list(range(1, 81))


def test_control_numbers_taken_without_the_lock_are_doubled(
    racing_desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: read the last number, add one, write: the row's lock is what keeps this from happening."""
    ChangeCounter.objects.update(last=0)
    barrier = threading.Barrier(2)

    def unlocked() -> int:
        last = ChangeCounter.objects.get().last
        barrier.wait(timeout=10)
        ChangeCounter.objects.update(last=last + 1)
        return last + 1

    assert race(unlocked, unlocked) == [1, 1]


def test_control_a_status_that_is_read_and_then_written_is_moved_twice(racing_desk: TestDesk) -> None:
    """The twin of every race above: check, then update without the condition, and both believe they won."""
    desk = racing_desk
    claim = desk.submit()
    barrier = threading.Barrier(2)

    def unconditional(person: Any) -> int:
        assert Claim.objects.get(pk=claim.pk).status == Status.SUBMITTED
        barrier.wait(timeout=10)
        return models.QuerySet.update(
            Claim.objects.filter(pk=claim.pk),
            status=Status.IN_RESEARCH,
            researcher=person,
            research_started_at=desk.at,
        )

    assert race(lambda: unconditional(desk.ana), lambda: unconditional(desk.ben)) == [1, 1]


def test_a_check_is_leased_to_one_worker_only(racing_desk: TestDesk) -> None:
    desk = racing_desk
    at = desk.tick()
    for _ in range(12):
        queue_check(desk.text_source(), at=at, reason=CheckReason.ASKED)
    results = race(*(lambda: lease_due(at=desk.at, limit=12) for _ in range(6)))
    leased = [lease.check_id for result in results for lease in result]
    assert len(leased) == len(set(leased)) == 12
    assert set(SourceCheck.objects.values_list("attempt", flat=True)) == {1}


def test_one_open_check_a_source_however_many_ask(racing_desk: TestDesk) -> None:
    desk = racing_desk
    source = desk.text_source()
    at = desk.tick()
    results = race(*(lambda: queue_check(source, at=at, reason=CheckReason.ASKED) for _ in range(8)))
    assert not refused(results)
    assert len({check.pk for check in results}) == 1
