"""Lists in the desk's own dress: tabs, filters, a table that stacks on a phone, and one verb for many rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.filters import ChoicesFieldListFilter
from django.contrib.admin.templatetags.admin_list import result_headers
from django.contrib.admin.utils import lookup_field, quote
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from claims.admin.base import ReadOnlyAdmin

STATE_VAR = "state"
TICK = "action_checkbox"


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A named part of a list. `columns` and `ordering` replace the list's own where they are given."""

    value: str
    label: str
    narrow: Callable[[QuerySet[Any], datetime], QuerySet[Any]]
    explain: str = ""
    empty: str = "Nothing here."
    columns: tuple[str, ...] = ()
    ordering: tuple[str, ...] = ()
    is_counted: bool = False


class TabFilter(admin.SimpleListFilter):
    """Narrows a list to the tab that the address names; a name that is none narrows nothing."""

    title = "state"
    parameter_name = STATE_VAR

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.tab: Tab | None = model_admin.tab_of(request)
        return [(tab.value, tab.label) for tab in model_admin.tabs]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return self.tab.narrow(queryset, timezone.now()) if self.tab else queryset


class DeskList(ReadOnlyAdmin):
    """A list of rows with tabs; where a person may act on many, `verb` is what the button says."""

    change_list_template = "sources/admin/list.html"
    tabs: tuple[Tab, ...] = ()
    verb = ""

    def tab_of(self, request: HttpRequest) -> Tab | None:
        return next((tab for tab in self.tabs if tab.value == request.GET.get(STATE_VAR)), None)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        tab = self.tab_of(request)
        return tab.columns if tab and tab.columns else tuple(self.list_display)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        tab = self.tab_of(request)
        return tab.ordering if tab and tab.ordering else tuple(self.ordering or ())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data and "cl" in answer.context_data:
            answer.context_data |= self._dressed(request, answer.context_data["cl"])
        return answer

    def prepare(self, rows: Sequence[Any]) -> None:
        """Give the rows of one page what their columns need, in a fixed number of queries."""

    def _dressed(self, request: HttpRequest, cl: Any) -> dict[str, Any]:
        """What our template needs of a change list."""
        here = self.tab_of(request)
        self.prepare(cl.result_list)
        headers = [
            {**header, "name": name, "direction": _direction(header)}
            for name, header in zip(cl.list_display, result_headers(cl), strict=True)
            if name != TICK
        ]
        kept = {name: value for name, value in cl.params.items() if name in {STATE_VAR, ORDER_VAR}}
        selects = list(_selects(cl))
        return {
            "tabs": [self._tab(request, tab, is_here=tab is here) for tab in self.tabs],
            "here": here,
            "headers": headers,
            "rows": [self._row(row, headers) for row in cl.result_list],
            "selects": selects,
            "kept": kept,
            "search_var": SEARCH_VAR,
            "verb": self.verb if TICK in cl.list_display else "",
            "is_narrowed": bool(cl.query) or any(select["value"] for select in selects),
            "clear": cl.get_query_string(new_params=kept, remove=[*cl.params, SEARCH_VAR]),
            "previous": cl.get_query_string({PAGE_VAR: cl.page_num - 1}) if cl.page_num > 1 else "",
            "next": cl.get_query_string({PAGE_VAR: cl.page_num + 1}) if cl.page_num < cl.paginator.num_pages else "",
        }

    def _tab(self, request: HttpRequest, tab: Tab, *, is_here: bool) -> dict[str, Any]:
        count = tab.narrow(self.get_queryset(request), timezone.now()).count() if tab.is_counted else None
        return {"label": tab.label, "query": f"?{STATE_VAR}={tab.value}", "count": count, "is_here": is_here}

    def _row(self, row: Any, headers: list[dict[str, Any]]) -> dict[str, Any]:
        """A row's key, address and cells: its first column names it."""
        values = [lookup_field(header["name"], row, self)[2] for header in headers]
        cells = [{"label": header["text"], "value": value} for header, value in zip(headers, values, strict=True)]
        return {"row": row, "url": self.url_of(row), "name": cells[0]["value"], "cells": cells[1:]}

    def url_of(self, row: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(row.pk)])


def _direction(header: dict[str, Any]) -> str:
    """What a sorted column says to a screen reader."""
    if not header.get("sorted"):
        return ""
    return "ascending" if header["ascending"] else "descending"


def _selects(cl: Any) -> Iterator[dict[str, Any]]:
    """The filters on fields with choices, each as one drop-down."""
    for spec in cl.filter_specs:
        if isinstance(spec, ChoicesFieldListFilter):
            yield {
                "name": spec.lookup_kwarg,
                "label": spec.title,
                "value": (spec.lookup_val or [""])[-1],
                "options": [(value, label) for value, label in spec.field.flatchoices if value],
            }
