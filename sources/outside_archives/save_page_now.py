"""Asking the Wayback Machine to save a page: Save Page Now 2, by the Internet Archive's public description of its API.

A capture is asked for by a form, named by a job, and done within two minutes; its job is known for an hour. What goes
wrong is mostly told in JSON under the status 200, already when the capture is asked for. The same page asked for twice
within an hour gives the same capture, so that asking again after a crash does no harm.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from sources.fetching import Egress
from sources.fetching.exchanges import Fetched, FetchError, Refused
from sources.fetching.urls import canonical
from sources.outside_archives.answers import Answer, NotNow, Refusal, Trouble, Working, held, of_error, of_status

ANSWER_BYTES = 2_000_000  # lists of up to 500 embedded files and 500 links come along
A_DAY = timedelta(hours=24)
_JOB_ID = re.compile(r"[0-9A-Za-z-]{1,100}")
_TIMESTAMP = re.compile(r"[0-9]{14}")

# Of `status_ext`: limits of our account, limits of one page, and what will not change by asking again. Whatever is
# not named here is tried again, a few times.
BUSY = frozenset({"error:user-session-limit"})
SPENT = frozenset({"error:max-daily-bandwidth", "error:max-daily-bandwidth-from-ip"})
PAGE_SPENT = frozenset(
    {"error:too-many-daily-captures", "error:too-many-daily-captures-host", "error:max-daily-bandwidth-host"}
)
DEFINITE = frozenset(
    {
        "error:bad-request",
        "error:blocked",
        "error:blocked-client-ip",
        "error:blocked-url",
        "error:filesize-limit",
        "error:ftp-access-denied",
        "error:http-version-not-supported",
        "error:invalid-host-resolution",
        "error:invalid-url-syntax",
        "error:method-not-allowed",
        "error:network-authentication-required",
        "error:no-access",
        "error:not-found",
        "error:not-implemented",
        "error:too-many-redirects",
        "error:unauthorized",
    }
)


@dataclass(frozen=True, slots=True)
class Account:
    """Where captures are asked for, and on whose account."""

    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)

    def without_secret(self, text: str) -> str:
        """The text as people may read it: an answer could repeat what we sent."""
        return text.replace(self.secret, "…").replace(self.key, "…")


def submit(egress: Egress, account: Account, page: str, *, at: datetime) -> Answer:
    """Ask for a capture of `page`."""
    told = _ask(egress, account, account.url, at=at, form={"url": page, "skip_first_archive": "1"})
    if not isinstance(told, dict):
        return told
    job_id = told.get("job_id")
    if told.get("status") == "error" or job_id is None:
        return _of_error(account, told)
    if not isinstance(job_id, str) or not _JOB_ID.fullmatch(job_id):
        return Trouble("Save Page Now named a job that cannot be asked for.")
    return Working(job_id)


def poll(egress: Egress, account: Account, page: str, job_id: str, *, at: datetime) -> Answer:
    """Ask how the capture of `page` under this job is getting on."""
    told = _ask(egress, account, f"{account.url}/status/{job_id}", at=at)
    if not isinstance(told, dict):
        return told
    if told.get("status") == "pending":
        return Working(job_id)
    if told.get("status") == "success":
        return _captured(egress, account, page, told)
    return _of_error(account, told)


def _ask(
    egress: Egress, account: Account, url: str, *, at: datetime, form: dict[str, str] | None = None
) -> dict[str, Any] | NotNow | Trouble | Refusal:
    """One request on our account; its JSON object, or what its failure means."""
    headers = {"Accept": "application/json", "Authorization": f"LOW {account.key}:{account.secret}"}
    limits = replace(egress.limits, wire_bytes=ANSWER_BYTES, decoded_bytes=ANSWER_BYTES)
    out = replace(egress, limits=limits)
    try:
        if form is None:
            answer = out.fetch(url, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            answer = out.fetch(url, method="POST", body=urlencode(form).encode("ascii"), headers=headers)
    except FetchError as error:
        return of_error(error)
    if answer.status == 404 and form is None:
        return Trouble("Save Page Now no longer knows the job.", ends_job=True)
    if answer.status in {401, 403}:
        return Refusal(
            f"Save Page Now does not take our key ({answer.status}). "
            "Check FACTCHECK_SAVE_PAGE_NOW_KEY and FACTCHECK_SAVE_PAGE_NOW_SECRET."
        )
    if 300 <= answer.status < 400:
        there = answer.header("location") or "another address"
        return Refusal(f"Save Page Now has moved to {there}. Set FACTCHECK_SAVE_PAGE_NOW_URL to it.")
    return _object_in(answer) if 200 <= answer.status < 300 else of_status(answer, at=at)


def _object_in(answer: Fetched) -> dict[str, Any] | Trouble:
    try:
        told = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        told = None
    return told if isinstance(told, dict) else Trouble("Save Page Now did not answer in JSON.")


def _captured(egress: Egress, account: Account, page: str, told: dict[str, Any]) -> Answer:
    """The capture's address, by the pattern that the API's description gives."""
    timestamp, original = told.get("timestamp"), told.get("original_url")
    try:
        if not isinstance(timestamp, str) or not _TIMESTAMP.fullmatch(timestamp) or not isinstance(original, str):
            raise ValueError
        memento_at = datetime.strptime(timestamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return Trouble("Save Page Now reports a capture without its time or address.", ends_job=True)
    try:
        saved = canonical(original)
    except Refused as refused:
        return Refusal(f"What was saved has an address that we do not take: {refused.message}")
    address = f"{egress.target(account.url).origin}/web/{timestamp}/{original}"
    return held(egress, address, memento_at, "" if saved == page else f"What was saved is {saved}"[:500])


def _of_error(account: Account, told: dict[str, Any]) -> NotNow | Trouble | Refusal:
    code = str(told.get("status_ext") or "")
    message = str(told.get("message") or told.get("exception") or "no reason given")
    detail = account.without_secret(f"Save Page Now: {message} ({code or 'no code'})")
    if code in BUSY:
        return NotNow(detail)
    if code in PAGE_SPENT | SPENT:
        return NotNow(detail, A_DAY, pauses=code in SPENT)
    return Refusal(detail) if code in DEFINITE else Trouble(detail, ends_job=True)
