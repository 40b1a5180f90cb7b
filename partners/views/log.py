"""The verdict log's key and its signed checkpoint, for anybody to keep and to verify."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reviews import verdict_log

PLAIN = "text/plain; charset=utf-8"


@require_safe
def verifier_key(request: HttpRequest) -> HttpResponse:
    """The note verifier key (C2SP signed-note)."""
    return HttpResponse(verdict_log.verifier_key() + "\n", content_type=PLAIN)


@require_safe
@never_cache
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The checkpoint over all entries (C2SP tlog-checkpoint)."""
    return HttpResponse(verdict_log.checkpoint(), content_type=PLAIN)
