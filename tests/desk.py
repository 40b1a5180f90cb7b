"""A desk for tests: its people, and claims that are brought to a status by replaying the workflow."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from claims import workflow as claims
from claims.models import Claim, Claimant, Desk, Membership, Person
from claims.statuses import PositionStance, Role, Status
from factcheck.seeding.desk import load_scale
from reviews import corrections
from reviews import workflow as reviews
from reviews.models import Rating, Round, Verdict
from sources import checks
from sources import workflow as sources
from sources.models import Citation, Source
from sources.statuses import CitationRole, CitationStance

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

TEXTS = {
    "headline": "No record shows that notice was given",
    "summary": "Both sides made statements; neither showed a message.",
    "justification": "**What was claimed.** A notice.\n\n**What we found.** No record of it.",
    "what_would_change_it": "A dated message or a receipt.",
}
_numbers = count(1)


@dataclass
class TestDesk:
    """Ana researches, Ben and Chi review, Dov and Fay edit, Eva audits; Oli works on another desk."""

    __test__ = False

    desk: Desk
    ana: Person
    ben: Person
    chi: Person
    dov: Person
    fay: Person
    eva: Person
    oli: Person
    at: datetime = START

    @classmethod
    def make(cls) -> "TestDesk":
        desk = Desk.objects.create(slug="desk", name="The Test Desk")
        other = Desk.objects.create(slug="other", name="Another Desk")
        load_scale(desk)
        roles = {
            "ana": Role.FACT_CHECKER,
            "ben": Role.FACT_CHECKER,
            "chi": Role.FACT_CHECKER,
            "dov": Role.EDITOR,
            "fay": Role.EDITOR,
            "eva": Role.AUDITOR,
            "oli": Role.EDITOR,
        }
        people = {}
        for name, role in roles.items():
            person = Person.objects.create(username=name, first_name=name.capitalize(), is_staff=True)
            Membership.objects.create(desk=other if name == "oli" else desk, person=person, role=role)
            people[name] = person
        return cls(desk, **people)

    def tick(self, **delta: int) -> datetime:
        """Let a minute (or `delta`) pass; return the new time."""
        self.at += timedelta(**delta or {"minutes": 1})
        return self.at

    def rating(self, code: str = "unproven") -> Rating:
        return Rating.objects.select_related("scale").get(scale__desk=self.desk, code=code)

    # --- Steps -----------------------------------------------------------------------------------------

    def submit(self, **fields: Any) -> Claim:
        given = {
            "text": f"Turkey gave notice number {next(_numbers)} of its positions.",
            "said": "we gave notice",
        }
        return claims.submit(desk=self.desk, by=self.ana, at=self.tick(), **{**given, **fields})

    def text_source(self, text: str = "", **fields: Any) -> Source:
        text = (
            text or f"Report {next(_numbers)}. The ministry said on Monday that it had given notice of its positions."
        )
        return sources.add_text_source(desk=self.desk, text=text, by=self.ana, at=self.tick(), **fields)

    def cite(self, claim: Claim, *, by: Person | None = None, **fields: Any) -> Citation:
        source = fields.pop("source", None) or self.text_source()
        given = {
            "exact": "it had given notice of its positions",
            "stance": CitationStance.SUPPORTS,
            "role": CitationRole.EVIDENCE,
        }
        return sources.cite(claim, source=source, by=by or self.ana, at=self.tick(), **{**given, **fields})

    def run_checks(self) -> int:
        """Run what is due a minute later, on a clock that goes on by a second at each look."""
        self.tick()
        return checks.run_due(now=lambda: self.tick(seconds=1))

    def party(self, name: str = "Russian Defence Ministry") -> Claimant:
        return claims.name_claimant(desk=self.desk, name=name)

    def in_research(self, claim: Claim | None = None, **fields: Any) -> Claim:
        """A claim in research with two positions, two checked sources and a logged contact."""
        claim = claim or self.submit(**fields)
        claims.start_research(claim, by=self.ana, at=self.tick(), why="Both governments repeat it.")
        for name, stance in (("Ankara", PositionStance.ASSERTS), ("Moscow", PositionStance.DENIES)):
            claims.add_position(claim, party=self.party(name), stance=stance, by=self.ana, at=self.tick())
        self.cite(claim)
        self.cite(claim, stance=CitationStance.REFUTES)
        self.run_checks()
        reviews.log_contact(
            claim,
            by=self.ana,
            at=self.tick(),
            contacted="Press office",
            how="letter",
            on=self.at.date(),
            response="No answer.",
        )
        return claim

    def draft(self, claim: Claim, rating: str = "unproven", **fields: Any) -> None:
        given = {**TEXTS, "searched": "Both capitals' statements; no record found.", **fields}
        reviews.save_draft(claim, by=self.ana, at=self.tick(), rating=self.rating(rating), **given)

    def in_review(self, claim: Claim | None = None, *, rating: str = "unproven", **fields: Any) -> Round:
        """An open round of Ben and Chi (and Fay, where three are needed) on Ana's draft."""
        claim = self.in_research(claim, **fields)
        self.draft(claim, rating)
        reviewers = [self.ben, self.chi] if claim.risk == "normal" else [self.ben, self.chi, self.fay]
        return reviews.open_round(claim, by=self.ana, at=self.tick(), reviewers=reviewers)

    def review(self, opened: Round, by: Person, rating: str = "unproven", decision: str = "endorse") -> None:
        reviews.submit_review(
            opened.claim,
            by=by,
            at=self.tick(),
            rating=self.rating(rating),
            decision=decision,
            reasons=f"{by.first_name} read every passage and weighed them.",
            content_hash=opened.content_hash,
        )
        opened.claim.refresh_from_db()

    def reviewed(self, **fields: Any) -> Round:
        """A complete round whose reviewers endorse the draft."""
        opened = self.in_review(**fields)
        for review in opened.reviews.select_related("reviewer"):
            self.review(opened, review.reviewer)
        return opened

    def publish(self, opened: Round, by: Person | None = None) -> Verdict:
        checklist = opened.draft.rating.scale.checklist
        return reviews.publish(opened.claim, by=by or self.dov, at=self.tick(), confirmed=checklist)

    def published(self, **fields: Any) -> Claim:
        opened = self.reviewed(**fields)
        self.publish(opened)
        opened.claim.refresh_from_db()
        return opened.claim

    def withdrawn(self) -> Claim:
        claim = self.published()
        corrections.propose_withdrawal(claim, by=self.dov, at=self.tick(), reason="Wrong table.")
        corrections.withdraw(claim, by=self.fay, at=self.tick())
        return claim

    def declined(self) -> Claim:
        claim = self.submit()
        return claims.decline(claim, by=self.ben, at=self.tick(), reason="opinion", note="A matter of taste.")

    def claim_in(self, status: str) -> Claim:
        """A claim in the status, by the shortest way through the workflow."""
        makers = {
            Status.SUBMITTED: self.submit,
            Status.DECLINED: self.declined,
            Status.IN_RESEARCH: self.in_research,
            Status.IN_REVIEW: lambda: self.in_review().claim,
            Status.PUBLISHED: self.published,
            Status.WITHDRAWN: self.withdrawn,
        }
        claim = makers[Status(status)]()
        claim.refresh_from_db()
        return claim
