"""Verdicts: lists over stored documents, one verdict now or as of a time, its versions."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from partners import filters
from partners.claim_documents import verdict_api_url
from partners.exceptions import Fault, InvalidRequest
from partners.pagination import Order, Place, page_response
from partners.parameters import public_id, read_parameters
from partners.scopes import Scope
from partners.serializers import examples
from partners.serializers.verdicts import VerdictPageSerializer, VerdictSerializer, VersionsSerializer
from partners.views.base import JSON, PartnerView, document_response, not_modified
from partners.views.describing import described
from reviews import documents
from reviews.models import Publication, Verdict
from reviews.statuses import SUPERSEDED, VersionKind

NEWEST = Order("published_at")
ABSENT = "There is no verdict of this id."


class VerdictsView(PartnerView):
    """`GET verdicts/`: two queries with a key, whatever the page's size; one more for the exact count."""

    scope = Scope.VERDICTS_READ
    is_public = True
    route_class = "verdicts"

    @described(
        "list_verdicts",
        "Verdicts, newest first",
        VerdictPageSerializer,
        table=filters.VERDICTS,
        example=examples.VERDICT_PAGE,
    )
    def get(self, request: Request) -> HttpResponse:
        """Verdicts in force, unless `status` asks for others, first published last.

        Follow `next` (or the `Link` header) to its end: no verdict is lost or doubled, whatever is published
        meanwhile.
        """
        asked = read_parameters(request.query_params, filters.VERDICTS)
        rows = filters.published(asked)
        size = asked["page_size"]
        found = list(NEWEST.rows(rows, asked["cursor"], size).values_list("published_at", "pk", "document"))
        last = Place(found[size - 1][0], found[size - 1][1]) if len(found) > size else None
        count = rows.count() if asked["count"] else None
        return page_response(request, (row[2] for row in found[:size]), last, count=count)


class VerdictView(PartnerView):
    """`GET verdicts/{id}/`: the stored document; older versions are put together from what the log holds."""

    scope = Scope.VERDICTS_READ
    is_public = True
    route_class = "verdict"

    @described(
        "read_verdict",
        "One verdict",
        VerdictSerializer,
        table=filters.VERSION,
        path_id="verdict_id",
        has_validator=True,
        example=examples.VERDICT,
    )
    def get(self, request: Request, verdict_id: str) -> HttpResponseBase:
        """The verdict as it stands, or with `version` or `as_of` an older version, then `superseded`.

        A withdrawn verdict stays readable: its status says so, and its correction says why.
        """
        key = public_id(verdict_id)
        asked = read_parameters(request.query_params, filters.VERSION)
        if asked["version"] is None and asked["as_of"] is None:
            return _present(request, key)
        return _version(request, key, asked)


def _present(request: Request, key: UUID) -> HttpResponseBase:
    rows = Publication.objects.filter(pk=key).order_by()  # `first` would sort the one row, at a price
    if "HTTP_IF_NONE_MATCH" in request.META:  # then the document itself is seldom needed
        validators = next(iter(rows.values_list("etag", "updated_at")), None)
        held = not_modified(request, *validators) if validators else None
        if held is not None:
            return held
    found = next(iter(rows.values_list("document", "etag", "updated_at")), None)
    if found is None:
        raise Http404(ABSENT)
    return not_modified(request, *found[1:]) or document_response(*found)


def _version(request: Request, key: UUID, asked: Mapping[str, Any]) -> HttpResponseBase:
    if asked["version"] is not None and asked["as_of"] is not None:
        raise InvalidRequest([Fault("as_of", "Give either `version` or `as_of`, not both.")])
    publication = Publication.objects.filter(pk=key).first()
    if publication is None:
        raise Http404(ABSENT)
    versions = Verdict.objects.select_related("superseded_by")
    if asked["version"] is not None:
        verdict = versions.filter(verdict_id=key, number=asked["version"]).first()
    else:
        verdict = versions.filter(verdict_id=key).as_of(asked["as_of"]).first()
    if verdict is None:
        raise Http404("This verdict has no such version." if asked["version"] else "It was published later.")
    if verdict.pk == publication.verdict_id:
        document, etag, updated_at = publication.document, publication.etag, publication.updated_at
    else:
        document = orjson.dumps(documents.served_version(verdict, publication)).decode()
        etag, updated_at = documents.etag_of(document), publication.updated_at
    return not_modified(request, etag, updated_at) or document_response(document, etag, updated_at)


class VersionsView(PartnerView):
    """`GET verdicts/{id}/versions/`: two queries with a key."""

    scope = Scope.VERDICTS_READ
    is_public = True
    route_class = "verdict"

    @described(
        "list_versions",
        "All versions of a verdict",
        VersionsSerializer,
        path_id="verdict_id",
        example=examples.VERSIONS,
    )
    def get(self, request: Request, verdict_id: str) -> HttpResponse:
        """Every version that was published, the first one first, with the type and reason of each change."""
        key = public_id(verdict_id)
        read_parameters(request.query_params, ())
        versions = Verdict.objects.filter(verdict_id=key).order_by("number").values(*_COLUMNS)
        results = [_short(key, version) for version in versions]
        if not results:
            raise Http404(ABSENT)
        return HttpResponse(orjson.dumps({"id": str(key), "results": results}), content_type=JSON)


_COLUMNS = (
    "number",
    "kind",
    "reason",
    "headline",
    "published_at",
    "content_hash",
    "rating__code",
    "publication__status",
    "log_entry__index",
    "log_entry__leaf_hash",
)


def _short(key: UUID, version: Mapping[str, Any]) -> dict[str, Any]:
    at = documents.rfc3339(version["published_at"])
    correction = {
        "type": version["kind"],
        "reason": version["reason"],
        "at": at,
        "supersedes": version["number"] - 1,
    }
    return {
        "version": version["number"],
        "url": f"{verdict_api_url(key)}?version={version['number']}",
        "status": version["publication__status"] or SUPERSEDED,
        "rating": version["rating__code"],
        "headline": version["headline"],
        "published_at": at,
        "correction": None if version["kind"] == VersionKind.FIRST else correction,
        "content_hash": version["content_hash"],
        "log": {"index": version["log_entry__index"], "leaf_hash": version["log_entry__leaf_hash"]},
    }
