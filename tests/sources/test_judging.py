"""What one answer says about a source, as pure rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sources.fetching.exchanges import Fetched, FetchError, Hop, Refused, Unreachable
from sources.judging import (
    ABSENCES,
    BLOCKING,
    FAILURES,
    WALLS,
    Judgement,
    counts_as_gone,
    judge_answer,
    judge_error,
    judge_reading,
    judge_robots,
    next_wait,
    settled,
)
from sources.statuses import PassageOutcome, SourceOutcome

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCHEDULE = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
ASKED = "https://example.org/news/2026/03/bread-prices"
ALIVE = Judgement(SourceOutcome.ALIVE)
FOUND, MOVED, ALTERED, MISSING, INCONCLUSIVE = PassageOutcome
STANDING = [[FOUND], [FOUND, FOUND]]
LOST = [[], [MISSING], [ALTERED], [INCONCLUSIVE], [MISSING, INCONCLUSIVE]]


def answer(status: int = 200, *, asked: str = ASKED, final: str = "", hops: tuple[int, ...] = ()) -> Fetched:
    return Fetched(
        requested_url=asked,
        final_url=final or asked,
        hops=tuple(Hop(asked, hop, final, "93.184.215.14", ()) for hop in hops),
        status=status,
        reason="Reason",
        headers=(),
        wire=b"",
        body=b"",
        truncated=False,
        address="93.184.215.14",
        http_version="HTTP/1.1",
        request_headers=(),
        elapsed_seconds=0.1,
    )


class TestAnswers:
    @pytest.mark.parametrize("status", sorted(BLOCKING))
    def test_not_you_is_blocked(self, status: int) -> None:
        judged = judge_answer(answer(status))

        assert (judged.outcome, judged.is_absent, judged.has_content) == (SourceOutcome.BLOCKED, False, False)

    @pytest.mark.parametrize("status", [404, 410])
    def test_not_here_is_absence_and_not_yet_gone(self, status: int) -> None:
        judged = judge_answer(answer(status))

        assert (judged.outcome, judged.is_absent, judged.has_content) == (SourceOutcome.UNREACHABLE, True, False)
        assert str(status) in judged.detail

    @pytest.mark.parametrize("status", [300, 304, 400, 408, 418, 500, 502, 503, 504, 522])
    def test_anything_else_says_nothing_about_the_content(self, status: int) -> None:
        judged = judge_answer(answer(status))

        assert (judged.outcome, judged.is_absent, judged.has_content) == (SourceOutcome.UNREACHABLE, False, False)

    @pytest.mark.parametrize(
        ("error", "outcome"),
        [
            (Refused("address", "a private address"), SourceOutcome.REFUSED),
            (Unreachable("timeout", "no answer"), SourceOutcome.UNREACHABLE),
        ],
    )
    def test_no_answer_is_unreachable_unless_we_refused(self, error: FetchError, outcome: SourceOutcome) -> None:
        judged = judge_error(error)

        assert (judged.outcome, judged.is_absent) == (outcome, False)
        assert judged.detail == f"{error.code}: {error.message}"

    def test_robots_are_blocked_by_a_refusal_and_by_nothing_else(self) -> None:
        assert judge_robots(refusal="asks robots to stay away", error="").outcome == SourceOutcome.BLOCKED
        assert judge_robots(refusal="", error="could not be had").outcome == SourceOutcome.UNREACHABLE

    @pytest.mark.parametrize(
        ("final", "kind"),
        [
            ("https://example.org/", "the home page"),
            ("https://example.org", "the home page"),
            ("https://www.example.org/index.html", "the home page"),
            ("https://example.org/en/", "the home page"),
            ("https://example.org/de-AT", "the home page"),
            ("https://example.com/", "the home page"),
            ("https://example.org/news/", "the section"),
            ("https://example.org/news/2026", "the section"),
            ("https://example.org/404", "a page for errors"),
            ("https://example.org/errors/not-found.html", "a page for errors"),
            ("https://example.org/page-not-found/", "a page for errors"),
            ("https://example.org/search?q=bread+prices", "a search page"),
            ("https://example.org/?s=bread", "a search page"),
        ],
    )
    @pytest.mark.parametrize("hop", [301, 302])
    def test_a_redirect_to_a_page_that_stands_in_for_others_may_be_absence(
        self, final: str, kind: str, hop: int
    ) -> None:
        judged = judge_answer(answer(final=final, hops=(hop,)))

        assert (judged.may_be_absent, judged.is_absent, judged.has_content) == (True, False, True)
        assert kind in judged.detail

    @pytest.mark.parametrize(
        ("asked", "final"),
        [
            (ASKED, "https://www.example.org/news/2026/03/bread-prices"),
            (ASKED, "https://example.org/news/2026/03/bread-prices/"),
            (ASKED, "https://example.org/archive/bread-prices"),
            (ASKED, "https://example.org/news/2026/03/bread-prices-rise"),
            (ASKED, "https://example.org/?p=1234"),
            ("https://example.org/", "https://example.org/en/"),
            ("https://example.org/de", "https://example.org/"),
            ("https://example.org/search?q=bread", "https://example.org/suche?q=bread"),
            ("https://example.org/404-errors-explained", "https://example.org/blog/404-errors-explained"),
        ],
    )
    def test_other_redirects_are_only_told_when_they_are_for_good(self, asked: str, final: str) -> None:
        assert judge_answer(answer(asked=asked, final=final, hops=(302,))) == ALIVE
        moved = judge_answer(answer(asked=asked, final=final, hops=(302, 308)))
        assert (moved.outcome, moved.may_be_absent) == (SourceOutcome.REDIRECTED, False)


class TestReadings:
    @pytest.mark.parametrize(
        ("complete", "passages", "outcome"),
        [
            (True, [], SourceOutcome.ALIVE),
            (True, [FOUND], SourceOutcome.ALIVE),
            (True, [MOVED], SourceOutcome.CHANGED),
            (True, [FOUND, MISSING], SourceOutcome.CHANGED),
            (True, [FOUND, INCONCLUSIVE], SourceOutcome.ALIVE),
            (False, [FOUND], SourceOutcome.ALIVE),
            (False, [FOUND, INCONCLUSIVE], SourceOutcome.INCONCLUSIVE),
            (False, [INCONCLUSIVE], SourceOutcome.INCONCLUSIVE),
            (False, [], SourceOutcome.INCONCLUSIVE),
        ],
    )
    def test_a_text_read_in_part_is_judged_by_what_was_looked_for(
        self, complete: bool, passages: list[PassageOutcome], outcome: SourceOutcome
    ) -> None:
        judged = judge_reading(ALIVE, complete=complete, problems=["cut off"], passages=passages)

        assert judged.outcome == outcome
        assert ("cut off" in judged.detail) == (outcome == SourceOutcome.INCONCLUSIVE)

    @pytest.mark.parametrize("problem", WALLS)
    @pytest.mark.parametrize("passages", [*LOST, [FOUND, INCONCLUSIVE]])
    def test_a_wall_blocks(self, problem: str, passages: list[PassageOutcome]) -> None:
        judged = judge_reading(ALIVE, complete=False, problems=["empty_script_shell", problem], passages=passages)

        assert (judged.outcome, judged.is_absent, judged.detail) == (SourceOutcome.BLOCKED, False, WALLS[problem])

    @pytest.mark.parametrize("problem", ABSENCES)
    @pytest.mark.parametrize("passages", LOST)
    def test_a_page_that_says_it_is_not_there_is_absent(self, problem: str, passages: list[PassageOutcome]) -> None:
        judged = judge_reading(ALIVE, complete=False, problems=[problem], passages=passages)

        assert (judged.outcome, judged.is_absent) == (SourceOutcome.UNREACHABLE, True)
        assert judged.detail == ABSENCES[problem]

    @pytest.mark.parametrize("problem", FAILURES)
    @pytest.mark.parametrize("passages", LOST)
    def test_maintenance_says_nothing_about_the_content(self, problem: str, passages: list[PassageOutcome]) -> None:
        judged = judge_reading(ALIVE, complete=False, problems=[problem, "not_found_page"], passages=passages)

        assert (judged.outcome, judged.is_absent) == (SourceOutcome.UNREACHABLE, False)

    @pytest.mark.parametrize("problem", ["cookie_wall", "empty_script_shell", "frames", "meta_refresh", "truncated"])
    def test_what_could_not_be_read_is_inconclusive(self, problem: str) -> None:
        judged = judge_reading(ALIVE, complete=False, problems=[problem], passages=[INCONCLUSIVE])

        assert (judged.outcome, judged.is_absent) == (SourceOutcome.INCONCLUSIVE, False)

    @pytest.mark.parametrize("passages", LOST)
    def test_a_redirect_to_a_stand_in_is_absence_where_no_passage_stands(self, passages: list[PassageOutcome]) -> None:
        led = judge_answer(answer(final="https://example.org/", hops=(301,)))

        judged = judge_reading(led, complete=True, problems=[], passages=passages)

        assert (judged.outcome, judged.is_absent) == (SourceOutcome.UNREACHABLE, True)
        assert "home page" in judged.detail

    def test_a_bot_wall_behind_a_redirect_says_nothing_about_the_page(self) -> None:
        led = judge_answer(answer(final="https://example.org/", hops=(302,)))

        judged = judge_reading(led, complete=False, problems=["bot_wall"], passages=[INCONCLUSIVE])

        assert (judged.outcome, judged.is_absent) == (SourceOutcome.BLOCKED, False)

    @pytest.mark.parametrize("problem", ["", *WALLS, *ABSENCES, *FAILURES, "truncated"])
    @pytest.mark.parametrize("passages", STANDING)
    def test_control_where_every_passage_stands_nothing_else_counts(
        self, problem: str, passages: list[PassageOutcome]
    ) -> None:
        led = judge_answer(answer(final="https://example.org/", hops=(302,)))
        for base in (ALIVE, led):
            judged = judge_reading(base, complete=not problem, problems=[problem], passages=passages)

            assert (judged.outcome, judged.is_absent) == (SourceOutcome.ALIVE, False)

    @pytest.mark.parametrize("outcome", PassageOutcome)
    def test_nothing_is_lost_from_a_page_that_is_not_the_sources(self, outcome: PassageOutcome) -> None:
        absent = Judgement(SourceOutcome.UNREACHABLE, is_absent=True)

        assert settled(ALIVE, outcome) == outcome
        assert settled(absent, outcome) == (INCONCLUSIVE if outcome in {ALTERED, MISSING} else outcome)


class TestTime:
    @pytest.mark.parametrize(
        ("unchanged_for", "wait"),
        [
            (timedelta(0), timedelta(days=1)),
            (timedelta(hours=23), timedelta(days=1)),
            (timedelta(days=1), timedelta(days=7)),
            (timedelta(days=29), timedelta(days=30)),
            (timedelta(days=900), timedelta(days=30)),
        ],
        ids=str,
    )
    def test_the_longer_a_page_stays_the_same_the_longer_we_wait(
        self, unchanged_for: timedelta, wait: timedelta
    ) -> None:
        assert next_wait(SCHEDULE, changed_at=AT - unchanged_for, at=AT) == wait

    @pytest.mark.parametrize(
        ("failures", "hours", "is_gone"), [(3, 24, True), (2, 24, False), (3, 23, False), (9, 99, True)]
    )
    def test_absence_counts_only_when_repeated_and_lasting(self, failures: int, hours: int, is_gone: bool) -> None:
        rule = {"times": 3, "over": timedelta(days=1)}
        since = AT - timedelta(hours=hours)

        assert counts_as_gone(failures=failures, failing_since=since, at=AT, **rule) is is_gone
        assert not counts_as_gone(failures=failures, failing_since=None, at=AT, **rule)
