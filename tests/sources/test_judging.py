"""What one answer says about a source, as pure rules."""

from datetime import UTC, datetime, timedelta

import pytest

from sources.judging import Judgement, counts_as_gone, judge_reading, next_wait
from sources.statuses import PassageOutcome, SourceOutcome

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SCHEDULE = (timedelta(days=1), timedelta(days=7), timedelta(days=30))


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
def test_the_longer_a_page_stays_the_same_the_longer_we_wait(unchanged_for: timedelta, wait: timedelta) -> None:
    assert next_wait(SCHEDULE, changed_at=AT - unchanged_for, at=AT) == wait


@pytest.mark.parametrize(
    ("failures", "hours", "is_gone"), [(3, 24, True), (2, 24, False), (3, 23, False), (9, 99, True)]
)
def test_absence_counts_only_when_repeated_and_lasting(failures: int, hours: int, is_gone: bool) -> None:
    rule = {"times": 3, "over": timedelta(days=1)}
    since = AT - timedelta(hours=hours)
    assert counts_as_gone(failures=failures, failing_since=since, at=AT, **rule) is is_gone
    assert not counts_as_gone(failures=failures, failing_since=None, at=AT, **rule)


@pytest.mark.parametrize(
    ("complete", "passages", "outcome"),
    [
        (True, [], SourceOutcome.ALIVE),
        (True, [PassageOutcome.FOUND], SourceOutcome.ALIVE),
        (True, [PassageOutcome.FOUND, PassageOutcome.MISSING], SourceOutcome.CHANGED),
        (False, [PassageOutcome.ALTERED], SourceOutcome.CHANGED),
        (False, [PassageOutcome.FOUND], SourceOutcome.ALIVE),
        (False, [PassageOutcome.INCONCLUSIVE], SourceOutcome.INCONCLUSIVE),
        (False, [], SourceOutcome.INCONCLUSIVE),
    ],
)
def test_a_text_read_in_part_is_judged_by_what_was_looked_for(
    complete: bool, passages: list[PassageOutcome], outcome: SourceOutcome
) -> None:
    judged = judge_reading(Judgement(SourceOutcome.ALIVE), complete=complete, problems=["cut off"], passages=passages)
    assert judged.outcome == outcome
    assert ("cut off" in judged.detail) == (outcome == SourceOutcome.INCONCLUSIVE)
