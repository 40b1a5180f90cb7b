"""The ledger of checks: who takes one, when the next is due, and that one broken check does not stop the others."""

from datetime import timedelta

import pytest

from sources import checks, leasing, workflow
from sources.leasing import lease_due, next_due_at, queue_check
from sources.looking import Instruments, look
from sources.models import Citation, Snapshot, Source, SourceCheck
from sources.recording import record
from sources.statuses import CheckReason, CheckStatus
from tests.desk import TestDesk
from tests.meanwhile import meanwhile
from tests.sources.test_checks import Web, cited, page, take


def asked(desk: TestDesk, *sources: Source) -> None:
    for source in sources:
        workflow.request_check(source, by=desk.ana, at=desk.tick())


def test_no_more_are_leased_than_asked_for(desk: TestDesk) -> None:
    asked(desk, desk.text_source(), desk.text_source())
    assert [len(lease_due(at=desk.tick(), limit=1)) for _ in range(3)] == [1, 1, 0]


def test_a_check_that_another_worker_took_is_not_leased_twice(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(desk, desk.text_source())
    at = desk.tick()
    theirs: list[leasing.Lease] = []
    meanwhile(monkeypatch, leasing, "_by_turns", lambda: theirs.extend(lease_due(at=at, limit=1)))
    assert lease_due(at=at, limit=1) == []
    assert [lease.fence for lease in theirs] == [1]


def test_the_next_check_is_due_when_the_earliest_queued_one_is(desk: TestDesk) -> None:
    assert next_due_at() is None
    at = desk.tick()
    for hours in (5, 2):
        queue_check(desk.text_source(), at=at, reason=CheckReason.SCHEDULED, not_before=at + timedelta(hours=hours))
    assert next_due_at() == at + timedelta(hours=2)


def test_whoever_asks_brings_an_open_check_forward_and_never_puts_it_off(desk: TestDesk) -> None:
    source, at = desk.text_source(), desk.tick()
    for hours in (5, 2, 9):
        check = queue_check(source, at=at, reason=CheckReason.CONFIRMATION, not_before=at + timedelta(hours=hours))
    assert check.next_attempt_at == at + timedelta(hours=2)
    assert SourceCheck.objects.count() == 1


def test_a_scheduled_check_that_a_person_asks_for_becomes_theirs(desk: TestDesk) -> None:
    """It then fetches what robots.txt keeps from robots."""
    source, at = desk.text_source(), desk.tick()
    queue_check(source, at=at, reason=CheckReason.SCHEDULED, not_before=at + timedelta(hours=5))
    check = queue_check(source, at=at, reason=CheckReason.ASKED, by=desk.ana)
    assert (check.reason, check.requested_by, check.next_attempt_at) == (CheckReason.ASKED, desk.ana, at)

    later = queue_check(source, at=at, reason=CheckReason.SCHEDULED)
    assert (later.reason, later.requested_by) == (CheckReason.ASKED, desk.ana)


def test_a_check_that_ended_a_moment_ago_does_not_serve_whoever_asks(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The insert met an open check; by the time it is read, a worker has recorded it."""
    source = desk.text_source()
    asked(desk, source)
    original = SourceCheck.objects.open

    def ended() -> object:
        monkeypatch.setattr(SourceCheck.objects, "open", original)
        desk.run_checks()
        return original()

    monkeypatch.setattr(SourceCheck.objects, "open", ended)
    fresh = queue_check(source, at=desk.tick(), reason=CheckReason.ASKED)
    assert fresh.status == CheckStatus.QUEUED
    assert SourceCheck.objects.filter(status=CheckStatus.DONE).count() == 1


def test_a_batch_ends_when_nothing_is_due(desk: TestDesk) -> None:
    asked(desk, desk.text_source(), desk.text_source(), desk.text_source())
    at = desk.tick()
    assert checks.run_due(now=lambda: at, limit=2) == 3
    assert checks.run_due(now=lambda: at) == 0


def test_a_batch_ends_when_its_time_is_up(desk: TestDesk) -> None:
    asked(desk, *[desk.text_source() for _ in range(3)])
    hours = iter(range(99))
    assert checks.run_due(now=lambda: desk.at + timedelta(hours=next(hours))) == 0
    assert SourceCheck.objects.open().count() == 3


def test_a_source_without_its_bytes_goes_back_to_the_queue_and_the_others_go_on(desk: TestDesk) -> None:
    broken, sound = desk.text_source(), desk.text_source()
    asked(desk, broken, sound)
    Snapshot.objects.filter(source=broken).delete()
    at = desk.tick()
    assert checks.run_due(now=lambda: at) == 1
    waiting = SourceCheck.objects.open().get()
    assert (waiting.source, waiting.status) == (broken, CheckStatus.QUEUED)
    assert "neither a URL nor a snapshot" in waiting.detail
    assert waiting.next_attempt_at > at


def test_an_error_of_ours_while_fetching_goes_back_to_the_queue_and_the_others_go_on(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web([RuntimeError("a bug of ours")])
    monkeypatch.setattr(checks, "egress", lambda: web)
    citation = cited(desk)
    asked(desk, desk.text_source())
    at = desk.tick()
    assert checks.run_due(now=lambda: at) == 1
    waiting = SourceCheck.objects.open().get(source=citation.source)
    assert (waiting.status, waiting.detail) == (CheckStatus.QUEUED, "RuntimeError: a bug of ours")
    assert not SourceCheck.objects.filter(status=CheckStatus.RUNNING).exists()


def test_an_address_inside_our_network_is_refused_by_the_real_way_out(
    desk: TestDesk, settings: pytest.FixtureRequest
) -> None:
    settings.FETCH_ALLOW = frozenset()
    checks.egress.cache_clear()
    citation = cited(desk)
    Source.objects.filter(pk=citation.source_id).update(url_as_given="http://10.1.2.3/")
    desk.run_checks()
    checks.egress.cache_clear()
    source = Source.objects.get()
    assert (source.outcome, source.snapshots.count()) == ("refused", 0)


def test_a_citation_added_while_its_source_is_read_is_checked_afterwards(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The open check serves whoever asks; one that is running has looked for the older passages alone."""
    monkeypatch.setattr(checks, "egress", lambda: Web([page()]))
    first = cited(desk)
    case = take(desk)
    result = look(case.job, Instruments(checks.egress(), checks.reader(), checks.store()), at=desk.tick())
    late = desk.cite(first.claim, source=first.source, exact="hours before the shelling began")

    assert record(case, result, at=desk.tick())

    late.refresh_from_db()
    assert late.outcome == ""
    assert not workflow.is_checked(late)
    desk.run_checks()
    late.refresh_from_db()
    assert late.outcome == "found"
    assert workflow.is_checked(late)
    assert Citation.objects.get(pk=first.pk).outcome == "found"
