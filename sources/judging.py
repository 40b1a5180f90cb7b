"""What one answer says about a source: pure rules, after the table of outcomes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sources.fetching.exchanges import Fetched, FetchError, Refused
from sources.statuses import PassageOutcome, SourceOutcome

# Answers by which a server says "not you" rather than "not here" (RFC 9110, RFC 7725).
BLOCKING = frozenset({401, 402, 403, 406, 407, 429, 451})
GONE = frozenset({404, 410})
PERMANENT = frozenset({301, 308})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the answer says. `is_absent`: the page was not there, which counts as gone only after repetition."""

    outcome: SourceOutcome
    detail: str = ""
    is_absent: bool = False

    @property
    def has_content(self) -> bool:
        """Whether a page came back whose text may be searched."""
        return self.outcome in {
            SourceOutcome.ALIVE,
            SourceOutcome.CHANGED,
            SourceOutcome.REDIRECTED,
            SourceOutcome.INCONCLUSIVE,
        }


def judge_error(error: FetchError) -> Judgement:
    """A fetch that ended without an answer."""
    outcome = SourceOutcome.REFUSED if isinstance(error, Refused) else SourceOutcome.UNREACHABLE
    return Judgement(outcome, f"{error.code}: {error.message}"[:500])


def judge_robots(*, refusal: str, error: str) -> Judgement:
    """A fetch that robots.txt forbids, or that was not made because robots.txt could not be had."""
    return Judgement(SourceOutcome.BLOCKED, refusal) if refusal else Judgement(SourceOutcome.UNREACHABLE, error[:500])


def judge_answer(fetched: Fetched) -> Judgement:
    """An answer by its status and its way here, before its text is read."""
    status = fetched.status
    if status in GONE:
        return Judgement(SourceOutcome.UNREACHABLE, f"{status} {fetched.reason}".strip(), is_absent=True)
    if status in BLOCKING:
        return Judgement(SourceOutcome.BLOCKED, f"{status} {fetched.reason}".strip())
    if not 200 <= status < 300:
        return Judgement(SourceOutcome.UNREACHABLE, f"{status} {fetched.reason}".strip())
    if went_home(fetched):
        return Judgement(SourceOutcome.UNREACHABLE, f"Redirected to the home page {fetched.final_url}", is_absent=True)
    if any(hop.status in PERMANENT for hop in fetched.hops):
        return Judgement(SourceOutcome.REDIRECTED, f"Moved for good to {fetched.final_url}"[:500])
    return Judgement(SourceOutcome.ALIVE)


def went_home(fetched: Fetched) -> bool:
    """Whether a page below the root was answered by a redirect to a root: a soft 404."""
    asked, came = urlsplit(fetched.requested_url), urlsplit(fetched.final_url)
    return bool(fetched.hops) and asked.path not in {"", "/"} and came.path in {"", "/"} and not came.query


def judge_reading(
    judgement: Judgement, *, complete: bool, problems: Iterable[str], passages: Iterable[str]
) -> Judgement:
    """The judgement once the text was read and every quotation looked for."""
    outcomes = set(passages)
    if outcomes & {PassageOutcome.ALTERED, PassageOutcome.MISSING, PassageOutcome.MOVED}:
        return Judgement(SourceOutcome.CHANGED, judgement.detail)
    if not complete and (PassageOutcome.INCONCLUSIVE in outcomes or not outcomes):
        return Judgement(SourceOutcome.INCONCLUSIVE, "Not read whole: " + ", ".join(problems))
    return judgement


def counts_as_gone(*, failures: int, failing_since: datetime | None, at: datetime, times: int, over: timedelta) -> bool:
    """Whether absence, seen `failures` times in a row (this one included), has lasted long enough."""
    return failing_since is not None and failures >= times and at - failing_since >= over


def next_wait(schedule: tuple[timedelta, ...], *, changed_at: datetime, at: datetime) -> timedelta:
    """The wait until the next check: the first step longer than the time since the last change, else the last."""
    age = at - changed_at
    return next((step for step in schedule if step > age), schedule[-1])
