"""What one answer says about a source: pure rules, after the table of outcomes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from sources.fetching.exchanges import Fetched, FetchError, Refused
from sources.statuses import PassageOutcome, SourceOutcome

# Answers by which a server says "not you" rather than "not here" (RFC 9110, RFC 7725).
BLOCKING = frozenset({401, 402, 403, 406, 407, 429, 451})
GONE = frozenset({404, 410})
PERMANENT = frozenset({301, 308})

# What reading found instead of the page (`reading.unread`), by what it says about the source.
WALLS: Final = {
    "paywall": "The page asks for payment or registration",
    "bot_wall": "The page asks for proof that no machine reads it",
    "login_wall": "The page asks for a login",
    "region_block": "The page is closed to our country",
}
ABSENCES: Final = {
    "not_found_page": "The page says that it does not exist",
    "parked_domain": "The domain is parked or for sale",
}
FAILURES: Final = {
    "maintenance": "The site is under maintenance",
    "server_error": "The page reports an error of its server",
}
_STANDING: Final = frozenset({PassageOutcome.FOUND, PassageOutcome.MOVED})
_CHANGES: Final = frozenset({PassageOutcome.ALTERED, PassageOutcome.MISSING, PassageOutcome.MOVED})

_HOME: Final = re.compile(
    r"/*(?:[a-z]{2}(?:[-_][a-z]{2})?/*)?(?:(?:index|home|default|start|main)(?:\.\w{2,5})?/*)?", re.I
)
_NOT_FOUND_PATH: Final = re.compile(
    r"(?:^|[/_-])(?:404|410|(?:page-?)?not-?found|page_not_found|error(?:page|404)?|fehler|hata|nicht-gefunden|bulunamadi)"
    r"(?:$|[/_.-])",
    re.I,
)
_SEARCH_PATH: Final = re.compile(r"(?:^|/)(?:search|suche|ara|arama|recherche|buscar|poisk|results)(?:$|[/.])", re.I)
_SEARCH_FIELDS: Final = frozenset({"q", "s", "query", "search", "keyword", "keywords"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the answer says.

    `is_absent`: the page was not there, which counts as gone only after repetition. `may_be_absent`: we were
    led to a page that stands in for any that is not there, so that only a passage found on it proves otherwise.
    """

    outcome: SourceOutcome
    detail: str = ""
    is_absent: bool = False
    may_be_absent: bool = False

    @property
    def has_content(self) -> bool:
        """Whether a page came back whose text may be searched, and whose text is the source's."""
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
    """An answer by its status and its way here, before its text is read.

    A 404 is absence whatever its body holds: pages that say so quote other pages, and lists of them. A redirect
    to a home page, a section, a search or a page for errors is judged when its text is read.
    """
    status = fetched.status
    if status in GONE:
        return Judgement(SourceOutcome.UNREACHABLE, f"{status} {fetched.reason}".strip(), is_absent=True)
    if status in BLOCKING:
        return Judgement(SourceOutcome.BLOCKED, f"{status} {fetched.reason}".strip())
    if not 200 <= status < 300:
        return Judgement(SourceOutcome.UNREACHABLE, f"{status} {fetched.reason}".strip())
    stand_in = led_to(fetched)
    is_moved = any(hop.status in PERMANENT for hop in fetched.hops)
    outcome = SourceOutcome.REDIRECTED if is_moved else SourceOutcome.ALIVE
    if stand_in:
        return Judgement(outcome, f"Redirected to {stand_in} {fetched.final_url}"[:500], may_be_absent=True)
    return Judgement(outcome, f"Moved for good to {fetched.final_url}"[:500] if is_moved else "")


def led_to(fetched: Fetched) -> str:
    """The kind of page that a redirect led to in place of the one asked for, or "".

    Home pages (also of a language), the section that the page was in, searches, and pages for errors.
    """
    asked, came = urlsplit(fetched.requested_url), urlsplit(fetched.final_url)
    if not fetched.hops or _HOME.fullmatch(asked.path) or (asked.path.rstrip("/") == came.path.rstrip("/")):
        return ""
    if _HOME.fullmatch(came.path) and not came.query:
        return "the home page"
    if _NOT_FOUND_PATH.search(came.path) and not _NOT_FOUND_PATH.search(asked.path):
        return "a page for errors"
    if not _is_search(asked) and _is_search(came):
        return "a search page"
    section = came.path.rstrip("/") + "/"
    return "the section" if asked.path.startswith(section) and not came.query else ""


def _is_search(url: SplitResult) -> bool:
    return bool(_SEARCH_PATH.search(url.path)) or bool(_SEARCH_FIELDS & parse_qs(url.query).keys())


def judge_reading(
    judgement: Judgement, *, complete: bool, problems: Iterable[str], passages: Iterable[str]
) -> Judgement:
    """The judgement once the text was read and every quotation looked for.

    Passages that stand decide over all else. Walls block, pages that say of themselves that they are not there
    are absent as long as no passage was found, and maintenance is a failure of today. A text that was not read
    whole is inconclusive where it matters: where some passage was not found, or none was looked for.
    """
    found, named = set(passages), list(problems)
    if found and found <= _STANDING:
        return Judgement(SourceOutcome.CHANGED, judgement.detail) if PassageOutcome.MOVED in found else judgement
    if wall := _first(WALLS, named):
        return Judgement(SourceOutcome.BLOCKED, wall)
    if not found & _STANDING:
        if failure := _first(FAILURES, named):
            return Judgement(SourceOutcome.UNREACHABLE, failure)
        if absence := _first(ABSENCES, named):
            return Judgement(SourceOutcome.UNREACHABLE, absence, is_absent=True)
        if judgement.may_be_absent:
            return Judgement(SourceOutcome.UNREACHABLE, judgement.detail, is_absent=True)
    if found & _CHANGES:
        return Judgement(SourceOutcome.CHANGED, judgement.detail)
    if not complete and (PassageOutcome.INCONCLUSIVE in found or not found):
        return Judgement(SourceOutcome.INCONCLUSIVE, "Not read whole: " + ", ".join(named))
    return judgement


def settled(judgement: Judgement, passage: str) -> PassageOutcome:
    """The outcome to record for one passage: a page that is not the source's says nothing about what is missing."""
    outcome = PassageOutcome(passage)
    if not judgement.has_content and outcome in {PassageOutcome.ALTERED, PassageOutcome.MISSING}:
        return PassageOutcome.INCONCLUSIVE
    return outcome


def _first(meanings: dict[str, str], problems: list[str]) -> str:
    return next((meanings[problem] for problem in problems if problem in meanings), "")


def counts_as_gone(*, failures: int, failing_since: datetime | None, at: datetime, times: int, over: timedelta) -> bool:
    """Whether absence, seen `failures` times in a row (this one included), has lasted long enough."""
    return failing_since is not None and failures >= times and at - failing_since >= over


def next_wait(schedule: tuple[timedelta, ...], *, changed_at: datetime, at: datetime) -> timedelta:
    """The wait until the next check: the first step longer than the time since the last change, else the last."""
    age = at - changed_at
    return next((step for step in schedule if step > age), schedule[-1])
