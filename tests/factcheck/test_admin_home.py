"""The home page: each person finds what waits for them, and nobody what they may not decide."""

from typing import Any

from claims.models import Person
from reviews import corrections
from reviews.evidence import raise_alerts
from sources.models import Citation
from tests.desk import TEXTS, TestDesk
from tests.pages import sign_in, text_of


def sections(person: Person) -> dict[str, list[str]]:
    """The titles of what waits for the person, with the texts below each."""
    context: Any = sign_in(person).get("/admin/").context
    return {section.title: [row.text for row in section.rows] for section in context["mine"]}


def test_reviewers_find_the_reviews_they_owe(desk: TestDesk) -> None:
    opened = desk.in_review()
    assert sections(desk.ben)["Reviews you owe"] == [opened.claim.text]
    desk.review(opened, desk.ben)
    assert "Reviews you owe" not in sections(desk.ben)


def test_the_researcher_finds_the_next_step(desk: TestDesk) -> None:
    claim = desk.in_research()
    html = text_of(sign_in(desk.ana).get("/admin/"))
    assert sections(desk.ana)["Your claims in research"] == [claim.text]
    assert "no draft yet" in html
    desk.draft(claim)
    assert "ready for a review round" in text_of(sign_in(desk.ana).get("/admin/"))


def test_editors_find_rounds_to_publish_and_everybody_rounds_to_adjudicate(desk: TestDesk) -> None:
    ready = desk.reviewed()
    split = desk.in_review()
    desk.review(split, desk.ben, "false")
    assert "Rounds to adjudicate" not in sections(desk.dov)
    desk.review(split, desk.chi)
    found = sections(desk.dov)
    assert found["Rounds to publish or send back"] == [ready.claim.text]
    assert found["Rounds to adjudicate"] == [split.claim.text]
    for involved in (desk.ana, desk.ben, desk.chi):
        assert not {"Rounds to publish or send back", "Rounds to adjudicate"} & set(sections(involved))


def test_an_editor_finds_what_another_person_proposed(desk: TestDesk) -> None:
    claim = desk.published()
    corrections.propose_correction(claim, by=desk.dov, at=desk.tick(), kind="clarification", reason="Clearer.", **TEXTS)
    assert sections(desk.fay)["Proposals waiting for your signature"] == [claim.text]
    assert "Proposals waiting for your signature" not in sections(desk.dov)


def test_the_researcher_finds_evidence_that_was_lost(desk: TestDesk) -> None:
    claim = desk.published()
    lost = claim.citations.first()
    Citation.objects.filter(pk=lost.pk).update(outcome="missing", is_confirmed=True, outcome_since=desk.tick())
    assert raise_alerts(at=desk.tick()) == 1
    assert sections(desk.ana)["Evidence lost on your claims"] == [claim.text]
    assert "Evidence lost on your claims" not in sections(desk.ben)


def test_an_auditor_reads_the_desk_and_owes_nothing(desk: TestDesk) -> None:
    desk.in_review()
    desk.submit(text="Somebody should take this.")
    html = text_of(sign_in(desk.eva).get("/admin/"))
    assert sections(desk.eva) == {}
    assert "Somebody should take this." in html
    assert "Nothing waits for you" not in html


def test_another_desk_sees_nothing_of_it(desk: TestDesk) -> None:
    claim = desk.published()
    assert claim.text not in text_of(sign_in(desk.oli).get("/admin/"))


def test_an_administrator_without_a_desk_looks_after_people_only(desk: TestDesk) -> None:
    claim = desk.submit()
    boss = Person.objects.create(username="boss", is_staff=True, is_superuser=True)
    client = sign_in(boss)
    assert "You belong to no desk yet" in text_of(client.get("/admin/"))
    assert client.get("/admin/claims/person/").status_code == 200
    assert client.get(f"/admin/claims/person/{desk.ana.pk}/change/").status_code == 200
    assert client.post(f"/admin/claims/person/{desk.ana.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"/admin/claims/claim/{claim.pk}/").status_code == 404
    assert client.post(f"/admin/claims/claim/{claim.pk}/do/comment/", {"text": "x"}).status_code == 404
    assert sign_in(desk.dov).get("/admin/claims/person/").status_code == 403


def test_administrators_add_people_and_memberships(desk: TestDesk) -> None:
    boss = Person.objects.create(username="boss", is_staff=True, is_superuser=True)
    client = sign_in(boss)
    secret = "correct-horse-battery"
    data = {"username": "gus", "password1": secret, "password2": secret, "usable_password": "true"}
    forms = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    answer = client.post("/admin/claims/person/add/", {**data, **forms})
    assert answer.status_code == 302, answer.context["errors"]
    gus = Person.objects.get(username="gus")
    data = {"username": "gus", "is_active": "on", "is_staff": "on", **forms, "memberships-TOTAL_FORMS": "1"}
    member = {
        "memberships-0-desk": desk.desk.pk,
        "memberships-0-role": "editor",
        "memberships-0-person": gus.pk,
    }
    answer = client.post(f"/admin/claims/person/{gus.pk}/change/", {**data, **member})
    assert answer.status_code == 302, answer.context["errors"]
    assert gus.memberships.get().role == "editor"


def test_interests_are_declared_by_oneself(desk: TestDesk) -> None:
    party = desk.party("Solvane")
    client = sign_in(desk.ben)
    answer = client.post("/admin/claims/interest/add/", {"claimant": party.pk, "note": "My brother works there."})
    assert answer.status_code == 302
    assert desk.ben.interests.get().claimant == party
    wrong = client.post("/admin/claims/interest/add/", {"note": "Of nothing."})
    assert wrong.status_code == 422
    assert "Name exactly one" in text_of(wrong)
    assert "Solvane" in text_of(client.get("/admin/claims/interest/"))
