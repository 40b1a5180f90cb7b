"""What may be done on a page: one action a verb, registered by the app that owns the verb."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.http import HttpRequest, HttpResponse

from claims.admin.forms import ActionForm
from claims.models import Claim, Person
from claims.rules import can

S = TypeVar("S")


class Run(Protocol):
    """Call the verb. `data` is the form's clean data, `version` its token."""

    def __call__(
        self, subject: Any, /, *, by: Person, at: datetime, data: Mapping[str, Any], version: int | None
    ) -> object: ...


@dataclass(frozen=True, kw_only=True)
class Action(Generic[S]):
    """One verb on one kind of row: its button, its form, who may, and what it does."""

    name: str
    label: str
    check: Callable[[S, Person], None]  # raises NotAllowed, InvalidTransition or Invalid
    run: Run
    done: str  # the message afterwards
    form: type[ActionForm] = ActionForm
    explain: str = ""  # what will happen, above the form
    statuses: frozenset[str] | None = None  # outside of these the button need not be asked about
    place: str = "bar"  # bar: with the claim's moves; a panel's name: in its head; item: beside a row
    tone: str = "plain"  # primary, plain or danger
    order: int = 50
    icon: str = ""
    anchor: str = ""  # where on the page the person lands afterwards
    binds_version: bool = True  # whether a change by somebody else since makes the form stale
    template: str = ""  # what to read before deciding
    context: Callable[[S, Person], Mapping[str, object]] = lambda subject, person: {}
    is_wide: bool = False
    # How to answer afterwards, from the page's admin, the request, the row and the verb's result; None: go back.
    answer: Callable[[Any, HttpRequest, S, Any], HttpResponse] | None = None


class Actions(Generic[S]):
    """The actions on one kind of row."""

    def __init__(self) -> None:
        self._named: dict[str, Action[S]] = {}

    def register(self, action: Action[S]) -> None:
        if action.name in self._named:
            raise ValueError(f"There are two actions named {action.name!r}.")
        self._named[action.name] = action

    def named(self, name: str) -> Action[S] | None:
        return self._named.get(name)

    def __iter__(self) -> Iterator[Action[S]]:
        return iter(sorted(self._named.values(), key=lambda action: (action.order, action.name)))

    def offered(self, subject: S, person: Person) -> dict[str, list[Action[S]]]:
        """By place, the actions that the person may take on the row now."""
        found: dict[str, list[Action[S]]] = {}
        status = getattr(subject, "status", None)
        for action in self:
            if action.statuses is not None and status not in action.statuses:
                continue
            if can(action.check, subject, person):
                found.setdefault(action.place, []).append(action)
        return found


claim_actions: Actions[Claim] = Actions()
