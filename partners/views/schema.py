"""The API's description: OpenAPI 3.1 for programs, a page for people."""

from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request

from partners.parameters import read_parameters
from partners.views.base import LimitedView, PartnerView, document_response, not_modified
from reviews.documents import etag_of


@cache
def description(public_url: str) -> tuple[str, str]:
    """The schema as JSON, made once a process, and its validator."""
    with patched_settings({"SERVERS": [{"url": public_url}]}):
        generator: Any = SchemaGenerator  # ships no types
        schema = generator().get_schema(request=None, public=True)
    document = orjson.dumps(schema).decode()
    return document, etag_of(document)


class SchemaView(PartnerView):
    """`GET /api/schema/`."""

    scope = None

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponseBase:
        """OpenAPI 3.1 as JSON."""
        read_parameters(request.query_params, ())
        document, etag = description(settings.PUBLIC_URL)
        return not_modified(request, etag) or document_response(document, etag)


class DocsView(LimitedView, SpectacularSwaggerSplitView):
    """`GET /api/docs/`: Swagger UI from our own static files; its script is a file of its own (CSP)."""

    url_name = "partners-schema"
    http_method_names = ["get", "head"]

    @property
    def url_self(self) -> str:  # type: ignore[override]  # an address is known only once all are
        """Where the script is: never with the query of the page's own address."""
        return reverse("partners-docs")
