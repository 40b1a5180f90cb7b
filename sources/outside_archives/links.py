"""Web links as archives send them: in Link headers (RFC 8288) and in TimeMaps (RFC 6690, RFC 7089)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LINK = re.compile(r'<([^<>]*)>((?:\s*;[^;",<]*(?:"[^"]*")?)*)')
_PARAMETER = re.compile(r';\s*([A-Za-z*-]+)\s*=\s*(?:"([^"]*)"|([^\s;",]*))')


@dataclass(frozen=True, slots=True)
class Link:
    """A link's target as it was written, its relations, and of which time it is."""

    target: str
    relations: frozenset[str]
    at: datetime | None


def links(text: str) -> Iterator[Link]:
    """The links in a header's value or in a TimeMap; what is malformed is passed over."""
    for target, parameters in _LINK.findall(text):
        values: dict[str, str] = {}
        for name, quoted, bare in _PARAMETER.findall(parameters):
            values.setdefault(name.lower(), quoted or bare)  # RFC 8288 3.3: the first "rel" counts
        yield Link(target, frozenset(values.get("rel", "").lower().split()), http_date(values.get("datetime")))


def http_date(value: str | None) -> datetime | None:
    """A date as HTTP writes it, or None where it is none."""
    try:
        found = parsedate_to_datetime(value or "")
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
