"""The public pages: what the desk has published, readable without script."""

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from claims.markdown import render as markdown
from reviews.documents import served_version
from reviews.models import Publication, Verdict

NEWEST = 50
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def direction(language: str) -> str:
    """The writing direction of a language tag, as HTML's `dir`."""
    return "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """The newest verdicts in force."""
    newest = Publication.objects.in_force().newest_first().values_list("document", flat=True)[:NEWEST]
    documents = [_shown(orjson.loads(document)) for document in newest]
    return render(request, "partners/front.html", {"verdicts": documents, "desk_name": settings.DESK_NAME})


@require_safe
def verdict(request: HttpRequest, verdict_id: UUID, number: int | None = None) -> HttpResponse:
    """One verdict, or one of its versions; withdrawn and superseded ones say so first."""
    publication = Publication.objects.filter(pk=verdict_id).select_related("verdict").first()
    if publication is None:
        raise Http404("No such verdict was published.")
    versions = list(Verdict.objects.of(verdict_id).select_related("rating"))
    wanted = publication.verdict if number is None else next((v for v in versions if v.number == number), None)
    if wanted is None:
        raise Http404("This verdict has no such version.")
    document = _shown(served_version(wanted, publication))
    context = {
        "verdict": document,
        "justification": markdown(document["justification"]),
        "versions": versions[::-1],
        "is_current": wanted.pk == publication.verdict_id,
        "direction": direction(document["language"]),
        "desk_name": settings.DESK_NAME,
    }
    return render(request, "partners/verdict.html", context)


def _shown(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its times as times, for the page to format."""
    for name in ("published_at", "updated_at", "version_published_at"):
        document[name] = datetime.fromisoformat(document[name])
    document["direction"] = direction(document["language"])
    return document
