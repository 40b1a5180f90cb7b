"""Errors as partners get them: application/problem+json (RFC 9457) with types that stay the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from rest_framework import exceptions as api

from claims.rules import Invalid, InvalidTransition, NotAllowed

MEDIA_TYPE = "application/problem+json"
API_PREFIX = "/api/"

# The last part of each problem's type, and its title. Partners compare these: they are never reworded.
TITLES: Mapping[str, tuple[int, str]] = {
    "invalid-request": (400, "The request is not valid"),
    "unauthenticated": (401, "A valid key is needed"),
    "forbidden": (403, "This is not allowed"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This method is not offered here"),
    "not-acceptable": (406, "No offered format is accepted"),
    "conflict": (409, "The state does not allow this"),
    "precondition-failed": (412, "A precondition of the request does not hold"),
    "unsupported-media-type": (415, "This format is not taken"),
    "rate-limited": (429, "Too many requests"),
    "internal-error": (500, "Something broke on our side"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field or parameter, and the fix."""

    field: str
    message: str


class InvalidRequest(Exception):
    """The parameters cannot be taken; every fault is told at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(f"{fault.field}: {fault.message}" for fault in self.faults))


class PreconditionFailed(Exception):
    """If-Match or If-Unmodified-Since does not hold."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer of this kind: the slug of its type, and what happened this time."""

    slug: str
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        """The answer, never stored by caches."""
        status, title = TITLES[self.slug]
        body: dict[str, Any] = {
            "type": f"{settings.PUBLIC_URL}/problems/{self.slug}",
            "title": title,
            "status": status,
            "detail": self.detail,
        }
        if self.faults:
            body["errors"] = [{"field": fault.field, "message": fault.message} for fault in self.faults]
        headers = {"Cache-Control": "no-store", **self.headers}
        return HttpResponse(orjson.dumps(body), status=status, content_type=MEDIA_TYPE, headers=headers)


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The API framework's exception handler: None for what nobody foresaw, so that it is logged as a 500."""
    problem = problem_of(error, context.get("view"))
    return None if problem is None else problem.response()


def problem_of(error: Exception, view: Any = None) -> Problem | None:
    """Which problem an exception is; None when it is a fault of ours."""
    match error:
        case InvalidRequest(faults=faults):
            return Problem("invalid-request", str(error), faults)
        case Invalid(field=name, message=message):
            return Problem("invalid-request", str(error), (Fault(name, message),))
        case NotAllowed(reason=reason):
            return Problem("forbidden", reason)
        case InvalidTransition(reason=reason):
            return Problem("conflict", reason)
        case Http404():
            return Problem("not-found", str(error) or "There is nothing here.")
        case PermissionDenied():
            return Problem("forbidden", "You may not do this.")
        case PreconditionFailed():
            return Problem("precondition-failed", "It has changed since; read it again.")
        case SuspiciousOperation() | BadRequest():
            return Problem("invalid-request", "The request cannot be read.")
        case api.APIException():
            return _problem_of_framework(error, view)
    return None


_SLUGS: tuple[tuple[type[api.APIException], str], ...] = (
    (api.AuthenticationFailed, "unauthenticated"),
    (api.NotAuthenticated, "unauthenticated"),
    (api.PermissionDenied, "forbidden"),
    (api.NotFound, "not-found"),
    (api.MethodNotAllowed, "method-not-allowed"),
    (api.NotAcceptable, "not-acceptable"),
    (api.UnsupportedMediaType, "unsupported-media-type"),
    (api.Throttled, "rate-limited"),
    (api.ValidationError, "invalid-request"),
    (api.ParseError, "invalid-request"),
)


def _problem_of_framework(error: api.APIException, view: Any) -> Problem | None:
    slug = next((slug for kind, slug in _SLUGS if isinstance(error, kind)), None)
    if slug is None:
        return None
    headers: dict[str, str] = {}
    if slug == "unauthenticated":
        headers["WWW-Authenticate"] = str(getattr(error, "auth_header", "Api-Key"))
    if slug == "method-not-allowed" and view is not None:
        headers["Allow"] = ", ".join(view.allowed_methods)
    wait = getattr(error, "wait", None)
    if wait is not None:
        headers["Retry-After"] = str(int(wait))
    faults = tuple(_faults(error.detail)) if isinstance(error, api.ValidationError) else ()
    detail = " ".join(f"{fault.field}: {fault.message}" for fault in faults) or str(error.detail)
    return Problem(slug, detail, faults, headers)


def _faults(detail: Any, name: str = "") -> Iterable[Fault]:
    """A serializer's nested errors, flattened: `a.b` names field b of a."""
    if isinstance(detail, dict):
        for key, inner in detail.items():
            yield from _faults(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _faults(inner, name)
    else:
        yield Fault(name or "body", str(detail))


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API_PREFIX)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The handler of status 400: a problem under /api/, else Django's page."""
    if _is_api(request):
        return Problem("invalid-request", "The request cannot be read.").response()
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The handler of status 403: a problem under /api/, else Django's page."""
    if _is_api(request):
        return Problem("forbidden", "You may not do this.").response()
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The handler of status 404: a problem under /api/, else Django's page."""
    if _is_api(request):
        return Problem("not-found", "There is nothing at this address.").response()
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler of status 500: a problem under /api/ that says nothing of the inside, else Django's."""
    if _is_api(request):
        return Problem("internal-error", "We have logged this. Try again later.").response()
    return defaults.server_error(request)
