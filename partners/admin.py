"""Partners and their keys: editors take partners on, give keys, and revoke them."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from claims.admin.access import is_editor, person_of
from claims.admin.acting import act
from claims.admin.actions import Action, Actions
from claims.admin.base import ReadOnlyAdmin
from claims.admin.claim_forms import offer_desks
from claims.admin.forms import ActionForm, DayInput, dress
from claims.models import Desk, Person
from claims.rules import Invalid, InvalidTransition, NotAllowed
from claims.statuses import Role
from claims.templatetags.desk import ago, badge, when
from partners import rules, workflow
from partners.models import ApiKey, Partner
from partners.scopes import Scope


class EditorsAdmin(ReadOnlyAdmin):
    """Pages that editors and auditors read."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        memberships = person_of(request).memberships
        return (
            super().has_view_permission(request, obj)
            and memberships.filter(role__in=[Role.EDITOR, Role.AUDITOR]).exists()
        )


class PartnerForm(forms.Form):
    desk = forms.ModelChoiceField(queryset=Desk.objects.none(), empty_label=None)
    name = forms.CharField()
    contact = forms.CharField(required=False, help_text="Who answers when something breaks.")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_desks(
            self.fields["desk"],
            list(Desk.objects.filter(memberships__person=person, memberships__role=Role.EDITOR)),
        )
        dress(self)


class KeyForm(ActionForm):
    scopes = forms.MultipleChoiceField(choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    expires_on = forms.DateField(label="Expires on", required=False, widget=DayInput(), help_text="Empty: never.")


def _give_key(partner: Partner, *, by: Person, at: datetime, data: Mapping[str, Any], version: int | None) -> object:
    day = data["expires_on"]
    expires_at = timezone.make_aware(datetime.combine(day, time.max)) if day else None
    try:
        return workflow.create_key(partner, data["scopes"], by, at, expires_at)
    except Invalid as invalid:
        field = "expires_on" if invalid.field == "expires_at" else invalid.field
        raise Invalid(field, invalid.message) from invalid


def _show_secret(
    shown_by: ReadOnlyAdmin, request: HttpRequest, partner: Partner, given: tuple[ApiKey, str]
) -> HttpResponse:
    """The only page that ever shows a secret: not stored, not cached, gone on reload."""
    key, secret = given
    response = shown_by.page(
        request, "partners/admin/secret.html", title="The new key", partner=partner, key=key, secret=secret
    )
    response["Cache-Control"] = "no-store"
    return response


def _check_can_give(partner: Partner, by: Person) -> None:
    rules.check_can_manage(partner.desk, by)


def _revoke(key: ApiKey, *, by: Person, at: datetime, data: Mapping[str, Any], version: int | None) -> object:
    return workflow.revoke_key(key, by=by, at=at)


def _check_can_revoke(key: ApiKey, by: Person) -> None:
    rules.check_can_manage(key.partner.desk, by)
    if key.revoked_at is not None:
        raise InvalidTransition("This key was revoked before.")


partner_actions: Actions[Partner] = Actions()
partner_actions.register(
    Action[Partner](
        name="give_key",
        label="Give a key",
        explain="The secret is shown once, on the next page. Only its hash is kept.",
        form=KeyForm,
        check=_check_can_give,
        run=_give_key,
        done="The key works from now on.",
        answer=_show_secret,
        tone="primary",
        binds_version=False,
    )
)
key_actions: Actions[ApiKey] = Actions()
key_actions.register(
    Action[ApiKey](
        name="revoke",
        label="Revoke the key",
        explain="It stops working at once and for good.",
        check=_check_can_revoke,
        run=_revoke,
        done="The key is revoked.",
        tone="danger",
        binds_version=False,
    )
)


@admin.register(Partner)
class PartnerAdmin(EditorsAdmin):
    """Organisations that read verdicts."""

    list_display = ("name", "contact", "usable_keys", "created")
    search_fields = ("name", "contact")
    change_list_template = "partners/admin/partner_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Partner]:
        usable = Q(keys__revoked_at__isnull=True)
        rows: QuerySet[Partner] = super().get_queryset(request)
        return rows.annotate(keys_number=Count("keys", filter=usable, distinct=True))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        mine = [
            path("add/", view(self.add_view), name="partners_partner_add"),
            path("<uuid:pk>/change/", view(self.partner_view), name="partners_partner_change"),
            path("<uuid:pk>/do/<slug:name>/", view(self.do_view), name="partners_partner_do"),
        ]
        return mine + super().get_urls()

    @admin.display(description="keys in use", ordering="keys_number")
    def usable_keys(self, partner: Partner) -> int:
        return int(partner.keys_number)  # type: ignore[attr-defined]

    @admin.display(description="since", ordering="created_at")
    def created(self, partner: Partner) -> SafeString:
        return when(partner.created_at)

    def _refused(self, request: HttpRequest, reason: str) -> HttpResponse:
        return self.page(
            request,
            "claims/admin/refused.html",
            status=403,
            title="You may not do this",
            reason=reason,
            back=reverse("admin:index"),
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not is_editor(request):
            return self._refused(request, "Only editors take partners on.")
        person = person_of(request)
        form = PartnerForm(request.POST or None, person=person)
        if request.method == "POST" and form.is_valid():
            try:
                partner = workflow.create_partner(by=person, at=timezone.now(), **form.cleaned_data)
            except Invalid as invalid:
                form.add_error(invalid.field if invalid.field in form.fields else None, invalid.message)
            except NotAllowed as refusal:
                return self._refused(request, refusal.reason)
            else:
                messages.success(request, "The partner is taken on. Give it a key next.")
                return HttpResponseRedirect(reverse("admin:partners_partner_change", args=[partner.pk]))
        back = reverse("admin:partners_partner_changelist")
        return self.page(
            request,
            "claims/admin/simple_form.html",
            status=422 if form.errors else 200,
            title="Take on a partner",
            form=form,
            submit="Take on",
            back=back,
        )

    def partner_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            return self._refused(request, "Only editors and auditors see partners.")
        partner: Partner = self.visible(request, pk)
        person = person_of(request)
        keys = list(partner.keys.select_related("created_by", "partner__desk"))
        return self.page(
            request,
            "partners/admin/partner.html",
            title=partner.name,
            partner=partner,
            keys=keys,
            at=timezone.now(),
            offered=partner_actions.offered(partner, person).get("bar", []),
            may_revoke=is_editor(request),
        )

    def do_view(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        partner: Partner = self.visible(request, pk)
        back = reverse("admin:partners_partner_change", args=[partner.pk])
        return act(self, request, subject=partner, actions=partner_actions, name=name, back=back)


@admin.register(ApiKey)
class ApiKeyAdmin(EditorsAdmin):
    """Keys by their prefix; their secrets are nowhere."""

    list_display = ("prefix", "partner", "scopes_said", "state", "created", "last_used")
    list_display_links = None
    search_fields = ("prefix", "partner__name")
    list_select_related = ("partner",)
    desk_lookup = "partner__desk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return super().get_queryset(request).select_related("partner__desk", "created_by")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        mine = [path("<uuid:pk>/do/<slug:name>/", view(self.do_view), name="partners_apikey_do")]
        return mine + super().get_urls()

    @admin.display(description="scopes")
    def scopes_said(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description="state")
    def state(self, key: ApiKey) -> SafeString:
        return key_state(key, timezone.now())

    @admin.display(description="created", ordering="created_at")
    def created(self, key: ApiKey) -> SafeString:
        return when(key.created_at)

    @admin.display(description="last used", ordering="last_used_at")
    def last_used(self, key: ApiKey) -> SafeString:
        return ago(key.last_used_at)

    def do_view(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        key: ApiKey = self.visible(request, pk)
        back = reverse("admin:partners_partner_change", args=[key.partner_id])
        return act(self, request, subject=key, actions=key_actions, name=name, back=back)


def key_state(key: ApiKey, at: datetime) -> SafeString:
    if key.revoked_at is not None:
        return badge("dismissed", "Revoked")
    if key.expires_at is not None and key.expires_at <= at:
        return badge("dismissed", "Expired")
    return badge("done", "Works")
