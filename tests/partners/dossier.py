"""One claim with all that a document can show: parties, places, guarded sources, a correction."""

from datetime import date

from claims import workflow as claims
from claims.models import Claim, Topic
from claims.statuses import ClaimantKind, PositionStance
from reviews import corrections
from sources.models import Source
from sources.statuses import CitationRole, CitationStance, SourceKind, Visibility
from tests.desk import TEXTS, TestDesk

REPORT = "The ministry in Ankara said that the positions had been notified beforehand. No record was shown."
DENIAL = "The military in Moscow said that it had not been notified of the overnight movements at all."


def corrected_claim(desk: TestDesk) -> Claim:
    """A published claim in its second version, a clarification."""
    topic = Topic.objects.create(desk=desk.desk, slug="syria", name="Syria")
    claim = desk.submit(
        text="Turkey told Russia where its troops were.",
        said="the positions had been notified",
        topics=[topic],
    )
    _positions(desk, claim)
    desk.cite(
        claim,
        source=desk.text_source("A witness who asked not to be named saw the messages being sent that night."),
        exact="saw the messages being sent",
        visibility=Visibility.SEALED,
    )
    desk.cite(
        claim,
        source=desk.text_source("A diplomat's note, given to partners only: no message reached the embassy."),
        exact="no message reached the embassy",
        visibility=Visibility.PARTNER,
        stance=CitationStance.REFUTES,
    )
    opened = desk.in_review(claim)
    # As if it had been fetched: nothing here may reach for another host.
    web = {"kind": SourceKind.WEB, "digest": "", "url": "https://news.example/idlib", "host": "news.example"}
    Source.objects.filter(title="Turkish Defence Ministry").update(**web)
    for review in opened.reviews.select_related("reviewer"):
        desk.review(opened, review.reviewer)
    desk.publish(opened)
    claim.refresh_from_db()
    correct(desk, claim)
    return claim


def _positions(desk: TestDesk, claim: Claim) -> None:
    said = (
        ("Turkish Defence Ministry", PositionStance.ASSERTS, REPORT, "had been notified beforehand", 3),
        ("Russian Military", PositionStance.DENIES, DENIAL, "had not been notified", 4),
    )
    for name, stance, text, words, day in said:
        party = claims.name_claimant(
            desk=desk.desk, name=name, kind=ClaimantKind.ORGANISATION, same_as=["https://example.org/party"]
        )
        position = claims.add_position(
            claim,
            party=party,
            stance=stance,
            quote=words,
            said_on=date(2020, 2, day),
            place="Ankara" if day == 3 else "Moscow",
            by=desk.ana,
            at=desk.tick(),
        )
        source = desk.text_source(text, publisher="A wire", title=name, published_on=date(2020, 2, day))
        is_claim = stance is PositionStance.ASSERTS
        desk.cite(
            claim,
            source=source,
            exact=words,
            prefix="that the positions " if is_claim else "it ",
            role=CitationRole.APPEARANCE if is_claim else CitationRole.EVIDENCE,
            stance=CitationStance.SUPPORTS if is_claim else CitationStance.REFUTES,
            is_primary=True,
            position=position,
        )


def correct(desk: TestDesk, claim: Claim, kind: str = "clarification", **texts: str) -> None:
    """Publish the claim's next version without another rating."""
    corrections.propose_correction(
        claim, by=desk.ana, at=desk.tick(), kind=kind, reason="It named the wrong day.", **{**TEXTS, **texts}
    )
    corrections.correct(claim, by=desk.dov, at=desk.tick())
