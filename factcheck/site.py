"""The admin site of the desk: its policy for scripts, its search, its way of saying no."""

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite


def _with_alpine(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let Unfold's Alpine evaluate its expressions on this page."""
    return csp_replace({"script-src": settings.CSP_ADMIN_SCRIPT_SRC})(view)


class DeskSite(UnfoldAdminSite):  # type: ignore[misc]
    """Unfold's site; the home page is filled by factcheck.dashboard."""

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        return _with_alpine(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = _with_alpine(super().login)(request, extra_context)
        return response

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = _with_alpine(super().logout)(request, extra_context)
        return response

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Unfold's search would look into every model and keep answers in a cache: ours searches claims."""
        query = urlencode({"q": request.GET.get("s", "")})
        return HttpResponseRedirect(f"{reverse('admin:claims_claim_changelist')}?{query}")
