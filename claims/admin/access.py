"""Who may open the desk's pages: members of a desk, by their membership and not by Django's permissions."""

from django.contrib.admin.sites import AdminSite
from django.http import HttpRequest

from claims.models import Desk, Membership, Person
from claims.statuses import Role

WORKING_ROLES = (Role.FACT_CHECKER, Role.EDITOR)


def person_of(request: HttpRequest) -> Person:
    """The person who signed in; the admin site lets nobody else through."""
    assert isinstance(request.user, Person)
    return request.user


def roles_of(request: HttpRequest) -> frozenset[str]:
    """The person's roles on all desks, read once a request."""
    held: frozenset[str] | None = getattr(request, "_desk_roles", None)
    if held is None:
        held = frozenset()
        if isinstance(request.user, Person) and request.user.is_active:
            held = frozenset(Membership.objects.filter(person=request.user).values_list("role", flat=True))
        request._desk_roles = held  # type: ignore[attr-defined]
    return held


def is_member(request: HttpRequest) -> bool:
    """Whether the person belongs to any desk."""
    return bool(roles_of(request))


def works_here(request: HttpRequest) -> bool:
    """Whether the person does more than read."""
    return bool(roles_of(request) & set(WORKING_ROLES))


def is_editor(request: HttpRequest) -> bool:
    return Role.EDITOR in roles_of(request)


def is_administrator(request: HttpRequest) -> bool:
    """Whether the person looks after accounts; that alone opens no claim."""
    return bool(request.user.is_active and request.user.is_superuser)


def desks_worked_on(person: Person) -> list[Desk]:
    """The desks for which the person takes claims and sources in."""
    return list(Desk.objects.filter(memberships__person=person, memberships__role__in=WORKING_ROLES))


def page_context(site: AdminSite, request: HttpRequest, **context: object) -> dict[str, object]:
    """The context that every page of the admin needs, and the page's own."""
    return {**site.each_context(request), "works_here": works_here(request), **context}
