"""robots.txt (RFC 9309) for checks that nobody asked for: what it allows us, and the copy that we keep of it."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings
from protego import Protego

from sources.fetching import Egress
from sources.fetching.exchanges import Fetched, FetchError, Refused
from sources.fetching.urls import identify
from sources.models import RobotsFile
from sources.statuses import CheckReason, RobotsOutcome

OUR_AGENT = "FactcheckBot"
REPEATED = frozenset({CheckReason.SCHEDULED, CheckReason.CONFIRMATION})
MOST_BYTES = 500 * 1024
FRESH_FOR = timedelta(hours=24)
USABLE_FOR = timedelta(days=30)
TRIED_AGAIN_AFTER = timedelta(minutes=10)
LONGEST_CRAWL_DELAY = timedelta(seconds=60)
DEADLINE_SECONDS = 15.0

_LINE_END = re.compile(r"\r\n?|\n")
_AGENT_LINE = re.compile(r"user[\s-]*agent(?:\s*:|\s)\s*(.*)", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z_-]+")
_SOMEBODY_ELSE = "other/"  # the slash keeps it from being part of anybody's product token
_EVERYBODY = "*"
# A body cut by one of our own limits is read as far as it goes; one that broke off says nothing about its rest.
_OUR_CUTS = frozenset({"", "wire_bytes", "decoded_bytes"})


def applies_to(reason: str) -> bool:
    """Whether a check for this reason obeys robots.txt: the repeated ones do, a person's request is not a robot's."""
    return settings.OBEY_ROBOTS and reason in REPEATED


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one robots.txt for one product token."""

    rules: Protego
    agent: str

    @classmethod
    def parse(cls, body: str | bytes, *, agent: str = OUR_AGENT) -> Robots:
        """Read a robots.txt; nothing in it is an error, what is not understood is passed over."""
        text = body if isinstance(body, str) else decoded(body)
        return cls(Protego.parse(_for_one(text, agent)), agent)

    def allows(self, path_and_query: str) -> bool:
        """Whether the longest rule that matches, if one does, allows this path with its query."""
        # Behind a host of its own, since "//path" alone would be read as a host.
        return self.rules.can_fetch(f"https://host{path_and_query}", self.agent)

    @property
    def crawl_delay(self) -> timedelta | None:
        """The wait between two fetches that is asked of us, at most a minute."""
        seconds = self.rules.crawl_delay(self.agent)
        return None if seconds is None else timedelta(seconds=min(seconds, LONGEST_CRAWL_DELAY.total_seconds()))


def decoded(body: bytes) -> str:
    """The text of a robots.txt: UTF-8 by RFC 9309, UTF-16 where a mark says so, without NULs."""
    encoding = "utf-16" if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    return body.decode(encoding, "replace").replace("\x00", "")


def _for_one(text: str, agent: str) -> str:
    """The same rules, addressed to us, to everybody or to somebody else.

    The parser takes "User-agent: Fact" for us, does not take "User-agent: FactcheckBot/1.0", ends lines where RFC 9309
    does not, and copies each rule for every agent named above it: ten thousand agents with ten thousand rules fit into
    half a megabyte and would take its memory.
    """
    lines = []
    for raw in _LINE_END.split(text):
        line = " ".join(raw.partition("#")[0].splitlines()).strip()
        if found := _AGENT_LINE.match(line):
            line = f"User-agent: {_addressed(found[1], agent)}"
        lines.append(line)
    return "\n".join(lines)


def _addressed(value: str, agent: str) -> str:
    if value.split()[:1] == [_EVERYBODY]:
        return _EVERYBODY
    token = _TOKEN.match(value)
    return agent if token and token[0].lower() == agent.lower() else _SOMEBODY_ELSE


@dataclass(frozen=True, slots=True)
class StoredRobots:
    """The copy of one origin's robots.txt; the fields are those of `RobotsFile`."""

    origin: str
    outcome: RobotsOutcome
    tried_at: datetime
    fetched_at: datetime | None = None
    body: str = ""
    http_status: int | None = None
    detail: str = ""

    def is_usable(self, at: datetime) -> bool:
        """Whether its rules may still be gone by."""
        return self.fetched_at is not None and at - self.fetched_at < USABLE_FOR

    def is_due(self, at: datetime) -> bool:
        """Whether it is old enough to be fetched again, and was not tried in vain a moment ago."""
        is_fresh = self.fetched_at is not None and at - self.fetched_at < FRESH_FOR
        return not is_fresh and at - self.tried_at >= TRIED_AGAIN_AFTER


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """Whether a page may be fetched now.

    Where not, either `refusal` says which file forbids it, or `error` why no file could be had. `fetched` is
    the new copy to keep, None where the stored one served.
    """

    is_allowed: bool
    refusal: str = ""
    error: str = ""
    crawl_delay: timedelta | None = None
    fetched: StoredRobots | None = None


def origin_of(url: str) -> str:
    """The origin whose robots.txt speaks for this address. Raises `Refused`."""
    return identify(url).origin


def stored_robots(origins: Collection[str], at: datetime) -> dict[str, StoredRobots]:
    """By origin, the copies we hold of these, in one query; those too old to say anything are left out."""
    rows = RobotsFile.objects.filter(origin__in=origins, tried_at__gt=at - USABLE_FOR)
    return {
        row.origin: StoredRobots(
            origin=row.origin,
            outcome=RobotsOutcome(row.outcome),
            tried_at=row.tried_at,
            fetched_at=row.fetched_at,
            body=row.body,
            http_status=row.http_status,
            detail=row.detail,
        )
        for row in rows
    }


def obey(egress: Egress, url: str, stored: Mapping[str, StoredRobots], at: datetime) -> RobotsAnswer:
    """Ask the robots.txt of this page's origin, the stored copy or, when that is a day old, a new one.

    Touches no database and may run in any thread. Redirects of the page to another origin are not asked for there.
    """
    try:
        target = egress.target(url)
        held = stored.get(target.origin)
        file = held if held and not held.is_due(at) else _fetch(egress, target.origin, held, at)
    except Refused:  # by our own rules for this very origin: the page's fetch is refused alike, in the same words
        return RobotsAnswer(is_allowed=True)
    fetched = None if file is held else file
    if not file.is_usable(at):
        error = f"{target.origin}/robots.txt could not be had: {file.detail}"
        return RobotsAnswer(is_allowed=False, error=error, fetched=fetched)
    agent = _TOKEN.match(egress.user_agent)
    robots = Robots.parse(file.body, agent=agent[0] if agent else OUR_AGENT)
    is_allowed = robots.allows(target.request_target)
    refusal = "" if is_allowed else f"{target.origin}/robots.txt asks robots not to fetch {target.request_target}"
    return RobotsAnswer(is_allowed, refusal[:500], crawl_delay=robots.crawl_delay, fetched=fetched)


@lru_cache(maxsize=4)
def _within_limits(egress: Egress) -> Egress:
    """The same way out, for less."""
    limits = replace(
        egress.limits,
        wire_bytes=MOST_BYTES,
        decoded_bytes=MOST_BYTES,
        deadline_seconds=min(egress.limits.deadline_seconds, DEADLINE_SECONDS),
    )
    return replace(egress, limits=limits)


def _fetch(egress: Egress, origin: str, held: StoredRobots | None, at: datetime) -> StoredRobots:
    """The robots.txt of today, or the one held with the time and reason of this vain try. Raises `Refused`."""
    none = StoredRobots(origin, RobotsOutcome.NONE, tried_at=at, fetched_at=at)
    try:
        answer = _within_limits(egress).fetch(f"{origin}/robots.txt")
    except FetchError as error:
        if error.code == "redirects":  # RFC 9309 2.3.1.2: as if there were none
            return replace(none, detail=error.message)
        if isinstance(error, Refused) and not error.hops and error.code != "encoding":
            raise
        failure = f"{error.code}: {error.message}"
    else:
        told = f"{answer.status} {answer.reason}".strip()
        if 400 <= answer.status < 500:
            return replace(none, http_status=answer.status, detail=told[:500])
        if 200 <= answer.status < 300 and answer.cut in _OUR_CUTS:
            body = decoded(_whole_lines(answer))
            return replace(none, outcome=RobotsOutcome.FOUND, http_status=answer.status, body=body)
        failure = f"{told}, broken off ({answer.cut})" if answer.cut else told
    held = held or StoredRobots(origin, RobotsOutcome.UNREACHABLE, tried_at=at)
    return replace(held, tried_at=at, detail=failure[:500])


def _whole_lines(answer: Fetched) -> bytes:
    """The body without a last line that our limit cut through: of "Disallow: /private" it could leave "/"."""
    body = answer.body[:MOST_BYTES]
    return body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1] if answer.truncated else body


def keep_robots(answer: RobotsAnswer, at: datetime) -> None:
    """Keep what was fetched, and drop what nobody used for a month; a vain try never replaces rules that we hold."""
    file = answer.fetched
    if file is None:
        return
    RobotsFile.objects.filter(tried_at__lte=at - USABLE_FOR).delete()
    was_had = file.fetched_at == file.tried_at
    changed = ["outcome", "body", "http_status", "fetched_at"] if was_had else []
    RobotsFile.objects.bulk_create(
        [RobotsFile(**asdict(file))],
        update_conflicts=True,
        unique_fields=["origin"],
        update_fields=["tried_at", "detail", *changed],
    )
