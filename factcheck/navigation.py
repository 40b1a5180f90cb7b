"""The admin's side navigation, and who sees which of its links."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse, reverse_lazy

from claims.admin.access import is_administrator, is_editor, is_member, works_here


def for_members(request: HttpRequest) -> bool:
    return is_member(request)


def for_workers(request: HttpRequest) -> bool:
    return works_here(request)


def for_editors(request: HttpRequest) -> bool:
    return is_editor(request)


def for_administrators(request: HttpRequest) -> bool:
    return is_administrator(request)


def for_members_or_administrators(request: HttpRequest) -> bool:
    return is_member(request) or is_administrator(request)


def _link(title: str, icon: str, name: str, permission: Any = for_members) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}"), "permission": permission}


def _is_on_sources(request: HttpRequest) -> bool:
    """Below the sources, but not where an article is taken in: that has a link of its own."""
    here = request.path
    return here.startswith(reverse("admin:sources_source_changelist")) and "/take-in/" not in here


def links(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of links, by what people do and not by app."""
    return [
        {
            "items": [
                _link("Home", "home", "index", None),
                _link("Claims", "fact_check", "claims_claim_changelist"),
                _link("Take in an article", "post_add", "sources_source_intake", for_workers),
            ],
        },
        {
            "title": "Evidence",
            "items": [
                {**_link("Sources", "link", "sources_source_changelist"), "active": _is_on_sources},
                _link("Source checks", "sync", "sources_sourcecheck_changelist"),
                _link("Snapshots", "inventory_2", "sources_snapshot_changelist"),
                _link("Hosts", "dns", "sources_host_changelist"),
            ],
        },
        {
            "title": "Published",
            "items": [
                _link("Verdict versions", "gavel", "reviews_verdict_changelist"),
                _link("Verdict log", "receipt_long", "reviews_logentry_changelist"),
                _link("Rating scales", "straighten", "reviews_ratingscale_changelist"),
            ],
        },
        {
            "title": "Desk",
            "items": [
                _link("Claimants", "record_voice_over", "claims_claimant_changelist"),
                _link("Topics", "sell", "claims_topic_changelist", for_members_or_administrators),
                _link("Interests", "back_hand", "claims_interest_changelist"),
                _link("Partners", "handshake", "partners_partner_changelist", for_editors),
                _link("API keys", "key", "partners_apikey_changelist", for_editors),
                _link("People", "group", "claims_person_changelist", for_administrators),
                _link("Desks", "apartment", "claims_desk_changelist", for_administrators),
            ],
        },
    ]
