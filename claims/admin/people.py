"""People, desks and memberships, which administrators look after; everybody declares their own interests."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from claims import workflow
from claims.admin.access import is_administrator, person_of, works_here
from claims.admin.base import AdministratorAdmin, ReadOnlyAdmin
from claims.admin.forms import dress
from claims.models import Claim, Claimant, Desk, Interest, Membership, Person, Topic
from claims.rules import Invalid

admin.site.unregister(Group)  # permissions follow from memberships


class MembershipInline(TabularInline):  # type: ignore[misc]
    model = Membership
    extra = 0

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Name each choice for screen readers: the table's head is no label."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            getattr(field.widget, "widget", field.widget).attrs["aria-label"] = str(field.label)
        return field

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_administrator(request)

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission  # leaving a desk; the person and the history stay


@admin.register(Person)
class PersonAdmin(UserAdmin, AdministratorAdmin):  # type: ignore[type-arg]
    """Accounts. Somebody who leaves is made inactive, never deleted."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (MembershipInline,)
    list_display = ("username", "full_name", "public_name", "is_active", "is_staff", "is_superuser")
    list_filter = ("is_active", "is_staff", "memberships__role")
    search_fields = ("username", "first_name", "last_name", "email", "public_name")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "public_name")}),
        ("Account", {"fields": ("is_active", "is_staff", "is_superuser", "last_login", "date_joined")}),
    )

    @admin.display(description="name")
    def full_name(self, person: Person) -> str:
        return person.get_full_name()


@admin.register(Desk)
class DeskAdmin(AdministratorAdmin):
    list_display = ("name", "slug")


class InterestForm(forms.Form):
    """One's own interest, in exactly one thing."""

    claimant = forms.ModelChoiceField(required=False, queryset=Claimant.objects.none(), empty_label="—")
    topic = forms.ModelChoiceField(required=False, queryset=Topic.objects.none(), empty_label="—")
    claim = forms.ModelChoiceField(required=False, queryset=Claim.objects.none(), widget=forms.HiddenInput)
    note = forms.CharField(label="What your interest is", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = {"desk__memberships__person": person}
        for name, model in (("claimant", Claimant), ("topic", Topic), ("claim", Claim)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = model._default_manager.filter(**mine)
        dress(self)


@admin.register(Interest)
class InterestAdmin(ReadOnlyAdmin):
    """Declared interests of the desk's people: they are how recusals come about."""

    list_display = ("person", "subject", "note", "declared_at", "ended_at")
    list_display_links = None
    ordering = ("-declared_at", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interest]:
        desks = Desk.objects.filter(memberships__person=person_of(request))
        return (
            Interest.objects.filter(person__memberships__desk__in=desks)
            .select_related("person", "claim", "claimant", "topic")
            .distinct()
        )

    desk_lookup = ""

    @admin.display(description="interest in")
    def subject(self, interest: Interest) -> str:
        return str(interest.claim or interest.claimant or interest.topic)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return works_here(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not works_here(request):
            raise PermissionDenied
        person = person_of(request)
        form = InterestForm(request.POST or None, person=person)
        back = reverse("admin:claims_interest_changelist")
        if request.method == "POST" and form.is_valid():
            try:
                workflow.declare_interest(by=person, at=timezone.now(), **form.cleaned_data)
            except Invalid as invalid:
                form.add_error("claimant" if invalid.field == "claim" else invalid.field, invalid.message)
            else:
                messages.success(request, "Your interest is declared; you are recused from what it concerns.")
                return HttpResponseRedirect(back)
        return self.page(
            request,
            "claims/admin/simple_form.html",
            status=422 if form.errors else 200,
            title="Declare an interest",
            explain="Name one claimant or one topic. You are recused from every claim that it concerns: you "
            "cannot be assigned to it, review or publish it. An interest in a single claim is declared on its page.",
            form=form,
            submit="Declare",
            back=back,
        )
