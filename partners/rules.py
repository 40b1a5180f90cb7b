"""May this person, may this key: the conditions of the verbs on partners and their keys."""

from collections.abc import Iterable
from datetime import datetime

from claims.models import Desk, Person
from claims.rules import Invalid, InvalidTransition, NotAllowed, role_on
from claims.statuses import Role
from partners.models import ApiKey
from partners.scopes import Scope


def check_can_manage(desk: Desk, by: Person | None) -> None:
    """Editors of the desk manage its partners; `by` None is the operator at the command line."""
    if by is not None and role_on(desk, by) is not Role.EDITOR:
        raise NotAllowed(f"Only editors of {desk} manage its partners and their keys.")


def check_scopes(scopes: Iterable[str]) -> list[str]:
    """Return the scopes without repeats, in their list's order; raise Invalid naming the unknown ones."""
    wanted = set(scopes)
    unknown = sorted(wanted - set(Scope.values))
    if unknown or not wanted:
        what = f"Unknown: {', '.join(unknown)}." if unknown else "A key without a scope can do nothing."
        raise Invalid("scopes", f"{what} Use some of: {', '.join(Scope.values)}.")
    return [scope for scope in Scope.values if scope in wanted]


def check_expiry(expires_at: datetime | None, at: datetime) -> None:
    """Raise Invalid for an expiry that is not in the future."""
    if expires_at is not None and expires_at <= at:
        raise Invalid("expires_at", "This time has passed. Give a later one, or none.")


def check_is_usable(key: ApiKey, at: datetime) -> None:
    """Raise InvalidTransition if the key was revoked or has expired."""
    if key.revoked_at is not None and key.revoked_at <= at:
        raise InvalidTransition("This key was revoked. Ask the desk for another one.")
    if key.expires_at is not None and key.expires_at <= at:
        raise InvalidTransition("This key has expired. Ask the desk for another one.")
