"""The window of checks under way: it slides, it reads no page twice, and its repeated checks hear robots.txt."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from sources import checks, intake, looking, workflow
from sources.candidates import list_waiting
from sources.fetching import Egress
from sources.fetching.exchanges import Fetched
from sources.leasing import queue_check
from sources.models import Candidate, Citation, Finding, RobotsFile, Snapshot, Source, SourceCheck
from sources.reading import Reader
from sources.statuses import CheckReason, CheckStatus
from sources.texts import main_text_of, text_of
from tests.desk import TestDesk
from tests.sources.loopback import Origin, Visit, answer
from tests.sources.test_checks import PAGE, PASSAGE, Web, check_again, cited, page


@dataclass
class SlowWeb:
    """Answers at once, but for `/slow`, which answers when all others have been asked for."""

    others: int
    patience: float = 20  # seconds
    asked: list[str] = field(default_factory=list)
    all_asked: threading.Event = field(default_factory=threading.Event)
    was_patient: bool = True

    def fetch(self, url: str) -> Fetched:
        if url.endswith("/slow"):
            self.was_patient = self.all_asked.wait(self.patience)
        else:
            self.asked.append(url)
            if len(self.asked) == self.others:
                self.all_asked.set()
        return page(url=url)


def ask(desk: TestDesk, *names: str) -> None:
    for number, name in enumerate(names):
        url = f"https://host-{number}.example/{name}"
        source = workflow.add_web_source(desk=desk.desk, url=url, by=desk.ana, at=desk.at)
        workflow.request_check(source, by=desk.ana, at=desk.at)


@pytest.fixture
def slow_web(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> SlowWeb:
    web = SlowWeb(others=6)
    monkeypatch.setattr(checks, "egress", lambda: web)
    ask(desk, "slow", *"abcdef")
    return web


def test_a_page_that_hangs_holds_up_nobody_but_itself(desk: TestDesk, slow_web: SlowWeb) -> None:
    assert checks.run_due(now=lambda: desk.at, limit=2) == 7
    assert slow_web.was_patient, "the others were asked for while it hung"


def test_control_in_batches_the_others_wait_for_it(
    desk: TestDesk, slow_web: SlowWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_web.patience = 0.5
    monkeypatch.setattr(checks._Window, "_has_room", lambda window: not window.flying)
    assert checks.run_due(now=lambda: desk.at, limit=2) == 7
    assert not slow_web.was_patient


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that were read."""
    read: list[bytes] = []
    original = Reader.read

    def counted(reader: Reader, body: bytes, **options: Any) -> object:
        read.append(body)
        return original(reader, body, **options)

    monkeypatch.setattr(Reader, "read", counted)
    return read


@pytest.fixture
def steady(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest, readings: list[bytes]
) -> Citation:
    """A passage of a page that stays as it is, checked once."""
    settings.OBEY_ROBOTS = False
    monkeypatch.setattr(checks, "egress", lambda: Web([page()]))
    citation = cited(desk)
    desk.run_checks()
    assert len(readings) == 1
    return citation


def test_an_unchanged_page_is_not_read_again_and_has_an_outcome_all_the_same(
    desk: TestDesk, steady: Citation, readings: list[bytes]
) -> None:
    check_again(desk, steady)

    assert len(readings) == 1
    assert (steady.outcome, steady.outcome_at == desk.at) == ("found", False)
    first, second = Snapshot.objects.order_by("fetched_at")
    assert (second.original, second.text, text_of(second)) == (first, "", first.text)
    assert [finding.outcome for finding in Finding.objects.all()] == ["found", "found"]
    assert steady.source.latest == second
    check_again(desk, steady)
    assert Snapshot.objects.order_by("-fetched_at")[0].original == first
    assert len(readings) == 1


def test_it_is_read_again_for_a_passage_that_nobody_looked_for(
    desk: TestDesk, steady: Citation, readings: list[bytes]
) -> None:
    late = desk.cite(steady.claim, source=steady.source, exact="named no recipient of that notice")
    desk.run_checks()
    late.refresh_from_db()
    assert (len(readings), late.outcome) == (2, "found")


def test_it_is_read_again_by_a_new_method(
    desk: TestDesk, steady: Citation, readings: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "METHOD", looking.METHOD + 1)
    check_again(desk, steady)
    assert len(readings) == 2


def test_a_changed_page_is_read_again(
    desk: TestDesk, steady: Citation, readings: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "egress", lambda: Web([page(PASSAGE.replace("Sunday", "Friday"))]))
    check_again(desk, steady)
    assert (len(readings), steady.outcome) == (2, "altered")
    check_again(desk, steady, minutes=11)
    assert (len(readings), steady.outcome, steady.is_confirmed) == (2, "altered", True)
    altered = Finding.objects.filter(outcome="altered").order_by("at")
    assert altered[0].diff == altered[1].diff != []


def test_the_article_alone_is_told_apart_when_somebody_asks(desk: TestDesk, steady: Citation) -> None:
    check_again(desk, steady)
    first, second = Snapshot.objects.order_by("fetched_at")
    assert first.main_text == ""
    assert PASSAGE in main_text_of(second)
    first.refresh_from_db()
    assert PASSAGE in first.main_text


def test_candidates_are_listed_although_the_worker_died_after_recording(desk: TestDesk, steady: Citation) -> None:
    intake.ingest(steady.source, by=desk.ana, at=desk.tick())
    Source.objects.update(candidates_at=None)
    Candidate.objects.all().delete()
    checks.sweep(now=desk.tick)
    assert Candidate.objects.exists()
    assert list_waiting(at=desk.tick()) == 0


class Robots:
    """Pages whose robots.txt forbids them to all robots."""

    def __init__(self, serve: Callable[..., Origin], rules: str) -> None:
        self.asked: list[str] = []
        self.rules = rules
        self.origin = serve(self._play)

    def _play(self, visit: Visit) -> None:
        self.asked.append(visit.path)
        is_robots = visit.path == "/robots.txt"
        body = self.rules if is_robots else PAGE.format(passage=PASSAGE)
        visit.send(answer(body.encode(), f"Content-Type: text/{'plain' if is_robots else 'html'}; charset=utf-8"))


def source_of(desk: TestDesk, robots: Robots, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Source:
    settings.FETCH_ALLOW = frozenset({robots.origin.pair})
    egress = Egress(user_agent="FactcheckBot/1.0 (+https://example.org/)", allow=settings.FETCH_ALLOW)
    monkeypatch.setattr(checks, "egress", lambda: egress)
    return workflow.add_web_source(desk=desk.desk, url=robots.origin.url("/page"), by=desk.ana, at=desk.tick())


def run(desk: TestDesk, source: Source, reason: CheckReason) -> SourceCheck:
    check = queue_check(source, at=desk.tick(), reason=reason)
    desk.run_checks()
    check.refresh_from_db()
    return check


def test_a_repeated_check_hears_robots_txt_and_one_that_a_person_asked_for_does_not(
    desk: TestDesk, serve: Callable[..., Origin], monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest
) -> None:
    robots = Robots(serve, "User-agent: *\nDisallow: /page\n")
    source = source_of(desk, robots, monkeypatch, settings)

    assert run(desk, source, CheckReason.ASKED).outcome == "alive"
    assert robots.asked == ["/page"]

    refused = run(desk, source, CheckReason.SCHEDULED)
    assert (refused.status, refused.outcome) == (CheckStatus.DONE, "blocked")
    assert "/robots.txt asks robots not to fetch /page" in refused.detail
    assert robots.asked == ["/page", "/robots.txt"]
    assert RobotsFile.objects.get().body == robots.rules

    run(desk, source, CheckReason.CONFIRMATION)
    assert robots.asked == ["/page", "/robots.txt"], "the copy serves"


def test_robots_txt_may_be_left_unheard(
    desk: TestDesk, serve: Callable[..., Origin], monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest
) -> None:
    settings.OBEY_ROBOTS = False
    robots = Robots(serve, "User-agent: *\nDisallow: /\n")
    source = source_of(desk, robots, monkeypatch, settings)
    assert run(desk, source, CheckReason.SCHEDULED).outcome == "alive"
    assert robots.asked == ["/page"]


def test_the_pace_that_robots_txt_asks_for_becomes_the_hosts(
    desk: TestDesk, serve: Callable[..., Origin], monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest
) -> None:
    robots = Robots(serve, "User-agent: *\nCrawl-delay: 20\n")
    source = source_of(desk, robots, monkeypatch, settings)
    assert run(desk, source, CheckReason.SCHEDULED).outcome == "alive"
    from sources.models import Host

    assert Host.objects.get().interval == timedelta(seconds=20)
