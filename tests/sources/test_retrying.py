"""Asking for many checks at once: what may be asked for is, what may not says why, and nothing is half done."""

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Q

from claims.models import Membership
from sources import retrying
from sources.models import Source, SourceCheck
from sources.retrying import retry_checks, retry_sources
from sources.statuses import CheckReason, CheckStatus
from tests.desk import TestDesk
from tests.meanwhile import meanwhile
from tests.sources.rows import checks_of, failing_sources, web_sources


def reasons(asked: retrying.Asked) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, reason in asked.refused:
        found[reason] = found.get(reason, 0) + 1
    return found


def open_check(source: Source) -> SourceCheck:
    return SourceCheck.objects.open().get(source=source)


def test_of_a_mixed_selection_what_can_be_retried_is_and_the_rest_says_why(desk: TestDesk) -> None:
    failed, broken, fine, busy, again = web_sources(desk, 5)
    for source, status in ((failed, "failed"), (broken, "quarantined"), (fine, "done"), (busy, "failed")):
        checks_of(desk, source, status=status)
    checks_of(desk, busy, status="running")
    checks_of(desk, again, 2, status="failed")
    chosen = SourceCheck.objects.exclude(status="running")

    asked = retry_checks(chosen, by=desk.ben, at=desk.tick())

    assert asked.queued == 3  # of failed, broken and again
    assert reasons(asked) == {
        "Only failed and quarantined checks are retried.": 1,
        "A worker is looking at it now.": 1,
        "Its source was checked again since.": 1,
    }
    assert {source.pk for source in (failed, broken, again)} == set(
        SourceCheck.objects.filter(status="queued").values_list("source", flat=True)
    )
    assert (open_check(broken).reason, open_check(broken).requested_by) == (CheckReason.RETRY, desk.ben)
    assert SourceCheck.objects.get(source=broken, status="quarantined")  # the old row stays as it ended


def test_a_source_that_was_checked_since_is_not_retried_for_its_old_failure(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    (old,) = checks_of(desk, source, status="quarantined")
    checks_of(desk, source, status="done")

    asked = retry_checks([old], by=desk.ana, at=desk.tick())

    assert (asked.queued, reasons(asked)) == (0, {"Its source was checked again since.": 1})


def test_control_without_looking_at_later_checks_the_old_failure_is_retried(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "superseded", lambda: Q(pk__isnull=True))
    (source,) = web_sources(desk, 1)
    (old,) = checks_of(desk, source, status="quarantined")
    checks_of(desk, source, status="done")
    assert retry_checks([old], by=desk.ana, at=desk.tick()).queued == 1


def test_a_check_that_waits_for_its_time_is_brought_forward_and_knows_who_asked(desk: TestDesk) -> None:
    (source,) = failing_sources(desk, 1)
    later = desk.at.replace(year=2027)
    checks_of(desk, source, status="queued", reason="confirmation", next_attempt_at=later)

    asked = retry_sources([source], by=desk.ben, at=desk.tick())

    check = open_check(source)
    assert (asked.queued, asked.hurried, asked.refused) == (0, 1, [])
    assert (check.next_attempt_at, check.requested_by, check.reason) == (desk.at, desk.ben, "retry")


def test_a_check_that_waits_for_a_worker_is_not_asked_for_twice(desk: TestDesk) -> None:
    (source,) = failing_sources(desk, 1)
    first = retry_sources([source], by=desk.ana, at=desk.tick())
    second = retry_sources([source], by=desk.ben, at=desk.tick())
    assert (first.queued, second.queued) == (1, 0)
    assert reasons(second) == {"A check of it waits for a worker already.": 1}


def test_rows_of_a_desk_that_one_only_audits_are_refused_one_by_one(desk: TestDesk) -> None:
    other = desk.oli.memberships.get().desk
    Membership.objects.create(desk=other, person=desk.ana, role="auditor")
    mine = failing_sources(desk, 2)
    theirs = failing_sources(desk, 2, of=other, host="other.example")

    asked = retry_sources([*mine, *theirs], by=desk.ana, at=desk.tick())

    assert asked.queued == 2
    assert {row.pk for row, _ in asked.refused} == {source.pk for source in theirs}
    assert not SourceCheck.objects.filter(source__in=theirs).exists()


def test_an_outsider_retries_nothing(desk: TestDesk) -> None:
    (source,) = failing_sources(desk, 1)
    (check,) = checks_of(desk, source, status="failed")
    for asked in (
        retry_checks([check], by=desk.oli, at=desk.tick()),
        retry_sources([source], by=desk.eva, at=desk.tick()),
    ):
        assert (asked.queued, asked.hurried, len(asked.refused)) == (0, 0, 1)
    assert not SourceCheck.objects.open().exists()


def test_two_who_retry_at_once_queue_one_check(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    (source,) = failing_sources(desk, 1)
    meanwhile(monkeypatch, retrying, "_open", lambda: retry_sources([source], by=desk.ben, at=desk.tick()))

    asked = retry_sources([source], by=desk.ana, at=desk.tick())

    assert open_check(source).requested_by == desk.ben
    assert reasons(asked) == {"Somebody else asked for a check of it a moment ago.": 1}


def break_at_the_second_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "AT_ONCE", 1)
    original, batches = retrying._queue, iter([False, True])

    def queue(*args: Any) -> None:
        if next(batches):
            raise OSError("the database is gone")
        original(*args)

    monkeypatch.setattr(retrying, "_queue", queue)


def test_an_error_in_the_middle_leaves_nothing_half_done(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    break_at_the_second_batch(monkeypatch)
    with pytest.raises(OSError, match="gone"):
        retry_sources(failing_sources(desk, 2), by=desk.ana, at=desk.tick())
    assert not SourceCheck.objects.exists()


def test_control_without_the_transaction_an_error_leaves_half_of_it(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_at_the_second_batch(monkeypatch)
    monkeypatch.setattr(retrying, "transaction", SimpleNamespace(atomic=nullcontext))
    with pytest.raises(OSError, match="gone"):
        retry_sources(failing_sources(desk, 2), by=desk.ana, at=desk.tick())
    assert SourceCheck.objects.count() == 1


def test_many_are_queued_in_a_number_of_queries_that_hardly_grows(
    desk: TestDesk, django_assert_max_num_queries: Any
) -> None:
    sources = failing_sources(desk, 1_200)
    with django_assert_max_num_queries(45):
        asked = retry_sources(Source.objects.all(), by=desk.ana, at=desk.tick())
    assert asked.queued == len(sources) == SourceCheck.objects.filter(status=CheckStatus.QUEUED).count()
