"""What an outside archive can answer, as far as the ledger is concerned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sources.fetching import Egress
from sources.fetching.exchanges import Fetched, FetchError, Refused
from sources.politeness import retry_after

RATE_LIMITED = timedelta(minutes=5)  # the pause after "too many requests" without a time


@dataclass(frozen=True, slots=True)
class Held:
    """The archive has a copy: where it is read, and when it was taken."""

    url: str
    memento_at: datetime
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Working:
    """The archive is making the copy, under this job."""

    job_id: str


@dataclass(frozen=True, slots=True)
class NotNow:
    """We came too early or too often: to be asked again after `wait`. `pauses`: nothing else is to be asked either."""

    detail: str
    wait: timedelta = RATE_LIMITED
    pauses: bool = True


@dataclass(frozen=True, slots=True)
class Trouble:
    """It came to nothing this time. `is_down`: the archive could not be reached. `ends_job`: the job is no more."""

    detail: str
    is_down: bool = False
    ends_job: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A definite no: asking again would bring the same."""

    detail: str


Answer = Held | Working | NotNow | Trouble | Refusal


def held(egress: Egress, url: str, memento_at: datetime, detail: str = "") -> Held | Refusal:
    """A copy at an address in canonical form, which passed the rules for addresses: people are sent there."""
    try:
        return Held(egress.target(url).url, memento_at, detail)
    except Refused as refused:
        return Refusal(f"The archive names an address that we do not take: {refused.message}")


def of_error(error: FetchError) -> Trouble | Refusal:
    """What a fetch without an answer means."""
    if isinstance(error, Refused):
        return Refusal(f"{error.code}: {error.message}")
    return Trouble(f"{error.code}: {error.message}", is_down=True)


def of_status(fetched: Fetched, *, at: datetime) -> NotNow | Trouble | Refusal:
    """What an answer means by its status alone, when that is no success."""
    told = f"The archive answered {fetched.status} {fetched.reason}".strip() + "."
    wait = retry_after(fetched.header("retry-after"), at=at)
    if fetched.status == 429 or (fetched.status == 503 and wait):
        return NotNow(told, wait or RATE_LIMITED)
    if fetched.status >= 500:
        return Trouble(told, is_down=True)
    return Refusal(told)
