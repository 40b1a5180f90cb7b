"""The page of one source: what we hold of it, what we found, who relies on it, and when it is looked at next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from claims.admin.access import person_of
from claims.admin.acting import act
from claims.admin.actions import Action, Actions
from claims.models import Person
from sources import intake, rules, workflow
from sources.admin.candidates import listed
from sources.admin.check_history import history_of, open_check_of
from sources.admin.evidence import with_state
from sources.admin.intake import intake_view
from sources.admin.passages import passage_view
from sources.admin.scheduling import SOON, is_under_way, pause_of, plan_of, refresh_after
from sources.admin.source_list import SourceList
from sources.models import Citation, Host, Source, SourceCheck

SNAPSHOTS_SHOWN = 20

source_actions: Actions[Source] = Actions()


@dataclass(frozen=True, kw_only=True)
class SourcePanel:
    """A part beside a source's page, from another module. `context` returns None when there is nothing to show."""

    name: str
    template: str
    context: Callable[[Source, Person], Mapping[str, object] | None]


source_panels: list[SourcePanel] = []


class _CheckAsked(NamedTuple):
    check: SourceCheck
    waited_until: datetime | None  # the time for which it was queued before somebody asked


def _check(source: Source, *, by: Person, at: datetime, data: Mapping[str, Any], version: int | None) -> _CheckAsked:
    before = open_check_of(source)
    check = workflow.request_check(source, by=by, at=at)
    return _CheckAsked(check, before.next_attempt_at if before and before.next_attempt_at > at else None)


def _tell_of_check(admin: Any, request: HttpRequest, source: Source, asked: _CheckAsked) -> HttpResponse:
    """Say what happens now, and go back to the page, which shows how far it has come."""
    host = Host.objects.filter(pk=source.host).first() if source.host else None
    plan = plan_of(source, check=asked.check, host=host, relying=0, now=timezone.now())
    if asked.waited_until is not None:
        messages.success(request, f"The check that waited until {asked.waited_until:%H:%M} UTC is brought forward.")
    elif plan.word == "under way":
        messages.info(request, "A worker is looking at it already. Its outcome appears here.")
    else:
        messages.success(request, "A check is queued: a worker takes it within seconds. Its outcome appears here.")
    if host and host.next_allowed_at > timezone.now() + SOON:
        messages.warning(request, pause_of(host))
    return HttpResponseRedirect(reverse("admin:sources_source_change", args=[source.pk]))


def _ingest(source: Source, *, by: Person, at: datetime, data: Mapping[str, Any], version: int | None) -> object:
    return intake.ingest(source, by=by, at=at)


def _check_can_ingest(source: Source, by: Person) -> None:
    rules.check_can_ingest(source.desk, by)


source_actions.register(
    Action[Source](
        name="check",
        label="Check now",
        explain="A worker fetches the source and looks for every passage that we quote of it.",
        check=rules.check_can_request_check,
        run=_check,
        done="The source is being checked.",
        answer=_tell_of_check,
    )
)
source_actions.register(
    Action[Source](
        name="candidates",
        label="List its candidate claims",
        explain="The text is searched for statements that are worth a check.",
        check=_check_can_ingest,
        run=_ingest,
        done="The source's candidate claims are listed as soon as its text is there.",
    )
)


def _panels(source: Source, person: Person, offered: Mapping[str, list[Action[Source]]]) -> list[dict[str, object]]:
    """What is shown beside the page: each panel's template, its context, and the actions that go with it."""
    found = ((panel, panel.context(source, person)) for panel in source_panels)
    return [
        {"template": panel.template, "context": context, "actions": offered.get(panel.name, [])}
        for panel, context in found
        if context is not None
    ]


@admin.register(Source)
class SourceAdmin(SourceList):
    """Sources are read here; adding, citing and checking are verbs."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        mine = [
            path("take-in/", view(self.take_in_view), name="sources_source_intake"),
            path("<uuid:pk>/change/", view(self.source_view), name="sources_source_change"),
            path("<uuid:pk>/candidates/", view(self.candidates_view), name="sources_source_candidates"),
            path("<uuid:pk>/do/<slug:name>/", view(self.do_view), name="sources_source_do"),
            path("passages/<uuid:pk>/", view(self.passage_view), name="sources_passage"),
        ]
        return mine + super().get_urls()

    def source_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source: Any = self.visible(request, pk)
        person, now = person_of(request), timezone.now()
        opened = open_check_of(source)
        is_watched = opened is not None and is_under_way(opened.status, opened.next_attempt_at, now)
        host = Host.objects.filter(pk=source.host).first() if source.host else None
        cited = Citation.objects.in_use().filter(source=source).select_related("source", "claim", "position__party")
        offered = source_actions.offered(source, person)
        snapshots = source.snapshots.defer("text", "main_text", "headers").order_by("-fetched_at", "-id")
        return self.page(
            request,
            "sources/admin/source.html",
            title=str(source),
            source=source,
            opened=opened,
            plan=plan_of(source, check=opened, host=host, relying=source.relied, now=now),
            refresh=refresh_after(opened.next_attempt_at, now) if opened and is_watched else 0,
            host=host,
            history=history_of(source, request.GET.get("page"), now),
            citations=with_state(cited.order_by("added_at", "id")),
            snapshots=list(snapshots[:SNAPSHOTS_SHOWN]),
            snapshots_number=snapshots.count(),
            candidates_number=source.candidates.count(),
            offered=offered.get("bar", []),
            panels=_panels(source, person, offered),
            do=reverse("admin:sources_source_do", args=[source.pk, "x"]).removesuffix("x/"),
        )

    def passage_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return passage_view(self, request, pk)

    def take_in_view(self, request: HttpRequest) -> HttpResponse:
        return intake_view(self, request)

    def candidates_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The article with its candidates marked, and the candidates by worth."""
        source: Source = self.visible(request, pk)
        context = listed(source, person_of(request))
        return self.page(request, "sources/admin/candidates.html", title=f"Candidates of {source}", **context)

    def do_view(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        source: Source = self.visible(request, pk)
        back = reverse("admin:sources_source_change", args=[source.pk])
        if name == "candidates":
            back = reverse("admin:sources_source_candidates", args=[source.pk])
        return act(self, request, subject=source, actions=source_actions, name=name, back=back)
