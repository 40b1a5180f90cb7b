"""The change feed: follow `after`, and no change is ever missed."""

from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.request import Request

from claims.models import Change
from partners.claim_documents import claim_url, verdict_api_url
from partners.models import ApiKey
from partners.parameters import BIGGEST, Parameter, number, read_parameters
from partners.scopes import Scope
from partners.serializers import examples
from partners.serializers.changes import ChangesSerializer
from partners.views.base import JSON, PartnerView, key_of
from partners.views.describing import described
from reviews.documents import rfc3339

LIMIT_DEFAULT = 100
LIMIT_MOST = 500
HIDDEN = "hidden"

TABLE: tuple[Parameter, ...] = (
    Parameter(
        "after",
        number(0, BIGGEST),
        "The last `seq` that you have: entries after it are given. 0 starts at the beginning.",
        {"type": "integer", "minimum": 0, "maximum": BIGGEST, "default": 0},
        default=0,
    ),
    Parameter(
        "limit",
        number(1, LIMIT_MOST),
        "How many entries at most.",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST, "default": LIMIT_DEFAULT},
        default=LIMIT_DEFAULT,
    ),
)
_COLUMNS = ("seq", "type", "at", "claim_id", "verdict_id", "verdict_version", "is_public", "claim__desk_id")


class ChangesView(PartnerView):
    """`GET changes/`: two queries with a key, whatever the limit."""

    scope = Scope.VERDICTS_READ
    is_public = True
    route_class = "changes"

    @described("list_changes", "What changed", ChangesSerializer, table=TABLE, example=examples.CHANGES)
    def get(self, request: Request) -> HttpResponse:
        """Entries in the order in which they commit, numbered without gaps.

        Give `next_after` as `after` the next time: no entry is missed, whatever is written meanwhile. Entries
        that you may not see keep their number as a tombstone of the type `hidden`. Those about claims are
        shown to keys with `claims:read`.
        """
        asked = read_parameters(request.query_params, TABLE)
        limit = asked["limit"]
        found = list(Change.objects.after(asked["after"]).values(*_COLUMNS)[: limit + 1])
        key = key_of(request)
        entries = [entry(change, key) for change in found[:limit]]
        body = {
            "results": entries,
            "next_after": entries[-1]["seq"] if entries else asked["after"],
            "has_more": len(found) > limit,
        }
        return HttpResponse(orjson.dumps(body), content_type=JSON)


def entry(change: dict[str, Any], key: ApiKey | None) -> dict[str, Any]:
    """A change as this key may see it; None stands for an anonymous reader."""
    if not (change["is_public"] or _reads_claims_of(change["claim__desk_id"], key)):
        return {"seq": change["seq"], "type": HIDDEN}
    told = {
        "seq": change["seq"],
        "type": change["type"],
        "at": rfc3339(change["at"]),
        "claim_id": str(change["claim_id"]),
    }
    if change["verdict_id"] is None:
        return {**told, "url": claim_url(change["claim_id"])}
    return {
        **told,
        "verdict_id": str(change["verdict_id"]),
        "version": change["verdict_version"],
        "url": verdict_api_url(change["verdict_id"]),
    }


def _reads_claims_of(desk_id: int, key: ApiKey | None) -> bool:
    return key is not None and Scope.CLAIMS_READ in key.scopes and key.partner.desk_id == desk_id
