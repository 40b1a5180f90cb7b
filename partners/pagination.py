"""Keyset pages: a place in an order that no insert and no update moves, so no row is lost or doubled."""

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from rest_framework.request import Request

from partners.parameters import EARLIEST, LATEST, Parameter, number, one_of

SIZE_DEFAULT = 50
SIZE_MOST = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NOT_OURS = "This is no cursor of ours. Follow `next` as it is, or start without one."
_PLACE = struct.Struct(">q16s")


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page."""

    at: datetime
    id: UUID

    def cursor(self) -> str:
        """The place as an opaque word of an address."""
        packed = _PLACE.pack((self.at - _EPOCH) // _MICROSECOND, self.id.bytes)
        return urlsafe_b64encode(packed).decode()


def read_cursor(raw: str) -> Place:
    """The place of a cursor; raises ValueError for anything that we did not give out."""
    try:
        micros, key = _PLACE.unpack(urlsafe_b64decode(raw.encode("ascii")))
        place = Place(_EPOCH + micros * _MICROSECOND, UUID(bytes=key))
    except (Base64Error, struct.error, UnicodeError, OverflowError) as error:
        raise ValueError(_NOT_OURS) from error
    if not EARLIEST <= place.at <= LATEST or place.cursor() != raw:
        raise ValueError(_NOT_OURS)
    return place


PAGE: tuple[Parameter, ...] = (
    Parameter(
        "cursor",
        read_cursor,
        "Where the page starts: taken from `next` of the page before, opaque.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{32}$"},
    ),
    Parameter(
        "page_size",
        number(1, SIZE_MOST),
        "How many results a page has.",
        {"type": "integer", "minimum": 1, "maximum": SIZE_MOST, "default": SIZE_DEFAULT},
        default=SIZE_DEFAULT,
    ),
    Parameter(
        "count",
        one_of("exact"),
        "`exact` adds `count`, the number of results on all pages. It takes time: leave it out to sync.",
        {"type": "string", "enum": ["exact"]},
    ),
)


@dataclass(frozen=True, slots=True)
class Order:
    """Newest first by a column that is written once; rows of the same time by their id."""

    column: str

    def rows(self, rows: QuerySet[Any, Any], place: Place | None, size: int) -> QuerySet[Any, Any]:
        """The rows after the place, one more than a page has."""
        if place is not None:
            # The first condition bounds the index; OR alone would not.
            rows = rows.filter(
                Q(**{f"{self.column}__lt": place.at}) | Q(pk__gt=place.id),
                **{f"{self.column}__lte": place.at},
            )
        return rows.order_by(f"-{self.column}", "pk")[: size + 1]


def page_response(
    request: Request, documents: Iterable[bytes | str], last: Place | None, *, count: int | None = None
) -> HttpResponse:
    """A page whose results are JSON texts already; `last` is its last row when another page follows."""
    body: dict[str, Any] = {
        "results": [orjson.Fragment(document) for document in documents],
        "next": _next_url(request, last) if last else None,
    }
    if count is not None:
        body["count"] = count
    response = HttpResponse(orjson.dumps(body), content_type="application/json")
    if last:
        response["Link"] = f'<{body["next"]}>; rel="next"'
    return response


def _next_url(request: Request, last: Place) -> str:
    query = request.query_params.copy()
    query["cursor"] = last.cursor()
    return f"{settings.PUBLIC_URL}{request.path_info}?{query.urlencode()}"
