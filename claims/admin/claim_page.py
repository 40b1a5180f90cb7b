"""The pages of claims: the list, taking one in, the claim itself, and the view behind its buttons."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from claims import matching, workflow
from claims.admin.access import desks_worked_on, person_of
from claims.admin.acting import act
from claims.admin.actions import claim_actions
from claims.admin.base import ReadOnlyAdmin
from claims.admin.claim_forms import SubmitForm
from claims.admin.claim_list import listed
from claims.admin.panels import panels
from claims.models import Claim, Position
from claims.rules import Invalid


def claim_url(claim: Claim) -> str:
    return reverse("admin:claims_claim_change", args=[claim.pk])


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Claims are read here; everything that changes one is an action."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name="claims_claim_changelist"),
            path("add/", view(self.add_view), name="claims_claim_add"),
            path("<uuid:pk>/", view(self.claim_view), name="claims_claim_page"),
            path("<uuid:pk>/change/", view(self.claim_view), name="claims_claim_change"),
            path("<uuid:pk>/do/<slug:name>/", view(self.do_view), name="claims_claim_do"),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return Claim.objects.visible_to(person_of(request)).for_page()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return self.page(request, "claims/admin/claim_list.html", title="Claims", **listed(request))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Submit a claim; what the desk has that is near is shown before a second, equal one is made."""
        person = person_of(request)
        desks = desks_worked_on(person)
        if not desks:
            return self._refuse_submitting(request)
        form = SubmitForm(request.POST or None, person=person)
        near: list[matching.Near] = []
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            near = _likely_same(data["desk"], data["text"])
            if not near or "anyway" in request.POST:
                try:
                    claim = workflow.submit(by=person, at=timezone.now(), **data)
                except Invalid as invalid:
                    form.add_error(invalid.field if invalid.field in form.fields else None, invalid.message)
                else:
                    messages.success(request, "The claim is submitted.")
                    return HttpResponseRedirect(claim_url(claim))
        status = 422 if form.is_bound and form.errors else 200
        return self.page(
            request, "claims/admin/submit.html", status=status, title="Submit a claim", form=form, near=near
        )

    def _refuse_submitting(self, request: HttpRequest) -> HttpResponse:
        reason = "Only fact-checkers and editors of a desk submit claims."
        return self.page(
            request,
            "claims/admin/refused.html",
            status=403,
            title="You may not do this",
            reason=reason,
            back=reverse("admin:claims_claim_changelist"),
        )

    def claim_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The claim and all that the desk knows about it."""
        claim: Claim = self.visible(request, pk)
        person = person_of(request)
        shown = []
        for panel in panels():
            context = panel.context(claim, person, request)
            if context is not None:
                shown.append({"panel": panel, **context})
        asserting = Position.objects.filter(claim=claim).asserting().in_time_order().select_related("party")
        return self.page(
            request,
            "claims/admin/claim.html",
            title=claim.text,
            claim=claim,
            claimants=list(dict.fromkeys(position.party for position in asserting)),
            offered=claim_actions.offered(claim, person),
            panels=shown,
            do=f"{claim_url(claim).removesuffix('change/')}do/",
        )

    def do_view(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        claim: Claim = self.visible(request, pk)
        return act(self, request, subject=claim, actions=claim_actions, name=name, back=claim_url(claim))


def _likely_same(desk: Any, text: str) -> list[matching.Near]:
    """Near claims that share most of the words: shown before a claim is made twice."""
    words = len(matching.terms(text))
    return [hit for hit in matching.nearest(desk, text, limit=3) if len(hit.shared) * 2 >= words]
