"""Claims, whatever their status, for partners whose key has `claims:read`."""

import orjson
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from claims.models import Claim
from partners import filters
from partners.claim_documents import documents, for_documents
from partners.pagination import Order, Place, page_response
from partners.parameters import public_id, read_parameters
from partners.scopes import Scope
from partners.serializers import examples
from partners.serializers.claims import ClaimPageSerializer, ClaimSerializer
from partners.views.base import PartnerView, document_response, not_modified, partner_of
from partners.views.describing import described
from reviews.documents import etag_of

NEWEST = Order("submitted_at")


class ClaimsView(PartnerView):
    """`GET claims/`: five queries with the key's, whatever the page's size; one more for the exact count."""

    scope = Scope.CLAIMS_READ
    route_class = "claims"

    @described(
        "list_claims",
        "Claims, newest first",
        ClaimPageSerializer,
        table=filters.CLAIMS,
        example=examples.CLAIM_PAGE,
        is_public=False,
    )
    def get(self, request: Request) -> HttpResponse:
        """The claims of the desk that gave the key, declined and unfinished ones too, the newest first."""
        asked = read_parameters(request.query_params, filters.CLAIMS)
        rows = filters.claims_of(partner_of(request).desk_id, asked)
        size = asked["page_size"]
        found = list(for_documents(NEWEST.rows(rows, asked["cursor"], size)))
        last = Place(found[size - 1].submitted_at, found[size - 1].pk) if len(found) > size else None
        count = rows.count() if asked["count"] else None
        shown = (orjson.dumps(document) for document in documents(found[:size]))
        return page_response(request, shown, last, count=count)


class ClaimView(PartnerView):
    """`GET claims/{id}/`."""

    scope = Scope.CLAIMS_READ
    route_class = "claim"

    @described(
        "read_claim",
        "One claim",
        ClaimSerializer,
        path_id="claim_id",
        has_validator=True,
        example=examples.CLAIM,
        is_public=False,
    )
    def get(self, request: Request, claim_id: str) -> HttpResponseBase:
        """The claim with each party's position in time order, where it was said, and the evidence so far.

        Passages of sealed sources are told of without saying where they stand.
        """
        key = public_id(claim_id)
        read_parameters(request.query_params, ())
        claim = for_documents(Claim.objects.filter(desk=partner_of(request).desk_id, pk=key)).first()
        if claim is None:
            raise Http404("There is no claim of this id that you may read.")
        document = orjson.dumps(documents([claim])[0]).decode()
        etag = etag_of(document)
        # No Last-Modified: checks of its sources change the document, not the claim's row.
        return not_modified(request, etag) or document_response(document, etag)
