"""Taking in an article, and deciding on its candidate claims."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from claims.admin.access import desks_worked_on, person_of
from claims.admin.acting import act
from claims.admin.base import ReadOnlyAdmin
from claims.admin.claim_forms import offer_desks
from claims.admin.forms import DayInput, dress
from claims.models import Desk, Person
from claims.rules import Invalid, NotAllowed
from sources import intake, rules, workflow
from sources.admin.candidates import candidate_actions
from sources.models import Candidate, Source


class IntakeForm(forms.Form):
    """An article as text, as a file or by its address."""

    desk = forms.ModelChoiceField(queryset=Desk.objects.none(), empty_label=None)
    way = forms.ChoiceField(
        label="What do you have?",
        choices=[("text", "Its text"), ("file", "A file"), ("url", "Its web address")],
        initial="text",
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="The whole article. Nothing is sent anywhere.",
    )
    file = forms.FileField(label="File", required=False, allow_empty_file=True, help_text="HTML, PDF or text.")
    url = forms.CharField(
        label="Web address",
        required=False,
        help_text="A worker fetches it, keeps a copy, and lists its claims.",
    )
    title = forms.CharField(required=False)
    publisher = forms.CharField(required=False)
    published_on = forms.DateField(label="Published on", required=False, widget=DayInput())
    language = forms.CharField(required=False, help_text="A tag such as en; leave it empty to have it recognised.")

    def __init__(
        self,
        data: Any = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        person: Person,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, files, **kwargs)
        offer_desks(self.fields["desk"], desks_worked_on(person))
        dress(self)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        way = data.get("way")
        asks = {
            "text": "Paste the article's text.",
            "file": "Choose a file.",
            "url": "Give the article's address.",
        }
        if way in asks and way not in self.errors and not data.get(way) and data.get(way) != 0:
            self.add_error(way, asks[way])
        published = data.get("published_on")
        if published and published > timezone.now().date():
            self.add_error("published_on", "This day is in the future. Give the day of publication.")
        return data


def take_in(form: IntakeForm, *, by: Person, at: datetime) -> Source:
    """Add the form's article by the verb for its kind, and ask for its candidates."""
    data = form.cleaned_data
    desk: Desk = data["desk"]
    published_on: date | None = data["published_on"]
    told: dict[str, Any] = {
        "title": data["title"],
        "publisher": data["publisher"],
        "published_on": published_on,
    }
    if data["way"] == "url":
        source = workflow.add_web_source(desk=desk, url=data["url"], by=by, at=at, **told)
    elif data["way"] == "file":
        upload = data["file"]
        rules.check_size("file", upload.size)  # before it is read into memory
        source = workflow.add_document(
            desk=desk,
            data=upload.read(),
            file_name=upload.name,
            media_type=upload.content_type or "",
            by=by,
            at=at,
            language=data["language"],
            **told,
        )
    else:
        source = workflow.add_text_source(desk=desk, text=data["text"], by=by, at=at, language=data["language"], **told)
    return intake.ingest(source, by=by, at=at)


def intake_view(model_admin: ReadOnlyAdmin, request: HttpRequest) -> HttpResponse:
    """The form, and on POST the way to the candidates' page."""
    person = person_of(request)
    if not desks_worked_on(person):
        reason = "Only fact-checkers and editors of a desk take in articles."
        return model_admin.page(
            request,
            "claims/admin/refused.html",
            status=403,
            title="You may not do this",
            reason=reason,
            back=reverse("admin:sources_source_changelist"),
        )
    form = IntakeForm(request.POST or None, request.FILES or None, person=person)
    if request.method == "POST" and form.is_valid():
        at = timezone.now()
        try:
            source = take_in(form, by=person, at=at)
        except Invalid as invalid:
            form.add_error(invalid.field if invalid.field in form.fields else None, invalid.message)
        except NotAllowed as refusal:
            form.add_error("desk", refusal.reason)
        else:
            if source.added_at != at:
                day = f"{source.added_at:%-d %B %Y}"
                messages.info(request, f"The desk has this article already: {source.added_by} added it on {day}.")
            return HttpResponseRedirect(reverse("admin:sources_source_candidates", args=[source.pk]))
    status = 422 if form.is_bound and form.errors else 200
    return model_admin.page(
        request,
        "sources/admin/intake.html",
        status=status,
        title="Take in an article",
        form=form,
        most_bytes=settings.UPLOAD_MAX_BYTES,
    )


@admin.register(Candidate)
class CandidateAdmin(ReadOnlyAdmin):
    """Candidates are read on their source's page and decided here; they have no list of their own."""

    desk_lookup = "source__desk"

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [path("<uuid:pk>/do/<slug:name>/", view(self.do_view), name="sources_candidate_do")]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("source__desk", "contested_with", "claim")

    def do_view(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        candidate: Candidate = self.visible(request, pk)
        back = reverse("admin:sources_source_candidates", args=[candidate.source_id])
        return act(self, request, subject=candidate, actions=candidate_actions, name=name, back=back)
