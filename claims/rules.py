"""May this person, may this claim: the conditions of every verb on a claim."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q

from claims.models import Claim, Desk, Interest, Membership, Person
from claims.models.claim import TEXT_MAX
from claims.statuses import MOVES, Role, Standing


class NotAllowed(Exception):
    """This person may not do it; `reason` says why, in words for the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class InvalidTransition(Exception):
    """The claim is not in a state from which this can be done."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StaleClaim(InvalidTransition):
    """Somebody changed the claim since the form was opened."""


class Invalid(Exception):
    """A value cannot be taken; `field` names it and `message` names the fix."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def can(check: Callable[..., None], *args: Any, **kwargs: Any) -> bool:
    """Whether `check` would pass: the boolean behind a button."""
    try:
        check(*args, **kwargs)
    except (NotAllowed, InvalidTransition, Invalid):
        return False
    return True


def role_on(desk: Desk, person: Person) -> Role | None:
    """The person's role on the desk; None for outsiders and for people who left."""
    if not person.is_active:
        return None
    role = Membership.objects.filter(desk=desk, person=person).values_list("role", flat=True).first()
    return Role(role) if role else None


def standings(claim: Claim, person: Person) -> frozenset[Standing]:
    """How the person stands to the claim, as far as this app knows; `reviews` adds its own."""
    role = role_on(claim.desk, person)
    if role is None:
        return frozenset({Standing.OUTSIDER})
    found = {Standing(role.value)}
    if claim.researcher_id == person.pk and role is not Role.AUDITOR:
        found.add(Standing.RESEARCHER)
    return frozenset(found)


def check_can_move(name: str, claim: Claim, by: Person, held: frozenset[Standing] | None = None) -> None:
    """Raise InvalidTransition or NotAllowed unless the table lets somebody of these standings make the move."""
    move = MOVES[name]
    if not move.goes_from(claim.status):
        places = " or ".join(sorted(str(status.label) for status in move.sources)).lower()
        raise InvalidTransition(
            f"“{move.label}” is for claims that are {places or 'new'}; "
            f"this one is {claim.get_status_display().lower()}."
        )
    held = standings(claim, by) if held is None else held
    if not move.is_open_to(held):
        raise NotAllowed(_refusal(name, held))


def _refusal(name: str, held: frozenset[Standing]) -> str:
    move = MOVES[name]
    barred = sorted(move.barred & held)
    if barred:
        return f"Whoever is the claim's {' and '.join(barred)} may not do this: {move.label.lower()}."
    wanted = " or ".join(sorted(standing.value.replace("_", " ") for standing in move.who))
    return f"“{move.label}” is for: {wanted}."


def check_is_on_desk(desk: Desk, by: Person) -> None:
    """Raise NotAllowed unless the person works on the desk; an auditor reads only."""
    if role_on(desk, by) not in {Role.FACT_CHECKER, Role.EDITOR}:
        raise NotAllowed(f"Only fact-checkers and editors of {desk} may do this.")


def is_recused(claim: Claim, person: Person) -> bool:
    """Whether a declared, unended interest keeps the person away from the claim."""
    concerns = Q(claim=claim) | Q(claimant__positions__claim=claim) | Q(topic__in=claim.topics.values("pk"))
    return Interest.objects.filter(concerns, person=person, ended_at__isnull=True).exists()


def check_not_recused(claim: Claim, person: Person) -> None:
    """Raise NotAllowed if the person declared an interest in the claim, its parties or its topics."""
    if is_recused(claim, person):
        raise NotAllowed(f"{person} declared an interest in this claim and is recused from it.")


def check_text(field: str, value: str, *, most: int = TEXT_MAX) -> str:
    """Return the text without surrounding white space; raise Invalid if it is empty, too long or has NULs."""
    value = value.strip()
    if not value:
        raise Invalid(field, "This is empty. Write at least a few words.")
    if "\x00" in value:
        raise Invalid(field, "This holds a NUL character. Paste it again as plain text.")
    if len(value) > most:
        raise Invalid(field, f"This has {len(value):,} characters; at most {most:,} fit. Shorten it.")
    return value


def check_can_submit(desk: Desk, by: Person) -> None:
    check_is_on_desk(desk, by)


def check_can_decline(claim: Claim, by: Person) -> None:
    check_can_move("decline", claim, by)
    if claim.events.filter(kind="publish").exists():
        raise InvalidTransition("This claim has a published verdict: withdraw the verdict instead of declining.")


def check_can_reopen(claim: Claim, by: Person) -> None:
    check_can_move("reopen", claim, by)


def check_can_start_research(claim: Claim, by: Person) -> None:
    check_can_move("start_research", claim, by)
    check_not_recused(claim, by)


def check_can_edit(claim: Claim, by: Person) -> None:
    """A claim's words may be edited until a round opens: by its researcher, or by the desk before it has one."""
    check_is_on_desk(claim.desk, by)
    if claim.status not in {"submitted", "in_research"}:
        raise InvalidTransition("The claim's words are settled once a review round has opened.")
    if claim.researcher_id not in {None, by.pk}:
        raise NotAllowed(f"Only its researcher, {claim.researcher}, edits this claim.")


def check_can_record(claim: Claim, by: Person) -> None:
    """Positions, relations and citations are recorded by the desk while the claim is alive."""
    check_is_on_desk(claim.desk, by)
    if claim.status in {"declined", "withdrawn"}:
        raise InvalidTransition(f"A {claim.get_status_display().lower()} claim takes no new material.")
    if claim.status == "in_review":
        raise InvalidTransition("A round is open: the reviewers must all see the same material. Send it back first.")


def check_can_comment(claim: Claim, by: Person) -> None:
    check_is_on_desk(claim.desk, by)
