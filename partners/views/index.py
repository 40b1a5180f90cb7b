"""The way in, and the way out: what the API offers, and what it answers where it offers nothing."""

from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import resolve
from rest_framework.request import Request

from partners.parameters import read_parameters
from partners.serializers import examples
from partners.serializers.changes import IndexSerializer
from partners.views.base import JSON, PartnerView
from partners.views.describing import described

ROUTES = {
    "verdicts": "/api/v1/verdicts/",
    "claims": "/api/v1/claims/",
    "changes": "/api/v1/changes/",
    "schema": "/api/schema/",
    "docs": "/api/docs/",
}


class IndexView(PartnerView):
    """`GET /api/`."""

    scope = None

    @described("read_index", "Where everything is", IndexSerializer, example=examples.INDEX)
    def get(self, request: Request) -> HttpResponse:
        """The API's addresses."""
        read_parameters(request.query_params, ())
        routes = {name: f"{settings.PUBLIC_URL}{path}" for name, path in ROUTES.items()}
        body = {"name": "Factcheck partner API", "desk": settings.DESK_NAME, **routes}
        return HttpResponse(orjson.dumps(body), content_type=JSON)


class NothingHereView(PartnerView):
    """Every other address below /api/: a problem, or the way to the address whose slash was left out."""

    scope = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send `…/verdicts` on to `…/verdicts/` with its method; leave the rest to `initial`."""
        path = request.path_info
        if not path.endswith("/") and getattr(resolve(f"{path}/").func, "view_class", None) is not type(self):
            target = request.get_full_path(force_append_slash=True)
            return HttpResponsePermanentRedirect(target, preserve_request=True)
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Count the request, then say that there is nothing, whatever its method."""
        self._identify(request)
        self.check_throttles(request)
        raise Http404("There is nothing at this address. See /api/ for what there is.")
