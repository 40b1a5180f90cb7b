"""The ledger of outside copies: asked for once, taken by one worker, recorded once, tried again and given up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from claims.rules import Invalid, InvalidTransition, NotAllowed
from sources import outside_archives, tasks, workflow
from sources.fetching import Egress
from sources.models import ArchiveCopy, Host, Snapshot, Source
from sources.outside_archives import ask_after_loss, ask_for_copy, asking, ledger, run_due, running
from sources.outside_archives.answers import Answer, Held, NotNow, Refusal, Trouble, Working
from sources.outside_archives.ledger import record, take_due
from sources.statuses import Archive, Visibility
from tests.desk import START, TestDesk
from tests.meanwhile import meanwhile
from tests.races.test_races import race
from tests.sources.loopback import QUICK, Origin, answer
from tests.sources.web_archive import KEY, SECRET, Copy, error, pending, success, too_many
from tests.sources.web_archive import Archive as Outside

SERVERS = Callable[..., Origin]
PAGE = "https://example.org/news/notice"


@pytest.fixture(autouse=True)
def switched_on(settings: Any) -> None:
    """Both archives are on, at addresses where nobody answers."""
    settings.MEMENTO_TIMEGATE = "http://127.0.0.1:9/web/"
    settings.SAVE_PAGE_NOW_URL = "http://127.0.0.1:9/save"
    settings.SAVE_PAGE_NOW_KEY, settings.SAVE_PAGE_NOW_SECRET = KEY, SECRET


def source_of(desk: TestDesk, url: str = PAGE) -> Source:
    return workflow.add_web_source(desk=desk.desk, url=url, by=desk.ana, at=desk.tick())


def asked(desk: TestDesk, archive: Archive = Archive.MEMENTO, source: Source | None = None) -> ArchiveCopy:
    return ask_for_copy(source or source_of(desk), archive=archive, by=desk.ana, at=desk.tick())


def at(origin: Origin, settings: Any) -> Egress:
    """Both archives at that server, and the way out to it."""
    settings.MEMENTO_TIMEGATE = origin.url("/web/")
    settings.SAVE_PAGE_NOW_URL = origin.url("/save")
    return Egress(user_agent="FactcheckBot/1.0", allow=frozenset({origin.pair}), limits=QUICK)


def taken(desk: TestDesk) -> ledger.CopyLease:
    lease = take_due(at=desk.tick())
    assert lease is not None
    return lease


def state(copy: ArchiveCopy) -> tuple[str, str]:
    copy.refresh_from_db()
    return copy.status, copy.detail


# --- Asking ---


def test_the_row_is_there_when_somebody_asked(desk: TestDesk) -> None:
    copy = asked(desk)
    assert (copy.status, copy.requested_by, copy.next_attempt_at) == ("queued", desk.ana, desk.at)
    assert str(copy) == f"Queued copy of {PAGE} (Memento archive)"


def test_an_open_request_serves_whoever_asks_next(desk: TestDesk) -> None:
    copy = asked(desk)
    assert ask_for_copy(copy.source, archive=Archive.MEMENTO, by=desk.ben, at=desk.tick()) == copy
    assert asked(desk, Archive.SAVE_PAGE_NOW, copy.source) != copy


def test_a_request_that_ended_a_moment_ago_does_not_serve_whoever_asks(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = asked(desk)

    def end() -> None:
        record(taken(desk), Refusal("None."), at=desk.tick())

    meanwhile(monkeypatch, ArchiveCopy.objects, "open", end)
    assert asked(desk, source=copy.source) != copy


def test_what_is_switched_off_is_refused_by_name(desk: TestDesk, settings: Any) -> None:
    settings.MEMENTO_TIMEGATE = settings.SAVE_PAGE_NOW_URL = ""
    for archive, name in zip(Archive, ("FACTCHECK_MEMENTO_TIMEGATE", "FACTCHECK_SAVE_PAGE_NOW_URL"), strict=True):
        with pytest.raises(Invalid, match=f"Set {name} to switch it on"):
            asked(desk, archive)


def test_only_the_desk_asks_and_only_for_web_pages(desk: TestDesk) -> None:
    source = source_of(desk)
    for stranger in (desk.eva, desk.oli):
        with pytest.raises(NotAllowed):
            ask_for_copy(source, archive=Archive.MEMENTO, by=stranger, at=desk.tick())
    with pytest.raises(InvalidTransition, match="has no address"):
        asked(desk, source=desk.text_source())
    assert not ArchiveCopy.objects.exists()


def test_a_sealed_source_is_told_to_nobody_outside(desk: TestDesk) -> None:
    source = source_of(desk)
    cited = desk.cite(desk.submit(), source=source, visibility=Visibility.SEALED)
    workflow.remove_citation(cited, by=desk.ana, at=desk.tick(), reason="Safety.")
    for archive in Archive:
        with pytest.raises(InvalidTransition, match="sealed"):
            asked(desk, archive, source)
    assert ask_after_loss(source, at=desk.tick()) is None


def test_control_a_citation_that_is_not_sealed_hinders_nothing(desk: TestDesk) -> None:
    source = source_of(desk)
    desk.cite(desk.submit(), source=source, visibility=Visibility.DESK)
    assert asked(desk, source=source).status == "queued"


def snapshot(source: Source, fetched_at: datetime, **fields: object) -> None:
    given = {"sha256": "0" * 64, "size": 1, "path": "x", **fields}
    Snapshot.objects.create(source=source, fetched_at=fetched_at, **given)


def test_a_copy_is_wanted_of_the_time_of_our_last_whole_snapshot(desk: TestDesk) -> None:
    source = source_of(desk)
    assert asking.last_good_at(source) == source.added_at
    snapshot(source, START + timedelta(days=3))
    snapshot(source, START + timedelta(days=1))
    snapshot(source, START + timedelta(days=5), is_complete=False)
    assert asked(desk, source=source).near_at == START + timedelta(days=3)
    assert asked(desk, Archive.SAVE_PAGE_NOW, source).near_at is None


def test_of_a_lost_passage_the_time_is_when_it_was_last_found(desk: TestDesk) -> None:
    """The newest snapshot is the one in which it is missing."""
    claim = desk.in_research()
    citation = claim.citations.first()
    found_at = citation.findings.get().at
    snapshot(citation.source, found_at + timedelta(days=4))
    assert asking.last_good_at(citation.source) == found_at + timedelta(days=4)
    claim.citations.filter(pk=citation.pk).update(outcome="missing", outcome_at=desk.tick(), outcome_since=desk.at)
    assert asking.last_good_at(citation.source) == found_at


def test_a_time_may_be_given(desk: TestDesk) -> None:
    copy = ask_for_copy(source_of(desk), archive=Archive.MEMENTO, by=desk.ana, at=desk.tick(), near_at=START)
    assert copy.near_at == START


# --- After a loss ---


def test_a_lost_source_is_looked_for_once_and_after_a_failure_again_in_a_month(desk: TestDesk) -> None:
    source = source_of(desk)
    copy = ask_after_loss(source, at=desk.tick())
    assert copy is not None
    assert (copy.requested_by, copy.archive) == (None, Archive.MEMENTO)
    assert ask_after_loss(source, at=desk.tick()) is None, "it is open"
    record(taken(desk), Refusal("None."), at=desk.tick())
    assert ask_after_loss(source, at=desk.tick(days=29)) is None, "it failed a moment ago"
    assert ask_after_loss(source, at=desk.tick(days=2)) is not None
    record(taken(desk), Held(PAGE, START), at=desk.tick())
    assert ask_after_loss(source, at=desk.tick(days=99)) is None, "it is held"


def test_nothing_is_looked_for_while_that_is_off_or_where_there_is_no_address(desk: TestDesk, settings: Any) -> None:
    assert ask_after_loss(desk.text_source(), at=desk.tick()) is None
    settings.MEMENTO_TIMEGATE = ""
    assert ask_after_loss(source_of(desk), at=desk.tick()) is None
    assert not ArchiveCopy.objects.exists()


# --- Taking ---


def test_a_request_is_taken_by_one_worker(desk: TestDesk) -> None:
    copy = asked(desk)
    lease = taken(desk)
    assert (lease.copy, lease.fence, lease.copy.status) == (copy, 1, "running")
    assert take_due(at=desk.tick()) is None


def test_a_request_that_another_worker_took_is_not_taken_twice(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(desk)
    theirs: list[ledger.CopyLease | None] = []
    moment = desk.tick()
    monkeypatch.setattr(ledger, "take_turns", lambda hosts, **given: (set(hosts), {}))
    meanwhile(monkeypatch, ledger, "_is_in_turn", lambda: theirs.append(take_due(at=moment)))
    assert take_due(at=moment) is None
    assert [lease.fence for lease in theirs if lease] == [1]


def test_archives_of_one_host_are_asked_in_turns(desk: TestDesk) -> None:
    asked(desk)
    later = [asked(desk, archive, source_of(desk, f"{PAGE}/2")) for archive in Archive]
    moment = desk.tick()
    assert take_due(at=moment) is not None
    assert take_due(at=moment) is None
    for copy in later:
        copy.refresh_from_db()
        assert copy.next_attempt_at == moment + timedelta(seconds=1)
    assert take_due(at=moment + timedelta(seconds=1)) is not None


def test_what_is_switched_off_is_left_where_it_is(desk: TestDesk, settings: Any) -> None:
    copy = asked(desk)
    settings.MEMENTO_TIMEGATE = ""
    assert take_due(at=desk.tick()) is None
    assert state(copy) == ("queued", "")


def test_six_captures_a_minute_are_asked_for(desk: TestDesk) -> None:
    for number in range(8):
        asked(desk, Archive.SAVE_PAGE_NOW, source_of(desk, f"{PAGE}/{number}"))
    desk.tick(hours=1)
    jobs = [take_due(at=desk.tick(seconds=2)) for _ in range(6)]
    for number, lease in enumerate(jobs):
        assert lease is not None
        record(lease, Working(f"job-{number}"), at=desk.at)
    assert take_due(at=desk.tick(seconds=2)) is None
    assert ArchiveCopy.objects.filter(job_id="", next_attempt_at__gt=desk.at).count() == 2
    found = take_due(at=desk.tick(seconds=40))
    assert found is not None
    assert found.copy.job_id, "jobs are asked about all the while"
    assert take_due(at=desk.tick(minutes=2)) is not None


# --- Recording ---


def test_a_late_duplicate_writes_nothing(desk: TestDesk) -> None:
    copy = asked(desk)
    late = taken(desk)
    desk.tick(seconds=301)  # the lease runs out, another worker takes it
    second = taken(desk)
    assert (late.fence, second.fence) == (1, 2)
    assert record(second, Refusal("None."), at=desk.tick())
    assert not record(late, Held(PAGE, START), at=desk.tick())
    assert state(copy) == ("failed", "None.")


def test_control_without_the_fence_the_late_duplicate_is_recorded(desk: TestDesk) -> None:
    copy = asked(desk)
    late = taken(desk)
    desk.tick(seconds=301)
    second = taken(desk)
    unfenced = ledger.CopyLease(late.copy, second.fence)
    assert record(unfenced, Held(PAGE, START), at=desk.tick())
    assert state(copy)[0] == "held"


def test_workers_that_die_three_times_end_a_request(desk: TestDesk) -> None:
    copy = asked(desk)
    for _ in range(3):
        assert taken(desk)
        desk.tick(minutes=6)
    assert take_due(at=desk.tick()) is None
    assert state(copy) == ("failed", "No outcome after 3 attempts: the workers died or ran out of time.")
    assert (copy.failures, copy.leased_until, copy.finished_at) == (3, None, desk.at)


def test_trouble_is_tried_again_after_ten_and_forty_minutes_and_then_given_up(desk: TestDesk) -> None:
    copy = asked(desk)
    waits = []
    for _ in range(3):
        record(taken(desk), Trouble("502 Bad Gateway"), at=desk.at)
        copy.refresh_from_db()
        waits.append((copy.status, copy.next_attempt_at - desk.at))
        desk.at = max(copy.next_attempt_at, desk.at)
    minutes = timedelta(minutes=1)
    assert waits[:2] == [("queued", 10 * minutes), ("queued", 40 * minutes)]
    assert state(copy) == ("failed", "502 Bad Gateway")


def test_being_too_early_is_no_failure_but_ends_after_three_days(desk: TestDesk) -> None:
    copy = asked(desk)
    for _ in range(3):
        record(taken(desk), NotNow("Later.", timedelta(hours=20)), at=desk.at)
        copy.refresh_from_db()
        assert (copy.status, copy.failures) == ("queued", 0)
        assert copy.next_attempt_at == desk.at + timedelta(hours=20)
        desk.tick(hours=20)
    record(taken(desk), NotNow("Later."), at=desk.tick(hours=20))
    assert state(copy) == ("failed", "Later.")


def test_a_pause_holds_for_all_that_the_archive_is_asked(desk: TestDesk) -> None:
    asked(desk)
    record(taken(desk), NotNow("429", timedelta(minutes=20)), at=desk.at)
    asked(desk, source=source_of(desk, f"{PAGE}/2"))
    assert take_due(at=desk.tick(minutes=15)) is None
    assert take_due(at=desk.tick(minutes=10)) is not None


def test_the_limit_of_one_page_holds_up_no_other(desk: TestDesk) -> None:
    asked(desk)
    record(taken(desk), NotNow("5 times today", timedelta(days=1), pauses=False), at=desk.at)
    asked(desk, source=source_of(desk, f"{PAGE}/2"))
    assert take_due(at=desk.tick()) is not None


def test_an_archive_that_is_down_is_asked_less_often(desk: TestDesk) -> None:
    for number in range(3):
        asked(desk, source=source_of(desk, f"{PAGE}/{number}"))
    for _ in range(3):
        record(taken(desk), Trouble("connect", is_down=True), at=desk.at)
    host = Host.objects.get()
    assert (host.name, host.failures, host.last_outcome) == ("127.0.0.1", 3, "unreachable")
    assert host.next_allowed_at == desk.at + timedelta(seconds=30)


def test_a_job_is_asked_about_every_half_minute_for_an_hour_and_then_begun_anew(desk: TestDesk) -> None:
    copy = asked(desk, Archive.SAVE_PAGE_NOW)
    for wait in (0, 30, 3_400):
        record(taken(desk), Working("spn2-1"), at=desk.tick(seconds=wait))
    copy.refresh_from_db()
    assert (copy.job_id, copy.failures, copy.attempt) == ("spn2-1", 0, 3)
    assert copy.next_attempt_at == desk.at + timedelta(seconds=30)
    record(taken(desk), Working("spn2-1"), at=desk.tick(seconds=60))
    copy.refresh_from_db()
    assert (copy.job_id, copy.job_at, copy.failures, copy.status) == ("", None, 1, "queued")
    assert copy.detail == "The archive did not finish within an hour."


def test_trouble_on_the_way_keeps_the_job_and_an_error_of_the_job_ends_it(desk: TestDesk) -> None:
    copy = asked(desk, Archive.SAVE_PAGE_NOW)
    answers: list[Answer] = [Working("spn2-1"), Trouble("timeout"), Trouble("job failed", ends_job=True)]
    jobs = []
    for found in answers:
        record(taken(desk), found, at=desk.tick())
        copy.refresh_from_db()
        jobs.append(copy.job_id)
        desk.tick(hours=1)
    assert jobs == ["spn2-1", "spn2-1", ""]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "lost"},
        {"archive": "attic"},
        {"status": "running"},
        {"status": "held", "finished_at": START, "memento_at": START},
        {"status": "held", "finished_at": START, "url": PAGE},
        {"status": "held", "memento_at": START, "url": PAGE},
        {"url": PAGE},
        {"status": "failed", "finished_at": START},
        {"status": "failed", "detail": "None."},
        {"finished_at": START},
        {"job_id": "spn2-1"},
        {"job_at": START},
    ],
    ids=str,
)
def test_the_database_refuses_a_row_that_contradicts_itself(desk: TestDesk, fields: dict[str, object]) -> None:
    copy = asked(desk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ArchiveCopy.objects.filter(pk=copy.pk).update(**fields)


# --- From the request to the copy ---


def test_a_look_up_ends_with_the_copy_nearest_to_the_last_good_time(
    desk: TestDesk, serve: SERVERS, settings: Any
) -> None:
    source = source_of(desk)
    snapshot(source, START - timedelta(days=5))
    archive = Outside({PAGE: [Copy(START - timedelta(days=age)) for age in (1, 4, 40)]})
    origin = serve(archive)
    way_out = at(origin, settings)
    copy = asked(desk, source=source)

    assert run_due(egress=way_out, now=desk.tick) == 1

    copy.refresh_from_db()
    assert (copy.status, copy.memento_at) == ("held", START - timedelta(days=4))
    assert copy.url == origin.url(f"/web/20260226090000/{PAGE}")
    assert (copy.failures, copy.leased_until, copy.finished_at is not None) == (0, None, True)


def test_a_capture_is_asked_for_and_waited_for_over_several_runs(desk: TestDesk, serve: SERVERS, settings: Any) -> None:
    archive = Outside(progress=[pending(), error("error:job-failed"), success(PAGE)])
    origin = serve(archive)
    way_out = at(origin, settings)
    copy = asked(desk, Archive.SAVE_PAGE_NOW)
    seen = []
    for _ in range(6):
        moment = desk.tick(minutes=11)
        run_due(egress=way_out, now=lambda moment=moment: moment)
        seen.append(state(copy))
    assert [status for status, _ in seen] == ["queued", "queued", "queued", "queued", "held", "held"]
    assert seen[2][1] == "Save Page Now: It did not work. (error:job-failed)"
    assert len(archive.submitted) == 2
    assert copy.url == origin.url(f"/web/20260302090130/{PAGE}")


def test_too_many_requests_are_answered_by_patience(desk: TestDesk, serve: SERVERS, settings: Any) -> None:
    archive = Outside({PAGE: [Copy(START)]}, busy=[too_many("600")])
    origin = serve(archive)
    way_out = at(origin, settings)
    copy = asked(desk)
    other = asked(desk, Archive.SAVE_PAGE_NOW, copy.source)
    for _ in range(9):
        moment = desk.tick()
        run_due(egress=way_out, now=lambda moment=moment: moment)
    assert origin.connections == 1, "neither it nor any other request is made within the ten minutes"
    assert state(copy)[1] == "The archive answered 429 Too Many Requests."
    for _ in range(3):
        moment = desk.tick(minutes=1)
        run_due(egress=way_out, now=lambda moment=moment: moment)
    assert (state(copy)[0], copy.failures) == ("held", 0)
    assert state(other)[1] == "The archive is making the copy."


def test_several_requests_are_worked_through_and_one_failure_stops_no_other(
    desk: TestDesk, serve: SERVERS, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    way_out = at(serve(Outside({PAGE: [Copy(START)]})), settings)
    broken = asked(desk, source=source_of(desk, f"{PAGE}/broken"))
    sound = asked(desk)
    real = running.memento.look_up

    def look_up(egress: Egress, timegate: str, url: str, **given: Any) -> Answer:
        if url.endswith("broken"):
            raise RuntimeError("a bug of ours")
        return real(egress, timegate, url, **given)

    monkeypatch.setattr(running.memento, "look_up", look_up)
    assert run_due(egress=way_out, now=lambda: desk.tick(seconds=2)) == 2
    assert state(broken) == ("queued", "An error of ours, RuntimeError: the workers' log has it.")
    assert state(sound)[0] == "held"


def test_a_source_that_was_sealed_in_between_is_told_to_nobody(desk: TestDesk, serve: SERVERS, settings: Any) -> None:
    origin = serve(Outside({PAGE: [Copy(START)]}))
    way_out = at(origin, settings)
    copy = asked(desk)
    desk.cite(desk.submit(), source=copy.source, visibility=Visibility.SEALED)
    assert run_due(egress=way_out, now=desk.tick) == 1
    assert "sealed" in state(copy)[1]
    assert origin.connections == 0


def test_a_run_ends_when_its_time_is_up(desk: TestDesk, serve: SERVERS, settings: Any) -> None:
    way_out = at(serve(answer(b"", status="404 Not Found")), settings)
    for number in range(3):
        asked(desk, source=source_of(desk, f"{PAGE}/{number}"))
    assert run_due(egress=way_out, now=lambda: desk.tick(seconds=40)) < 3
    assert ArchiveCopy.objects.open().exists()


def test_a_run_ends_after_its_share(
    desk: TestDesk, serve: SERVERS, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    way_out = at(serve(answer(b"", status="404 Not Found")), settings)
    monkeypatch.setattr(running, "MOST_AT_A_TIME", 2)
    for number in range(3):
        asked(desk, source=source_of(desk, f"{PAGE}/{number}"))
    assert run_due(egress=way_out, now=lambda: desk.tick(seconds=2)) == 2


def test_the_task_runs_what_is_due(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}
    monkeypatch.setattr(outside_archives, "run_due", lambda **options: given.update(options))
    tasks.run_archive_copies()
    assert isinstance(given["egress"], Egress)
    assert callable(given["now"])


# --- At once, on PostgreSQL ---


@pytest.mark.postgresql
@pytest.mark.parametrize("attempt", range(5))
def test_two_who_ask_at_once_share_one_request(transactional_db: None, attempt: int) -> None:
    desk = TestDesk.make()
    source = source_of(desk)

    def ask() -> ArchiveCopy:
        return ask_for_copy(source, archive=Archive.SAVE_PAGE_NOW, by=desk.ana, at=START)

    first, second = race(ask, ask)
    assert first == second == ArchiveCopy.objects.get()


@pytest.mark.postgresql
@pytest.mark.parametrize("attempt", range(5))
def test_workers_at_once_take_each_request_once(transactional_db: None, settings: Any, attempt: int) -> None:
    settings.HOST_INTERVAL = timedelta(0)
    desk = TestDesk.make()
    for number in range(3):
        asked(desk, source=source_of(desk, f"{PAGE}/{number}"))
    moment = desk.tick()
    taken_at_once = race(*[lambda: take_due(at=moment)] * 4)
    assert not [result for result in taken_at_once if isinstance(result, Exception)]
    fences = [(lease.copy.pk, lease.fence) for lease in taken_at_once if lease]
    assert fences
    assert len(set(fences)) == len(fences)
    assert ArchiveCopy.objects.filter(status="running", attempt=1).count() == len(fences)
