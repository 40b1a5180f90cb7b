"""A small web archive on loopback: a Memento TimeGate with TimeMaps, and Save Page Now.

It plays what these public documents describe, and refuses requests that they do not allow:

RFC 7089 (Memento)
- A TimeGate takes GET and HEAD with Accept-Datetime (2.1.1: an IMF-fixdate in GMT; anything else gets 400, 4.5.3) and
  picks the copy nearest in time; without the header the newest (4.2). It knows no copy: 404 (4.5.3).
- 302 style (4.2.1): Location names the copy, Vary has accept-datetime, no Memento-Datetime; Link names original,
  timemap and the copies first, prev, next, last.
- 200 style (4.1.2 and 4.2.2): the TimeGate answers with the copy, Memento-Datetime, and Content-Location.
- A copy has Memento-Datetime and Link with original, timegate, timemap; a copy of a redirect or of an error page has
  that status, and Memento-Datetime too (4.5.4).
- A TimeMap (5) lists original, timegate, itself with from and until, and each copy with its datetime, as
  application/link-format: comma-separated, a line each.

Save Page Now 2, "Public API Docs" of the Internet Archive (October 2025)
- POST /save with a form (url=…), Accept: application/json and "Authorization: LOW key:secret"; without a good key 401.
- {"url", "job_id"}; asked again within an hour the same job and a message. GET /save/status/<job> with the key:
  {"status": "pending", "job_id", "resources"}, {"status": "success", "timestamp", "original_url" (after redirects),
  "duration_sec", "resources", "outlinks"}, or {"status": "error", "status_ext", "message", "exception"}.
- Errors come under the status 200, also in answer to the POST, then without a job. A job that is too old: 404.
- More requests than are taken: 429 with Retry-After.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha1
from typing import Any
from urllib.parse import parse_qs

from tests.sources.loopback import Visit, answer

KEY, SECRET = "our-key", "our-secret"
STAMP = "%Y%m%d%H%M%S"


def http(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


@dataclass(frozen=True)
class Copy:
    """One capture: of when, with which status, and where it redirects."""

    at: datetime
    status: str = "200 OK"
    location: str = ""


@dataclass
class Archive:
    """The archive's state. `style` is the TimeGate's: 302 or 200. `busy` answers come before any other."""

    copies: dict[str, list[Copy]] = field(default_factory=dict)
    style: str = "302"
    date_on_redirect: bool = False  # against RFC 7089 4.2.1, but seen
    busy: list[bytes] = field(default_factory=list)
    jobs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    submitted: list[dict[str, str]] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)  # of a POST, under 200
    progress: list[dict[str, Any]] = field(default_factory=list)  # of the next job

    def __call__(self, visit: Visit) -> None:
        visit.send(self._answer(visit))

    def _answer(self, visit: Visit) -> bytes:
        if self.busy:
            return self.busy.pop(0)
        method, path = visit.request.split(b" ", 2)[0].decode(), visit.path
        headers = _headers(visit.request)
        here = f"http://{headers['host']}"
        if path == "/save" and method == "POST":
            return self._save(headers, visit.request.partition(b"\r\n\r\n")[2])
        if path.startswith("/save/status/"):
            return self._status(headers, path.removeprefix("/save/status/"))
        if path.startswith("/web/timemap/link/"):
            return self._timemap(here, path.removeprefix("/web/timemap/link/"))
        first, _, rest = path.removeprefix("/web/").partition("/")
        if first.isdigit():
            found = self._memento(here, first, rest)
        else:
            found = self._timegate(here, path.removeprefix("/web/"), headers)
        return found.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == "HEAD" else found

    # --- Memento ---

    def _timegate(self, here: str, url: str, headers: dict[str, str]) -> bytes:
        copies = sorted(self.copies.get(url, []), key=lambda copy: copy.at)
        if not copies:
            return answer(b"never archived", status="404 Not Found")
        wanted = copies[-1].at
        if "accept-datetime" in headers:
            try:
                wanted = datetime.strptime(headers["accept-datetime"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
            except ValueError:
                return answer(b"no date", status="400 Bad Request")
        copy = min(copies, key=lambda copy: abs(copy.at - wanted))
        lasting = f"{here}/web/{copy.at:{STAMP}}/{url}"
        common = ["Vary: accept-datetime", self._link(here, url, copies)]
        if self.style == "200":
            return answer(b"page", *common, f"Memento-Datetime: {http(copy.at)}", f"Content-Location: {lasting}")
        dated = [f"Memento-Datetime: {http(copy.at)}"] if self.date_on_redirect else []
        return answer(b"", f"Location: {lasting}", *common, *dated, status="302 Found")

    def _memento(self, here: str, stamp: str, url: str) -> bytes:
        found = [copy for copy in self.copies.get(url, []) if f"{copy.at:{STAMP}}" == stamp]
        if not found:
            return answer(b"no such copy", status="404 Not Found")
        copy = found[0]
        moved = [f"Location: {here}{copy.location}"] if copy.location else []
        lines = [f"Memento-Datetime: {http(copy.at)}", self._link(here, url, self.copies[url]), *moved]
        return answer(b"the page of that day", *lines, status=copy.status)

    def _link(self, here: str, url: str, copies: list[Copy]) -> str:
        named = [
            f'<{url}>; rel="original"',
            f'<{here}/web/{url}>; rel="timegate"',
            f'<{here}/web/timemap/link/{url}>; rel="timemap"; type="application/link-format"',
            f'<{here}/web/{copies[0].at:{STAMP}}/{url}>; rel="first memento"; datetime="{http(copies[0].at)}"',
            f'<{here}/web/{copies[-1].at:{STAMP}}/{url}>; rel="last memento"; datetime="{http(copies[-1].at)}"',
        ]
        return "Link: " + ", ".join(named)

    def _timemap(self, here: str, url: str) -> bytes:
        copies = sorted(self.copies[url], key=lambda copy: copy.at)
        span = f'from="{http(copies[0].at)}"; until="{http(copies[-1].at)}"'
        rows = [
            f'<{url}>;rel="original"',
            f'<{here}/web/timemap/link/{url}>; rel="self";type="application/link-format"; {span}',
            f'<{here}/web/{url}>; rel="timegate"',
            *(f'</web/{copy.at:{STAMP}}/{url}>;rel="memento";datetime="{http(copy.at)}"' for copy in copies),
        ]
        return answer(",\n ".join(rows).encode(), "Content-Type: application/link-format")

    # --- Save Page Now ---

    def _save(self, headers: dict[str, str], body: bytes) -> bytes:
        if refused := self._no_key(headers):
            return refused
        if headers.get("content-type") != "application/x-www-form-urlencoded":
            return answer(b"no form", status="400 Bad Request")
        form = {name: values[0] for name, values in parse_qs(body.decode(), strict_parsing=True).items()}
        self.submitted.append(form)
        if self.refusals:
            return _json(self.refusals.pop(0))
        job = f"spn2-{sha1(form['url'].encode(), usedforsecurity=False).hexdigest()}"
        told: dict[str, Any] = {"url": form["url"], "job_id": job}
        if job in self.jobs:
            told["message"] = "The same snapshot had been made 2 minutes ago."
        self.jobs[job] = self.progress or [pending(), success(form["url"])]
        return _json(told)

    def _status(self, headers: dict[str, str], job: str) -> bytes:
        if refused := self._no_key(headers):
            return refused
        if job not in self.jobs:
            return answer(b"", status="404 Not Found")
        states = self.jobs[job]
        return _json({"job_id": job, **(states.pop(0) if len(states) > 1 else states[0])})

    def _no_key(self, headers: dict[str, str]) -> bytes | None:
        if headers.get("accept") != "application/json":
            return answer(b"<html>Save Page Now</html>")
        if headers.get("authorization") != f"LOW {KEY}:{SECRET}":
            return answer(b'{"message": "You need to be logged in"}', status="401 Unauthorized")
        return None


def pending() -> dict[str, Any]:
    return {"status": "pending", "resources": []}


def success(original: str, stamp: str = "20260302090130") -> dict[str, Any]:
    return {
        "status": "success",
        "original_url": original,
        "timestamp": stamp,
        "duration_sec": 6.203,
        "resources": [original],
        "outlinks": {},
    }


def error(code: str, message: str = "It did not work.") -> dict[str, Any]:
    return {"status": "error", "status_ext": code, "message": message, "exception": "Oh", "resources": []}


def too_many(seconds: str = "120") -> bytes:
    lines = [f"Retry-After: {seconds}"] if seconds else []
    return answer(b"slow down", *lines, status="429 Too Many Requests")


def _headers(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _json(told: dict[str, Any]) -> bytes:
    return answer(json.dumps(told).encode(), "Content-Type: application/json")
