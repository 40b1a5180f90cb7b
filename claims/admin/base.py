"""The base of the desk's admin classes: members read, nothing is changed or deleted except by a verb."""

from typing import Any

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from unfold.admin import ModelAdmin

from claims.admin.access import is_administrator, is_member, page_context, person_of


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Rows that any member of the desk may read and nobody may write here."""

    list_per_page = 50
    show_full_result_count = False
    actions: Any = None
    list_filter_submit = True
    compressed_fields = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_member(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_member(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        """Without delete and history: the first is never possible, the second would be Django's, not ours."""
        unwanted = ("_delete", "_history")
        return [url for url in super().get_urls() if not str(url.name or "").endswith(unwanted)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows of the person's desks."""
        rows: QuerySet[Any] = super().get_queryset(request)
        desk = self.desk_lookup
        return rows.filter(**{f"{desk}__memberships__person": person_of(request)}) if desk else rows

    desk_lookup = "desk"

    def visible(self, request: HttpRequest, pk: object) -> Any:
        """The row of this key if the person may see it; Http404 otherwise, so that no key is given away."""
        found = self.get_queryset(request).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found

    def page(self, request: HttpRequest, template: str, *, status: int = 200, **context: object) -> HttpResponse:
        """Answer with one of our pages inside the admin's frame."""
        request.current_app = self.admin_site.name
        whole = page_context(self.admin_site, request, **context)
        return TemplateResponse(request, template, whole, status=status)


class AdministratorAdmin(ModelAdmin):  # type: ignore[misc]
    """Rows that administrators edit and others do not see; rows stay, since history points to them."""

    list_filter_submit = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
