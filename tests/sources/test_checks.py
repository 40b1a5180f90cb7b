"""Running checks: what is recorded for each answer, and that a check is neither lost nor done twice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from sources import checks, workflow
from sources.fetching.exchanges import Fetched, FetchError, Hop, Refused, Unreachable
from sources.judging import judge_answer
from sources.leasing import give_back, lease_due, queue_check, queue_scheduled
from sources.looking import Result
from sources.models import Citation, Finding, Snapshot, Source, SourceCheck
from sources.preparing import prepare
from sources.recording import Case, record
from sources.retrying import retry_checks
from sources.statuses import CheckReason, CheckStatus
from tests.desk import TestDesk

URL = "https://example.org/news/notice"
PASSAGE = "the ministry gave notice of its positions on Sunday evening"
PAGE = (
    "<html lang=en><title>Notice</title><body><p>In its statement of Monday {passage}, hours before the "
    "shelling began, and it named no recipient of that notice in any language.</p></body></html>"
)


def page(passage: str = PASSAGE, *, url: str = URL, status: int = 200, hops: tuple[Hop, ...] = ()) -> Fetched:
    body = PAGE.format(passage=passage).encode()
    return Fetched(
        requested_url=URL,
        final_url=url,
        hops=hops,
        status=status,
        reason="OK" if status == 200 else "No",
        headers=(("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))),
        wire=body,
        body=body,
        truncated=False,
        address="93.184.215.14",
        http_version="HTTP/1.1",
        request_headers=(("Host", "example.org"),),
        elapsed_seconds=0.1,
    )


@dataclass
class Web:
    """Stands in for the web: answers each fetch with the next of `answers`, the last one for ever."""

    answers: list[Fetched | FetchError | Exception]
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str) -> Fetched:
        self.asked.append(url)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest) -> Callable[..., Web]:
    settings.OBEY_ROBOTS = False  # the stand-in has none; tests.sources.test_window asks a real server for them

    def serve(*answers: Fetched | FetchError | Exception) -> Web:
        stand_in = Web(list(answers))
        monkeypatch.setattr(checks, "egress", lambda: stand_in)
        return stand_in

    return serve


def cited(desk: TestDesk) -> Citation:
    source = workflow.add_web_source(desk=desk.desk, url=URL, by=desk.ana, at=desk.tick())
    return desk.cite(desk.submit(), source=source, exact=PASSAGE, prefix="statement of Monday ", suffix=", hours")


def relied_upon(desk: TestDesk) -> Citation:
    """A passage, checked once, that a published claim relies on."""
    citation = cited(desk)
    Citation.objects.filter(pk=citation.pk).update(claim=desk.published())
    desk.run_checks()
    return citation


def take(desk: TestDesk, **later: int) -> Case:
    """Lease the one check that is due."""
    [case] = prepare(lease_due(at=desk.tick(**later), limit=1), at=desk.at)
    return case


def check_again(desk: TestDesk, citation: Citation, **later: int) -> None:
    queue_check(citation.source, at=desk.tick(**(later or {"minutes": 1})), reason=CheckReason.ASKED)
    SourceCheck.objects.open().update(next_attempt_at=desk.at)
    desk.run_checks()
    citation.refresh_from_db()
    citation.source.refresh_from_db()


def test_a_citation_is_checked_at_once(desk: TestDesk, web: Callable[..., Web]) -> None:
    asked = web(page()).asked
    citation = cited(desk)

    assert desk.run_checks() == 1

    citation.refresh_from_db()
    check = SourceCheck.objects.get()
    assert asked == [URL]
    assert (citation.outcome, citation.is_confirmed) == ("found", True)
    assert Source.objects.get().outcome == "alive"
    assert (check.status, check.outcome, check.attempt, check.http_status) == ("done", "alive", 1, 200)
    assert Snapshot.objects.get().text.startswith("In its statement")
    assert Finding.objects.get().check_run == check


@pytest.mark.parametrize(
    ("now_there", "outcome"),
    [
        (PASSAGE.replace("Sunday", "Friday"), "altered"),
        (PASSAGE.replace("gave notice", "gave no notice"), "altered"),
        ("nobody said anything", "missing"),
    ],
)
def test_a_changed_passage_counts_only_after_a_second_check(
    desk: TestDesk, web: Callable[..., Web], now_there: str, outcome: str
) -> None:
    web(page(), page(now_there))
    citation = cited(desk)
    desk.run_checks()

    check_again(desk, citation)
    assert (citation.outcome, citation.is_confirmed, citation.source.outcome) == (outcome, False, "changed")
    assert not Citation.objects.lost().exists()
    confirmation = SourceCheck.objects.open().get()
    assert confirmation.reason == CheckReason.CONFIRMATION

    check_again(desk, citation, minutes=2)
    assert not citation.is_confirmed, "two checks within ten minutes are one observation"

    check_again(desk, citation, minutes=11)
    assert (citation.outcome, citation.is_confirmed) == (outcome, True)
    assert Citation.objects.lost().get() == citation


def test_a_passage_that_comes_back_is_found_again(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page(), page("nothing of the kind"), page())
    citation = cited(desk)
    desk.run_checks()
    check_again(desk, citation)
    check_again(desk, citation, minutes=11)
    assert (citation.outcome, citation.is_confirmed) == ("found", True)


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (Unreachable("timeout", "No answer."), "unreachable", "failed"),
        (Refused("address", "10.0.0.1 is private."), "refused", "failed"),
        (page(status=403), "blocked", "done"),
        (page(status=429), "blocked", "done"),
        (page(status=503), "unreachable", "failed"),
        (page(status=404), "unreachable", "failed"),
    ],
    ids=["timeout", "refused", "403", "429", "503", "404"],
)
def test_an_answer_without_the_page_says_nothing_about_the_passage(
    desk: TestDesk, web: Callable[..., Web], answer: Fetched | FetchError, outcome: str, status: str
) -> None:
    web(page(), answer)
    citation = cited(desk)
    desk.run_checks()
    check_again(desk, citation)
    assert citation.outcome == "found"
    assert citation.source.outcome == outcome
    assert citation.source.failing_since == desk.at or citation.source.failing_since is not None
    assert SourceCheck.objects.exclude(status__in=["queued"]).order_by("-requested_at")[0].status == status


def test_a_page_is_gone_only_after_three_absences_over_a_day(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page(), page(status=404))
    citation = cited(desk)
    desk.run_checks()
    outcomes = []
    for hours in (1, 1, 1, 24):
        check_again(desk, citation, hours=hours)
        outcomes.append(citation.source.outcome)
    assert outcomes == ["unreachable", "unreachable", "unreachable", "gone"]
    assert Citation.objects.lost().get() == citation


def test_a_redirect_to_the_home_page_is_an_absence(desk: TestDesk, web: Callable[..., Web]) -> None:
    hop = Hop(URL, 301, "/", "93.184.215.14", ())
    web(page("all the news of today", url="https://example.org/", hops=(hop,)))
    citation = cited(desk)
    desk.run_checks()
    source = Source.objects.get()
    assert source.outcome == "unreachable"
    assert "home page" in source.detail
    assert SourceCheck.objects.get(status=CheckStatus.FAILED).hops[0]["status"] == 301
    assert Citation.objects.get(pk=citation.pk).outcome == "inconclusive"


def test_a_permanent_redirect_to_another_page_is_told(desk: TestDesk, web: Callable[..., Web]) -> None:
    hop = Hop(URL, 308, "/archive/notice", "93.184.215.14", ())
    web(page(url="https://example.org/archive/notice", hops=(hop,)))
    citation = cited(desk)
    desk.run_checks()
    citation.refresh_from_db()
    assert (citation.outcome, Source.objects.get().outcome) == ("found", "redirected")


def test_an_unread_text_never_makes_a_passage_missing(desk: TestDesk, web: Callable[..., Web]) -> None:
    import dataclasses

    web(page(), dataclasses.replace(page("cut off"), truncated=True, cut="wire_bytes"))
    citation = cited(desk)
    desk.run_checks()
    check_again(desk, citation)
    assert citation.outcome == "found"
    assert citation.source.outcome == "inconclusive"
    assert citation.findings.order_by("-at")[0].outcome == "inconclusive"


def test_a_late_duplicate_writes_nothing(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page())
    citation = cited(desk)
    late = take(desk)
    desk.tick(seconds=301)  # the lease runs out, another worker takes the check
    second = take(desk)
    assert (late.lease.fence, second.lease.fence) == (1, 2)
    result = Result(judge_answer(page()))

    assert record(second, result, at=desk.tick()) is True
    assert record(late, result, at=desk.tick()) is False
    assert give_back(late.lease, at=desk.tick(), error="late") is False
    assert SourceCheck.objects.get().outcome == "alive"
    assert citation.findings.count() == 0


def test_control_without_the_fence_the_late_duplicate_is_recorded(
    desk: TestDesk, web: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sources import recording

    web(page())
    cited(desk)
    late = take(desk)
    desk.tick(seconds=301)
    second = take(desk)
    monkeypatch.setattr(recording, "_close_check", lambda *_: recording._Closed(look_again=False))
    result = Result(judge_answer(page()))
    assert [record(case, result, at=desk.tick()) for case in (second, late)] == [True, True]


def test_an_error_of_ours_is_retried_later_and_then_quarantined(
    desk: TestDesk, web: Callable[..., Web], settings: pytest.FixtureRequest
) -> None:
    web(page())
    citation = cited(desk)
    broken = RuntimeError("disk full")
    for attempt in (1, 2, 3):
        lease = lease_due(at=desk.tick(hours=1), limit=1)[0]
        assert lease.fence == attempt
        give_back(lease, at=desk.at, error=str(broken))
    check = SourceCheck.objects.get()
    assert (check.status, check.detail) == (CheckStatus.QUARANTINED, "disk full")
    assert lease_due(at=desk.tick(hours=9), limit=1) == []

    assert retry_checks([check], by=desk.ana, at=desk.tick()).queued == 1
    assert desk.run_checks() == 1
    citation.refresh_from_db()
    assert citation.outcome == "found"


def test_workers_that_die_three_times_send_a_check_to_quarantine(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page())
    cited(desk)
    for _ in range(3):
        assert len(lease_due(at=desk.tick(hours=1), limit=1)) == 1
    assert lease_due(at=desk.tick(hours=1), limit=1) == []
    check = SourceCheck.objects.get()
    assert check.status == CheckStatus.QUARANTINED
    assert "3 attempts" in check.detail


def test_one_host_is_asked_once_a_second(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page())
    claim = desk.submit()
    for number in range(3):
        url = f"https://example.org/{number}"
        source = workflow.add_web_source(desk=desk.desk, url=url, by=desk.ana, at=desk.tick())
        desk.cite(claim, source=source)
    at = desk.tick()
    assert len(lease_due(at=at, limit=10)) == 1
    assert len(lease_due(at=at, limit=10)) == 0
    assert len(lease_due(at=at + timedelta(seconds=1), limit=10)) == 1


def test_a_schedule_queues_what_is_due_once(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page())
    citation = relied_upon(desk)
    Source.objects.filter(pk=citation.source_id).update(next_check_at=desk.tick())
    assert [queue_scheduled(at=desk.at), queue_scheduled(at=desk.at)] == [1, 0]
    assert SourceCheck.objects.open().get().reason == CheckReason.SCHEDULED
    assert citation.source.checks.count() == 2


def test_the_wait_grows_while_nothing_changes(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page())
    citation = relied_upon(desk)
    waits = []
    for hours in (0, 2, 30, 24 * 8, 24 * 31):
        check_again(desk, citation, hours=hours, seconds=1)
        waits.append(citation.source.next_check_at - citation.source.outcome_at)
    assert waits == [timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30), timedelta(days=30)]


def test_a_quarantined_check_waits_for_a_person_however_often_the_schedule_comes_round(
    desk: TestDesk, web: Callable[..., Web]
) -> None:
    web(page())
    citation = relied_upon(desk)
    Source.objects.filter(pk=citation.source_id).update(next_check_at=desk.tick())
    queue_scheduled(at=desk.at)
    for _ in range(3):
        give_back(take(desk, hours=1).lease, at=desk.at, error="a page that breaks us")
    assert citation.source.checks.filter(status=CheckStatus.QUARANTINED).count() == 1
    assert queue_scheduled(at=desk.tick(days=40)) == 0

    check_again(desk, citation)
    assert citation.source.next_check_at > desk.at


def test_what_nothing_published_relies_on_leaves_the_schedule(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page())
    citation = cited(desk)
    desk.run_checks()
    Source.objects.update(next_check_at=desk.tick())
    assert queue_scheduled(at=desk.at) == 0
    assert Source.objects.get(pk=citation.source_id).next_check_at is None


def test_a_check_that_is_open_serves_whoever_asks_next(desk: TestDesk, web: Callable[..., Web]) -> None:
    web(page())
    citation = cited(desk)
    first = SourceCheck.objects.get()
    assert workflow.request_check(citation.source, by=desk.ben, at=desk.tick()) == first


def test_the_broker_being_down_loses_nothing(
    desk: TestDesk,
    web: Callable[..., Web],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    from kombu.exceptions import OperationalError

    from sources import tasks

    def down(**options: object) -> None:
        raise OperationalError("connection refused")

    web(page())
    monkeypatch.setattr(tasks.run_checks, "apply_async", down)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        citation = cited(desk)
    assert desk.run_checks() == 1
    citation.refresh_from_db()
    assert citation.outcome == "found"


def test_a_hint_to_a_broker_that_is_down_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second try would hold up the web request that asked for the check, each by seconds."""
    from kombu import pools
    from kombu.connection import Connection

    from sources import tasks

    tried: list[Connection] = []

    def down(connection: Connection) -> None:
        tried.append(connection)
        raise ConnectionRefusedError("nobody listens")

    pools.reset()  # else a connection that an earlier test opened would serve
    monkeypatch.setattr(Connection, "_establish_connection", down)
    tasks._send_hint()
    assert len(tried) == 1
