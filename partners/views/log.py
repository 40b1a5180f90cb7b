"""The verdict log for anybody to keep and to verify: key, signed checkpoint, tiles and entries (C2SP tlog-tiles).

No key is asked for and nothing is counted: tiles never change, so that any cache in front may answer for us.
"""

import gzip
from collections.abc import Callable
from functools import wraps
from hashlib import sha256

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from reviews.verdict_log import LogUnusable, checkpoints, keys, tiles

PLAIN = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FOR_EVER = "public, max-age=31536000, immutable"

UNUSABLE = "The log cannot be signed at the moment. The desk has to act; try again later.\n"

logger = structlog.get_logger(__name__)

View = Callable[..., HttpResponseBase]


def _unless_unusable(view: View) -> View:
    """Answer 503 where an operator has to act first; what has to be done is in our log alone."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object) -> HttpResponseBase:
        try:
            return view(request, *args)
        except LogUnusable as refusal:
            logger.error("the verdict log cannot be signed", reason=refusal.reason)
            return HttpResponse(UNUSABLE, status=503, content_type=PLAIN, headers={"Cache-Control": "no-store"})

    return answer


@require_safe
@_unless_unusable
def verifier_key(request: HttpRequest) -> HttpResponseBase:
    """The present key's note verifier key (C2SP signed-note)."""
    return _answer(request, f"{checkpoints.verifier_key()}\n".encode(), PLAIN, "no-cache")


@require_safe
@_unless_unusable
def verifier_keys(request: HttpRequest) -> HttpResponseBase:
    """All verifier keys, the newest first, in a note signed by those in use when it last changed."""
    return _answer(request, keys.vkeys_note(checkpoints.origin()).encode(), PLAIN, "no-cache")


@require_safe
@_unless_unusable
def checkpoint(request: HttpRequest) -> HttpResponseBase:
    """The checkpoint over all entries (C2SP tlog-checkpoint)."""
    return _answer(request, checkpoints.checkpoint()[1].encode(), PLAIN, "no-cache")


@require_safe
def tile(request: HttpRequest, where: str) -> HttpResponseBase:
    """A tile of hashes or a bundle of entries; 404 where the log does not reach so far, and for every other path."""
    resource = tiles.resource_at(where)
    data = tiles.read(resource) if resource else None
    if resource is None or data is None:
        # It may be there tomorrow: no cache may keep this.
        return HttpResponse(
            "There is no such tile.\n", status=404, content_type=PLAIN, headers={"Cache-Control": "no-store"}
        )
    if resource.level is not None:
        return _answer(request, data, BYTES, FOR_EVER)
    is_zipped = _takes_gzip(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    response = _answer(request, gzip.compress(data, 6, mtime=0) if is_zipped else data, BYTES, FOR_EVER)
    response["Vary"] = "Accept-Encoding"
    if is_zipped and response.status_code == 200:
        response["Content-Encoding"] = "gzip"
    return response


def _answer(request: HttpRequest, data: bytes, content_type: str, cache_control: str) -> HttpResponseBase:
    """The bytes with their validator, or 304 for whoever holds them."""
    etag = f'"{sha256(data).hexdigest()[:32]}"'
    response = HttpResponse(data, content_type=content_type)
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["ETag"] = etag
    answer["Cache-Control"] = cache_control
    return answer


def _takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header asks for gzip: named, and not with a quality of 0."""
    for part in accepted.lower().split(",")[:32]:
        coding, _, quality = part.partition(";")
        if coding.strip() == "gzip":
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
