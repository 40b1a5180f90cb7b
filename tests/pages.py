"""Opening the admin's pages in tests: addresses, signing in, and every page that a member can reach."""

from typing import Any

from django.test import Client
from django.urls import reverse

from claims.admin.actions import claim_actions
from claims.models import Claim, Person
from reviews.models import LogEntry, Verdict
from sources.models import Candidate, Snapshot, Source

LISTS = (
    "index",
    "claims_claim_changelist",
    "claims_claimant_changelist",
    "claims_topic_changelist",
    "claims_interest_changelist",
    "sources_source_changelist",
    "sources_sourcecheck_changelist",
    "sources_snapshot_changelist",
    "sources_host_changelist",
    "reviews_verdict_changelist",
    "reviews_logentry_changelist",
    "reviews_ratingscale_changelist",
)


def sign_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(claim: Claim) -> str:
    return reverse("admin:claims_claim_change", args=[claim.pk])


def do(claim: Claim, name: str) -> str:
    return reverse("admin:claims_claim_do", args=[claim.pk, name])


def every_page() -> list[str]:
    """The address of every page that stands for a row, and of every list."""
    rows: tuple[tuple[str, Any], ...] = (
        ("claims_claim_change", Claim),
        ("sources_source_change", Source),
        ("sources_source_candidates", Source),
        ("sources_snapshot_change", Snapshot),
        ("reviews_verdict_change", Verdict),
        ("reviews_logentry_change", LogEntry),
    )
    found = [reverse(f"admin:{name}") for name in LISTS]
    for name, model in rows:
        found += [reverse(f"admin:{name}", args=[row.pk]) for row in model.objects.all()]
    found += [reverse("admin:sources_candidate_do", args=[row.pk, "accept"]) for row in Candidate.objects.all()]
    for claim in Claim.objects.all():
        found += [do(claim, action.name) for action in claim_actions]
        found.append(page(claim) + "?history=all")
    return found


def text_of(response: Any) -> str:
    return response.content.decode() if not response.streaming else ""
