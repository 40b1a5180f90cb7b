"""The list of claims: filters, full text search, and columns that the apps above fill in page by page."""

from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpRequest

from claims import matching
from claims.admin.access import person_of
from claims.admin.panels import columns, filters
from claims.models import Claim, Desk, Person, Topic
from claims.querysets import ClaimQuerySet
from claims.statuses import Risk, Status

PER_PAGE = 50
SEARCH_MOST = 100


class FilterForm(forms.Form):
    """What narrows the list. A value that is none of the choices narrows nothing, and is said so."""

    q = forms.CharField(label="Search", required=False)
    status = forms.ChoiceField(required=False, choices=[("", "Every status"), *Status.choices])
    risk = forms.ChoiceField(
        required=False, choices=[("", "Any risk"), ("normal", "Normal risk"), ("high", "High risk")]
    )
    topic = forms.ModelChoiceField(required=False, queryset=Topic.objects.none(), empty_label="Every topic")
    language = forms.ChoiceField(required=False)
    mine = forms.BooleanField(label="I research", required=False)

    def __init__(self, data: Any, *, person: Person, languages: list[str]) -> None:
        super().__init__(data)
        topic, language = self.fields["topic"], self.fields["language"]
        assert isinstance(topic, forms.ModelChoiceField)
        assert isinstance(language, forms.ChoiceField)
        topic.queryset = Topic.objects.filter(desk__memberships__person=person)
        language.choices = [("", "Any language"), *((tag, tag) for tag in languages)]
        for extra in filters():
            self.fields[extra.name] = extra.field()

    def ticks(self) -> list[forms.BoundField]:
        return [self[name] for name in ("mine", *(extra.name for extra in filters()))]


def listed(request: HttpRequest) -> dict[str, Any]:
    """The context of the list's page, in a number of queries that does not depend on the number of claims."""
    person = person_of(request)
    visible = Claim.objects.visible_to(person)
    languages = sorted(visible.order_by().values_list("language", flat=True).distinct())
    form = FilterForm(request.GET or None, person=person, languages=languages)
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    rows, is_searched = _narrowed(visible, chosen, person)
    counts = dict(rows.order_by().values_list("status").annotate(Count("pk", distinct=True)))
    if chosen.get("status"):
        rows = rows.in_status(chosen["status"])
    page = Paginator(_ordered(rows, is_searched), PER_PAGE).get_page(request.GET.get("page"))
    return {
        "form": form,
        "page": page,
        "tabs": _tabs(counts, chosen, request),
        "columns": _filled(page, person),
        "query": _query(request),
        "is_narrowed": any(chosen.values()),
    }


def _narrowed(rows: ClaimQuerySet, chosen: dict[str, Any], person: Person) -> tuple[ClaimQuerySet, list[Any]]:
    hits: list[Any] = []
    if chosen.get("q"):
        hits = _search(person, chosen["q"])
        rows = rows.filter(pk__in=hits)
    if chosen.get("risk"):
        rows = rows.filter(risk=Risk(chosen["risk"]))
    if chosen.get("topic"):
        rows = rows.filter(topics=chosen["topic"])
    if chosen.get("language"):
        rows = rows.filter(language=chosen["language"])
    if chosen.get("mine"):
        rows = rows.researched_by(person)
    for extra in filters():
        if chosen.get(extra.name):
            rows = extra.narrow(rows, person)
    return rows, hits


def _search(person: Person, text: str) -> list[Any]:
    """The keys of the nearest claims on the person's desks, best first."""
    hits = [
        hit
        for desk in Desk.objects.filter(memberships__person=person)
        for hit in matching.nearest(desk, text, limit=SEARCH_MOST)
    ]
    return [hit.claim.pk for hit in sorted(hits, key=lambda hit: -hit.score)]


def _ordered(rows: ClaimQuerySet, hits: list[Any]) -> Any:
    rows = rows.for_page()
    if not hits:
        return rows
    place = {key: number for number, key in enumerate(hits)}
    return sorted(rows, key=lambda claim: place[claim.pk])


def _tabs(counts: dict[str, int], chosen: dict[str, Any], request: HttpRequest) -> list[dict[str, object]]:
    present = chosen.get("status") or ""
    tabs = [("", "All", sum(counts.values()))]
    tabs += [(status.value, str(status.label), counts.get(status.value, 0)) for status in Status]
    found = []
    for value, label, count in tabs:
        query = request.GET.copy()
        query.pop("page", None)
        query["status"] = value
        found.append({"label": label, "count": count, "query": query.urlencode(), "is_here": value == present})
    return found


def _filled(page: Page[Claim], person: Person) -> list[dict[str, object]]:
    keys = [claim.pk for claim in page]
    return [
        {
            "title": column.title,
            "name": column.name,
            "template": column.template,
            "values": column.values(keys, person),
        }
        for column in columns()
    ]


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
