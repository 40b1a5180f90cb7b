"""Looking for an archived copy by Memento (RFC 7089): its TimeGate picks the one nearest to a time.

A TimeGate either redirects to the copy, or answers with it and says in Content-Location where it lasts. A copy is
known by its Memento-Datetime header, whatever its status: an archive also keeps error pages and redirects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from sources.fetching import Egress
from sources.fetching.exchanges import Fetched, FetchError, Headers, Hop, first_header
from sources.fetching.urls import Target, join
from sources.outside_archives.answers import Answer, Refusal, held, of_error, of_status
from sources.outside_archives.links import Link, http_date, links

# A TimeMap of a page that was archived every hour for four years; what stands behind is not looked at.
TIMEMAP_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """One answer on the way from the TimeGate to the copy; `memento_at` where it is a copy."""

    url: str
    status: int
    headers: Headers
    memento_at: datetime | None

    @classmethod
    def of(cls, answer: Hop | Fetched) -> Step:
        url = answer.url if isinstance(answer, Hop) else answer.final_url
        return cls(url, answer.status, answer.headers, http_date(first_header(answer.headers, "memento-datetime")))

    @property
    def is_redirect(self) -> bool:
        return 300 <= self.status < 400

    @property
    def links(self) -> list[Link]:
        return [link for name, value in self.headers if name.lower() == "link" for link in links(value)]


def look_up(egress: Egress, timegate: str, url: str, *, near: datetime | None, at: datetime) -> Answer:
    """
    Ask a TimeGate for the copy of `url` nearest to `near`, or for the newest.

    Where that is of an error page, the newest older copy is taken. At most three requests, of heads but for a TimeMap.
    """
    wanted = {} if near is None else {"Accept-Datetime": format_datetime(near.astimezone(UTC), usegmt=True)}
    try:
        answer = egress.fetch(timegate + url, method="HEAD", headers=wanted)
        steps = [Step.of(hop) for hop in answer.hops] + [Step.of(answer)]
        last = steps[-1]
        copy = memento_among(steps)
        if copy is None or (last.memento_at is None and last.status >= 400):
            return _without_memento(answer, at)
        if last.memento_at and last.status >= 400:
            return _older(egress, steps, before=last.memento_at)
        return _lasting(egress, copy, is_timegate=copy is steps[0])
    except FetchError as error:
        return of_error(error)


def memento_among(steps: Sequence[Step]) -> Step | None:
    """The first answer that is a copy. The TimeGate's own redirect is none, even where it carries a copy's date."""
    return next((step for step in steps if step.memento_at and not (step is steps[0] and step.is_redirect)), None)


def _without_memento(answer: Fetched, at: datetime) -> Answer:
    if answer.status in {404, 410}:
        return Refusal("The archive has no copy of this address.")
    if answer.status >= 400:
        return of_status(answer, at=at)
    return Refusal(f"{answer.final_url} does not answer as a Memento archive. Check FACTCHECK_MEMENTO_TIMEGATE.")


def _lasting(egress: Egress, copy: Step, *, is_timegate: bool) -> Answer:
    """The copy at an address that will show the same copy tomorrow, which a TimeGate's own would not."""
    assert copy.memento_at is not None
    address = _named_address(egress.target(copy.url), copy) if is_timegate else copy.url
    if address is None:
        return Refusal("The archive has a copy, but names no lasting address for it.")
    return held(egress, address, copy.memento_at, "It is the copy of a redirect." if copy.is_redirect else "")


def _named_address(timegate: Target, copy: Step) -> str | None:
    """The copy's address that a TimeGate names when it answers with the copy itself; only one at its own origin."""
    names = [first_header(copy.headers, "content-location") or ""]
    names += [link.target for link in copy.links if "memento" in link.relations and link.at == copy.memento_at]
    addresses = (join(timegate, name) for name in names if name)
    return next((address for address in addresses if address.startswith(f"{timegate.origin}/")), None)


def _older(egress: Egress, steps: Sequence[Step], *, before: datetime) -> Answer:
    """The newest copy from before an error page was archived, by the archive's TimeMap."""
    nothing = Refusal(f"The nearest copy, of {before:%Y-%m-%d}, is of an error page; no older one was found.")
    listed = _copies_listed(egress, steps)
    older = [(at, address) for at, address in listed if at < before]
    if not older:
        return nothing
    found = egress.fetch(max(older)[1], method="HEAD")
    copy = Step.of(found)
    if copy.memento_at is None or copy.status >= 400:
        return nothing
    return held(egress, copy.url, copy.memento_at, "The nearest copy was of an error page; this one is older.")


def _copies_listed(egress: Egress, steps: Sequence[Step]) -> list[tuple[datetime, str]]:
    """Times and addresses of all copies, by the TimeMap that the answers link to."""
    named = [(step, link.target) for step in reversed(steps) for link in step.links if "timemap" in link.relations]
    if not named:
        return []
    step, target = named[0]
    limits = replace(egress.limits, wire_bytes=TIMEMAP_BYTES, decoded_bytes=TIMEMAP_BYTES)
    timemap = replace(egress, limits=limits).fetch(join(egress.target(step.url), target))
    if timemap.status != 200:
        return []
    base = egress.target(timemap.final_url)
    # As headers are read, which is what `join` expects.
    found = links(timemap.body.decode("latin-1"))
    return [(link.at, join(base, link.target)) for link in found if "memento" in link.relations and link.at]
