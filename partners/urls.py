"""The addresses below /api/."""

from django.urls import include, path, re_path

from partners.views.changes import ChangesView
from partners.views.claims import ClaimsView, ClaimView
from partners.views.index import IndexView, NothingHereView
from partners.views.proofs import ProofView
from partners.views.schema import DocsView, SchemaView
from partners.views.verdicts import VerdictsView, VerdictView, VersionsView

# Ids are plain words here: a malformed one is told as such instead of as an unknown address.
version_1 = [
    path("verdicts/", VerdictsView.as_view(), name="partners-verdicts"),
    path("verdicts/<str:verdict_id>/", VerdictView.as_view(), name="partners-verdict"),
    path("verdicts/<str:verdict_id>/versions/", VersionsView.as_view(), name="partners-versions"),
    path("verdicts/<str:verdict_id>/proof/", ProofView.as_view(), name="partners-proof"),
    path("claims/", ClaimsView.as_view(), name="partners-claims"),
    path("claims/<str:claim_id>/", ClaimView.as_view(), name="partners-claim"),
    path("changes/", ChangesView.as_view(), name="partners-changes"),
]

urlpatterns = [
    path("", IndexView.as_view(), name="partners-index"),
    path("schema/", SchemaView.as_view(), name="partners-schema"),
    path("docs/", DocsView.as_view(), name="partners-docs"),
    path("v1/", include(version_1)),
    re_path(r"^.*$", NothingHereView.as_view()),
]
