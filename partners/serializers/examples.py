"""Examples for the API's description, after the founding case."""

from collections.abc import Mapping
from typing import Any

from partners.exceptions import TITLES

_BASE = "https://desk.example"
_CLAIM_ID = "0190a5b0-3c1e-7d40-9a52-0c6f6e2f1a01"
_VERDICT_ID = "0190a5b0-7f02-7c11-8e3b-5d1c0a4b2e02"
_CITATION_ID = "0190a5b0-4e55-7a90-b1aa-9f3e7d6c5b03"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

_CLAIMANT = {"name": "Turkish Defence Ministry", "kind": "organisation", "role": "", "same_as": []}
_POSITION = {
    "party": "Turkish Defence Ministry",
    "stance": "asserts",
    "on": "2020-02-03",
    "place": "Ankara",
    "quote": "the positions had been notified beforehand",
    "source": "https://news.example/idlib",
}
_CITATION = {
    "id": _CITATION_ID,
    "stance": "supports",
    "role": "appearance",
    "primary": False,
    "source": {
        "url": "https://news.example/idlib",
        "publisher": "A wire service",
        "title": "Shelling in Idlib",
        "published_on": "2020-02-04",
    },
    "quotation": {
        "exact": "the positions had been notified beforehand",
        "prefix": "said that ",
        "suffix": ".",
    },
    "outcome": "found",
    "checked_at": "2026-03-02T09:14:00Z",
    "snapshot_sha256": _HASH,
}
_CORRECTION = {
    "type": "clarification",
    "reason": "The summary named the wrong day.",
    "at": "2026-03-04T08:00:00Z",
    "supersedes": 1,
}
_LOG = {"index": 41, "leaf_hash": _HASH}

VERDICT: Mapping[str, Any] = {
    "id": _VERDICT_ID,
    "version": 2,
    "url": f"{_BASE}/verdicts/{_VERDICT_ID}/",
    "status": "in_force",
    "evidence_status": "intact",
    "claim": {
        "id": _CLAIM_ID,
        "text": "Turkey told Russia where its troops were before they were shelled.",
        "said": "the positions had been notified beforehand",
        "language": "en",
        "topics": ["syria"],
        "claimants": [_CLAIMANT],
        "first_appearance": {"url": "https://news.example/idlib", "published_on": "2020-02-04"},
        "positions": [_POSITION],
    },
    "rating": {
        "code": "unproven",
        "label": "Unproven",
        "value": None,
        "worst": 1,
        "best": 5,
        "scale_version": 1,
    },
    "headline": "No record shows that notice was given",
    "summary": "Both sides made statements; neither showed a message.",
    "justification": "**What was claimed.** …",
    "what_would_change_it": "A dated message or a receipt.",
    "language": "en",
    "citations": [_CITATION],
    "gate_exceptions": {},
    "correction": _CORRECTION,
    "published_at": "2026-03-02T10:00:00Z",
    "updated_at": "2026-03-04T08:00:00Z",
    "version_published_at": "2026-03-04T08:00:00Z",
    "content_hash": _HASH,
    "log": _LOG,
}
VERDICT_PAGE: Mapping[str, Any] = {
    "results": [VERDICT],
    "next": f"{_BASE}/api/v1/verdicts/?cursor=AAWeOZzk4AABkKWwfwJ8EY47XRwKSy4C",
}
VERSIONS: Mapping[str, Any] = {
    "id": _VERDICT_ID,
    "results": [
        {
            "version": 2,
            "url": f"{_BASE}/api/v1/verdicts/{_VERDICT_ID}/?version=2",
            "status": "in_force",
            "rating": "unproven",
            "headline": VERDICT["headline"],
            "published_at": "2026-03-04T08:00:00Z",
            "correction": _CORRECTION,
            "content_hash": _HASH,
            "log": _LOG,
        }
    ],
}
CLAIM: Mapping[str, Any] = {
    "id": _CLAIM_ID,
    "url": f"{_BASE}/api/v1/claims/{_CLAIM_ID}/",
    "status": "published",
    "text": VERDICT["claim"]["text"],
    "said": VERDICT["claim"]["said"],
    "language": "en",
    "topics": ["syria"],
    "claimants": [_CLAIMANT],
    "positions": [_POSITION],
    "appearances": [
        {
            "citation": _CITATION_ID,
            "url": "https://news.example/idlib",
            "publisher": "A wire service",
            "published_on": "2020-02-04",
        }
    ],
    "citations": [
        {
            **_CITATION,
            "source": {**_CITATION["source"], "outcome": "alive", "checked_at": "2026-03-02T09:14:00Z"},  # type: ignore[dict-item]
        }
    ],
    "declined": None,
    "verdict": {
        "id": _VERDICT_ID,
        "version": 2,
        "status": "in_force",
        "url": f"{_BASE}/api/v1/verdicts/{_VERDICT_ID}/",
    },
    "submitted_at": "2026-03-02T09:00:00Z",
    "updated_at": "2026-03-04T08:00:00Z",
}
CLAIM_PAGE: Mapping[str, Any] = {"results": [CLAIM], "next": None}
CHANGES: Mapping[str, Any] = {
    "results": [
        {
            "seq": 7,
            "type": "verdict.corrected",
            "at": "2026-03-04T08:00:00Z",
            "claim_id": _CLAIM_ID,
            "verdict_id": _VERDICT_ID,
            "version": 2,
            "url": f"{_BASE}/api/v1/verdicts/{_VERDICT_ID}/",
        },
        {"seq": 8, "type": "hidden"},
    ],
    "next_after": 8,
    "has_more": False,
}

INDEX: Mapping[str, Any] = {
    "name": "Factcheck partner API",
    "desk": "The Example Desk",
    "verdicts": f"{_BASE}/api/v1/verdicts/",
    "claims": f"{_BASE}/api/v1/claims/",
    "changes": f"{_BASE}/api/v1/changes/",
    "schema": f"{_BASE}/api/schema/",
    "docs": f"{_BASE}/api/docs/",
}

_DETAILS = {
    "invalid-request": "page_size: '1000' is no whole number from 1 to 500.",
    "unauthenticated": "This key is not known here. Check that it is whole.",
    "forbidden": "This key lacks the scope claims:read. Ask the desk for it.",
    "not-found": "There is no verdict of this id.",
    "not-acceptable": "Only application/json is offered here.",
    "precondition-failed": "It has changed since; read it again.",
    "rate-limited": "Request was throttled. Expected available in 12 seconds.",
    "internal-error": "We have logged this. Try again later.",
}


def problem(slug: str) -> dict[str, Any]:
    """An example of one kind of problem."""
    status, title = TITLES[slug]
    detail = _DETAILS.get(slug, title)
    told: dict[str, Any] = {
        "type": f"{_BASE}/problems/{slug}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if slug == "invalid-request":
        name, _, message = detail.partition(": ")
        told["errors"] = [{"field": name, "message": message}]
    return told
