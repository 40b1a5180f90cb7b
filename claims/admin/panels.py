"""What a claim's page and the list of claims show: panels, columns and filters, registered from above."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpRequest

from claims.models import Claim, Person
from claims.querysets import ClaimQuerySet

Context = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A part of a claim's page. `context` returns None when there is nothing to show."""

    name: str
    title: str
    template: str
    context: Callable[[Claim, Person, HttpRequest], Context | None]
    order: int = 50
    side: bool = False


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the list of claims; `values` answers for a whole page of claims at once."""

    name: str
    title: str
    template: str
    values: Callable[[Collection[UUID], Person], Mapping[UUID, object]]
    order: int = 50


@dataclass(frozen=True, kw_only=True)
class ListFilter:
    """A tick box above the list of claims."""

    name: str
    label: str
    narrow: Callable[[ClaimQuerySet, Person], ClaimQuerySet]

    def field(self) -> forms.Field:
        return forms.BooleanField(label=self.label, required=False)


_panels: list[Panel] = []
_columns: list[Column] = []
_filters: list[ListFilter] = []


def register(part: Panel | Column | ListFilter) -> None:
    """Add a part; which kind it is decides where it shows."""
    if isinstance(part, Panel):
        _panels.append(part)
    elif isinstance(part, Column):
        _columns.append(part)
    else:
        _filters.append(part)


def panels() -> list[Panel]:
    return sorted(_panels, key=lambda panel: (panel.side, panel.order))


def columns() -> list[Column]:
    return sorted(_columns, key=lambda column: column.order)


def filters() -> list[ListFilter]:
    return list(_filters)
