"""What all addresses of the API share: who asks, how often, in which form, and what caches may keep."""

from datetime import datetime
from typing import Any, NoReturn, cast

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, NotAcceptable
from rest_framework.request import Request
from rest_framework.views import APIView

from partners.exceptions import PreconditionFailed
from partners.models import ApiKey, Partner
from partners.scopes import Scope
from partners.throttling import Usage

JSON = "application/json"
_CONDITIONS = {"HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE"}
_JSON_RANGES = frozenset({"*/*", "application/*", JSON})


class LimitedView(APIView):
    """Counts each request and tells the caller on every answer how many are left."""

    route_class = "other"

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add the RateLimit-* headers, on refusals as well."""
        response = super().finalize_response(request, response, *args, **kwargs)
        usage = request.META.get("factcheck.usage")
        if isinstance(usage, Usage):
            for name, value in usage.headers().items():
                response[name] = value
        return response


class PartnerView(LimitedView):
    """Reads only. A subclass says `scope`, whether it `is_public`, and the `route_class` it is counted in."""

    http_method_names = ["get", "head"]
    scope: Scope | None
    is_public = False

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: `Allow` is told where it answers something, on a 405."""
        return {}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count before anything is refused: otherwise wrong keys could be tried without limit."""
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request, force=True)
        refusal = self._identify(request)
        self.check_throttles(request)
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        if refusal is not None:
            raise refusal
        if not accepts_json(request.META.get("HTTP_ACCEPT", "")):
            raise NotAcceptable("Only application/json is offered here.")
        self.check_permissions(request)

    def _identify(self, request: Request) -> AuthenticationFailed | None:
        try:
            self.perform_authentication(request)
        except AuthenticationFailed as refusal:
            return refusal
        return None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """The one renderer there is. `?format=` is a parameter like others here: unknown."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def raise_uncaught_exception(self, exc: Exception) -> NoReturn:
        """Leave what nobody foresaw to the handler of status 500."""
        raise exc

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say that answers differ by key, and that caches have to ask again."""
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization"])
        if not response.has_header("Cache-Control"):
            is_open = self.scope is None or (self.is_public and settings.ANONYMOUS_READ)
            is_shared = is_open and "HTTP_AUTHORIZATION" not in request.META
            response["Cache-Control"] = "public, no-cache" if is_shared else "private, no-cache"
        return response


def key_of(request: Request) -> ApiKey | None:
    """The key that the request carries; None for an anonymous reader."""
    key: Any = request.auth  # the framework's types know its own tokens only
    return cast(ApiKey | None, key)


def partner_of(request: Request) -> Partner:
    """The partner whose key the request carries, on addresses that need one."""
    partner: Any = request.user
    return cast(Partner, partner)


def accepts_json(header: str) -> bool:
    """Whether an Accept header lets JSON through, as none does; with one form, qualities are not weighed."""
    ranges = (part.partition(";")[0].strip().lower() for part in header.split(",", 64))
    return not header.strip() or any(media_range in _JSON_RANGES for media_range in ranges)


def not_modified(request: Request, etag: str, updated_at: datetime | None = None) -> HttpResponseBase | None:
    """The 304 that the request's preconditions ask for, or None; raises PreconditionFailed.

    `If-None-Match` decides; `If-Modified-Since` is only looked at without it, since it knows whole seconds.
    """
    if not _CONDITIONS & request.META.keys():
        return None
    fresh = HttpResponse(content_type=JSON)
    _validators(fresh, etag, updated_at)
    modified = int(updated_at.timestamp()) if updated_at else None
    held = get_conditional_response(request._request, etag=f'"{etag}"', last_modified=modified, response=fresh)
    if held is fresh:
        return None
    if held is not None and held.status_code == 412:
        raise PreconditionFailed
    return held


def document_response(document: str | bytes, etag: str, updated_at: datetime | None = None) -> HttpResponse:
    """A stored or rendered document with its strong validator."""
    response = HttpResponse(document, content_type=JSON)
    _validators(response, etag, updated_at)
    return response


def _validators(response: HttpResponse, etag: str, updated_at: datetime | None) -> None:
    response["ETag"] = f'"{etag}"'
    if updated_at is not None:
        response["Last-Modified"] = http_date(updated_at.timestamp())
