"""Every action × status × person: the button is there exactly where the rule allows it, and force is refused."""

import re

import pytest

from claims.admin.actions import claim_actions
from claims.models import Claim, Event, Person
from claims.rules import Invalid, InvalidTransition, NotAllowed, can
from claims.statuses import Status
from tests.desk import TestDesk
from tests.pages import do, page, sign_in, text_of

PEOPLE = ("ana", "ben", "dov", "fay", "eva")


def refusal(name: str, claim: Claim, person: Person) -> tuple[int, str]:
    """The status and the reason that the rule gives; 200 where it lets the person."""
    action = claim_actions.named(name)
    assert action is not None
    try:
        action.check(claim, person)
    except NotAllowed as error:
        return 403, error.reason
    except InvalidTransition as error:
        return 409, error.reason
    except Invalid as error:
        return 409, error.message
    return 200, ""


@pytest.mark.parametrize("status", Status.values)
def test_buttons_are_those_that_the_rules_allow(desk: TestDesk, status: str) -> None:
    claim = desk.claim_in(status)
    for name in PEOPLE:
        person = getattr(desk, name)
        html = text_of(sign_in(person).get(page(claim)))
        shown = set(re.findall(r"/do/([a-z_]+)/", html))
        allowed = {action.name for action in claim_actions if can(action.check, claim, person)}
        # Beside a row: only where there is such a row.
        assert shown - allowed == set(), (status, name)
        assert {each for each in allowed - shown if claim_actions.named(each).place in {"bar"}} == set(), name


@pytest.mark.parametrize("status", Status.values)
def test_forced_requests_are_refused_with_the_rules_reason(desk: TestDesk, status: str) -> None:
    claim = desk.claim_in(status)
    for name in PEOPLE:
        person = getattr(desk, name)
        client = sign_in(person)
        for action in claim_actions:
            expected, reason = refusal(action.name, claim, person)
            if expected == 200:
                continue
            events, version = Event.objects.count(), claim.version
            answer = client.post(do(claim, action.name), {"version": claim.version, "reason": "Because."})
            assert answer.status_code == expected, (action.name, name, status)
            assert reason[:40].replace("'", "&#x27;") in text_of(answer).replace("&quot;", '"')
            claim.refresh_from_db()
            assert (Event.objects.count(), claim.version, claim.status) == (events, version, status)


@pytest.mark.parametrize("status", Status.values)
def test_every_allowed_form_opens_and_an_empty_one_changes_nothing(desk: TestDesk, status: str) -> None:
    claim = desk.claim_in(status)
    for name in PEOPLE:
        person = getattr(desk, name)
        client = sign_in(person)
        for action in claim_actions:
            if refusal(action.name, claim, person)[0] == 200:
                assert client.get(do(claim, action.name)).status_code == 200, action.name
                if set(action.form.base_fields) - {"version"}:
                    answer = client.post(do(claim, action.name), {})
                    assert answer.status_code in {409, 422}, (action.name, answer.status_code)
        claim.refresh_from_db()
        assert claim.status == status


def test_a_person_of_another_desk_finds_nothing(desk: TestDesk) -> None:
    claim = desk.published()
    client = sign_in(desk.oli)
    assert client.get(page(claim)).status_code == 404
    assert client.post(do(claim, "comment"), {"text": "Hello."}).status_code == 404
    assert claim.text not in text_of(client.get("/admin/claims/claim/"))


def test_an_auditor_sees_no_button_and_no_form(desk: TestDesk) -> None:
    claims = [desk.claim_in(status) for status in Status.values]
    client = sign_in(desk.eva)
    for claim in claims:
        assert "/do/" not in text_of(client.get(page(claim)))
    assert "Take in an article" not in text_of(client.get("/admin/"))
    assert client.get("/admin/sources/source/take-in/").status_code == 403
    assert client.get("/admin/claims/claim/add/").status_code == 403
    assert client.post("/admin/claims/interest/add/", {"note": "x"}).status_code == 403


def test_nothing_can_be_deleted(desk: TestDesk) -> None:
    claim = desk.published()
    client = sign_in(desk.dov)
    for address in (f"/admin/claims/claim/{claim.pk}/delete/", "/admin/reviews/logentry/0/delete/"):
        assert client.post(address, {"post": "yes"}).status_code in {302, 403, 404}
    assert Claim.objects.filter(pk=claim.pk).exists()


def test_a_post_without_the_token_is_refused(desk: TestDesk) -> None:
    from django.test import Client

    claim = desk.submit()
    client = Client(enforce_csrf_checks=True)
    client.force_login(desk.ben)
    answer = client.post(do(claim, "comment"), {"text": "Hello."})
    assert answer.status_code == 403
    assert not claim.comments.exists()
