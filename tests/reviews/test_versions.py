"""Published versions: numbered without gaps, never changed, one in force, each in the log."""

import json
from datetime import timedelta

import pytest

from claims.models import Change, MatchText
from claims.rules import Invalid, InvalidTransition, NotAllowed
from claims.statuses import Status
from reviews import corrections, documents, rules
from reviews import workflow as reviews
from reviews.models import Publication, Verdict
from sources.models import Source
from tests.desk import TEXTS, TestDesk


def correct(desk: TestDesk, claim: object, **fields: str) -> Verdict:
    given = {
        **TEXTS,
        "kind": "factual",
        "reason": "A date was wrong.",
        "summary": "With the right date.",
        **fields,
    }
    corrections.propose_correction(claim, by=desk.ana, at=desk.tick(), **given)
    return corrections.correct(claim, by=desk.dov, at=desk.tick())


def test_publication_writes_version_log_and_change(desk: TestDesk) -> None:
    claim = desk.published()
    verdict = Verdict.objects.get()
    publication = Publication.objects.get()
    document = json.loads(publication.document)

    assert (verdict.number, publication.status, claim.status) == (1, "in_force", Status.PUBLISHED)
    assert document["rating"]["code"] == "unproven"
    assert document["rating"]["value"] is None
    assert document["status"] == "in_force"
    assert document["evidence_status"] == "intact"
    assert document["log"]["index"] == 0
    assert [p["party"] for p in document["claim"]["positions"]] == ["Ankara", "Moscow"]
    assert [c["name"] for c in document["claim"]["claimants"]] == ["Ankara"]
    assert {c["outcome"] for c in document["citations"]} == {"found"}
    change = Change.objects.get(type="verdict.published")
    assert (change.verdict_id, change.verdict_version, change.is_public) == (verdict.verdict_id, 1, True)
    assert MatchText.objects.get(claim=claim).title == verdict.headline


def test_who_signed_what_is_kept(desk: TestDesk) -> None:
    desk.published()
    verdict = Verdict.objects.get()
    assert [signature["as"] for signature in verdict.signatures] == ["reviewer", "reviewer", "publisher"]
    assert {signature["content_hash"] for signature in verdict.signatures} == {verdict.content_hash}
    assert len({signature["person"] for signature in verdict.signatures}) == 3


def test_the_sources_of_a_published_verdict_are_watched(desk: TestDesk) -> None:
    from sources.workflow import add_web_source, cite

    claim = desk.in_research()
    page = add_web_source(desk=desk.desk, url="https://example.org/a", by=desk.ana, at=desk.tick())
    assert page.next_check_at is None
    cite(claim, source=page, exact="anything", by=desk.ana, at=desk.tick())
    from sources.workflow import watch

    watch(claim, at=desk.tick())
    assert Source.objects.get(pk=page.pk).next_check_at == desk.at


@pytest.mark.parametrize("kind", ["factual", "clarification", "update"])
def test_a_correction_is_a_new_version_at_once(desk: TestDesk, kind: str) -> None:
    claim = desk.published()
    verdict = correct(desk, claim, kind=kind)

    assert (verdict.number, verdict.kind, verdict.summary) == (2, kind, "With the right date.")
    assert claim.status == Status.PUBLISHED
    document = json.loads(Publication.objects.get().document)
    assert document["version"] == 2
    assert document["correction"] == {
        "type": kind,
        "reason": "A date was wrong.",
        "at": documents.rfc3339(verdict.published_at),
        "supersedes": 1,
    }


def test_the_old_version_stays_readable_word_for_word(desk: TestDesk) -> None:
    claim = desk.published()
    first = Verdict.objects.get()
    before = first.document
    correct(desk, claim)
    first = Verdict.objects.get(number=1)
    assert first.document == before
    shown = documents.served_version(first, Publication.objects.get())
    assert (shown["status"], shown["summary"]) == ("superseded", TEXTS["summary"])


def test_the_verdict_as_of_a_time_is_the_version_that_stood_then(desk: TestDesk) -> None:
    claim = desk.published()
    first = Verdict.objects.get()
    desk.tick(days=10)
    second = correct(desk, claim)
    as_of = Verdict.objects.of(first.verdict_id).as_of
    assert as_of(first.published_at - timedelta(seconds=1)).first() is None
    assert as_of(second.published_at - timedelta(seconds=1)).first() == first
    assert as_of(second.published_at).first() == second


def test_nobody_signs_their_own_correction(desk: TestDesk) -> None:
    claim = desk.published()
    corrections.propose_correction(claim, by=desk.dov, at=desk.tick(), kind="factual", reason="Wrong.", **TEXTS)
    with pytest.raises(NotAllowed, match="proposer"):
        corrections.correct(claim, by=desk.dov, at=desk.tick())
    assert corrections.correct(claim, by=desk.fay, at=desk.tick()).number == 2


def test_a_correction_needs_its_reason(desk: TestDesk) -> None:
    claim = desk.published()
    with pytest.raises(Invalid) as caught:
        correct(desk, claim, reason="  ")
    assert caught.value.field == "reason"
    assert rules.open_draft(claim) is None


def test_a_rating_is_not_changed_by_signature_alone(desk: TestDesk) -> None:
    claim = desk.published()
    with pytest.raises(Invalid, match="rating_change"):
        correct(desk, claim, kind="rating_change")


def test_one_proposal_at_a_time(desk: TestDesk) -> None:
    claim = desk.published()
    corrections.propose_withdrawal(claim, by=desk.dov, at=desk.tick(), reason="Wrong table.")
    with pytest.raises(InvalidTransition, match="Another proposal"):
        correct(desk, claim)
    with pytest.raises(InvalidTransition, match="Nothing of this kind"):
        corrections.correct(claim, by=desk.fay, at=desk.tick())
    corrections.drop_proposal(claim, by=desk.dov, at=desk.tick(), reason="Right after all.")
    assert correct(desk, claim).number == 2


def test_a_rating_change_goes_through_a_full_round_while_the_old_version_stands(desk: TestDesk) -> None:
    claim = desk.published()
    opened = corrections.correct_rating(
        claim,
        by=desk.ana,
        at=desk.tick(),
        reason="The log was released.",
        rating=desk.rating("false"),
        searched="The released log.",
        reviewers=[desk.ben, desk.chi],
        **TEXTS,
    )
    assert Publication.objects.in_force().get().verdict.number == 1
    for reviewer in (desk.ben, desk.chi):
        desk.review(opened, reviewer, rating="false")
    verdict = desk.publish(opened)
    assert (verdict.number, verdict.kind, verdict.rating.code) == (2, "rating_change", "false")
    assert Publication.objects.get().rating_code == "false"


def test_a_re_review_may_end_with_the_verdict_kept(desk: TestDesk) -> None:
    from tests.reviews.test_moves import _under_re_review

    claim = _under_re_review(desk, Status.IN_REVIEW)
    corrections.keep_verdict(claim, by=desk.fay, at=desk.tick(), reason="The document was forged.")
    assert claim.status == Status.PUBLISHED
    assert rules.open_draft(claim) is None
    assert rules.open_round(claim) is None
    assert Verdict.objects.count() == 1


def test_keeping_a_verdict_needs_one(desk: TestDesk) -> None:
    claim = desk.in_review().claim
    with pytest.raises(InvalidTransition, match="could be kept"):
        corrections.keep_verdict(claim, by=desk.dov, at=desk.tick(), reason="None.")


def test_a_withdrawn_verdict_stays_readable_with_its_reason(desk: TestDesk) -> None:
    claim = desk.withdrawn()
    publication = Publication.objects.get()
    document = json.loads(publication.document)
    assert (claim.status, publication.status) == (Status.WITHDRAWN, "withdrawn")
    assert document["status"] == "withdrawn"
    assert document["correction"]["type"] == "void"
    assert document["correction"]["reason"] == "Wrong table."
    assert list(Verdict.objects.values_list("number", flat=True)) == [1, 2]
    assert Change.objects.filter(type="verdict.withdrawn", is_public=True).count() == 1


def test_a_withdrawal_needs_a_second_editor(desk: TestDesk) -> None:
    claim = desk.published()
    corrections.propose_withdrawal(claim, by=desk.dov, at=desk.tick(), reason="Wrong table.")
    for person in (desk.dov, desk.ana, desk.ben):
        with pytest.raises(NotAllowed):
            corrections.withdraw(claim, by=person, at=desk.tick())


@pytest.mark.parametrize(
    ("visibility", "shown"), [("public", True), ("partner", False), ("desk", False), ("sealed", True)]
)
def test_what_is_not_public_is_not_published(desk: TestDesk, visibility: str, shown: bool) -> None:
    claim = desk.in_research()
    secret = "the officer told us so in confidence"
    source = desk.text_source(f"Notes of a conversation. We noted that {secret}. Nothing more was said.")
    desk.cite(claim, source=source, exact=secret, visibility=visibility)
    desk.run_checks()
    desk.draft(claim)
    opened = reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi)
    desk.publish(opened)
    document = Publication.objects.get().document
    assert (secret in document) == (visibility == "public")
    assert len(json.loads(document)["citations"]) == 2 + shown
    assert (documents.WITHHELD in document) == (visibility == "sealed")
