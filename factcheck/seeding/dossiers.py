"""The demo's claims: each dossier of `seeds/claims/` is replayed, verb by verb, up to its status."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction

from claims import workflow as claims
from claims.models import Claim, Desk, Person, Position, Topic
from claims.statuses import RelationKind, Status
from factcheck.seeding import SEEDS
from reviews import corrections, rules
from reviews import workflow as reviews
from reviews.models import Rating, RatingScale
from sources import workflow as sources
from sources.models import Citation, Source

BEYOND_RESEARCH = {Status.IN_REVIEW, Status.PUBLISHED, Status.WITHDRAWN}


def read_dossiers() -> list[dict[str, Any]]:
    """The dossiers as written, in the order of their file names."""
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(SEEDS.glob("claims/*.toml"))]


@dataclass
class Loader:
    """Replays dossiers onto a desk. Times of the past are counted back from `now`."""

    desk: Desk
    scale: RatingScale
    newsstand: str
    now: datetime
    claims_by_slug: dict[str, Claim] = field(default_factory=dict)

    @cached_property
    def people(self) -> dict[str, Person]:
        return {person.username: person for person in Person.objects.filter(memberships__desk=self.desk)}

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def take_in(self, dossier: dict[str, Any]) -> Claim:
        """Submit the claim with its positions and citations; a claim that is there already is left alone."""
        text = dossier["text"].strip()
        claim = Claim.objects.filter(desk=self.desk, text=text).first()
        if claim is None:
            with transaction.atomic():
                claim = self._submit(dossier)
        self.claims_by_slug[dossier["slug"]] = claim
        return claim

    def _submit(self, dossier: dict[str, Any]) -> Claim:
        at = self.ago(dossier["days_ago"])
        claim = claims.submit(
            desk=self.desk,
            text=dossier["text"],
            said=dossier["said"],
            language=dossier["language"],
            risk=dossier["risk"],
            topics=[self._topic(slug) for slug in dossier["topics"]],
            by=self.people["ana"],
            at=at,
        )
        research = dossier.get("research")
        by = self.people[research["by"]] if research else self.people["ana"]
        if research:
            at = self.ago(research["days_ago"])
            claims.start_research(claim, by=by, at=at, why=research["why"])
        shown = self._record_positions(claim, dossier, by=by, at=at)
        for citation in dossier.get("citations", []):
            self._cite(claim, citation, position=shown.get(citation["ref"]), by=by, at=at)
        for contact in dossier.get("contacts", []):
            when = self.ago(contact["days_ago"])
            reviews.log_contact(
                claim,
                by=by,
                at=when,
                contacted=contact["with"],
                how=contact["how"],
                on=when.date(),
                response=contact["outcome"],
            )
        return claim

    def _topic(self, slug: str) -> Topic:
        name = slug.replace("-", " ").capitalize()
        return Topic.objects.get_or_create(desk=self.desk, slug=slug, defaults={"name": name})[0]

    def _record_positions(
        self, claim: Claim, dossier: dict[str, Any], *, by: Person, at: datetime
    ) -> dict[str, Position]:
        """Record each party's position; return them by the citation that shows them."""
        shown: dict[str, Position] = {}
        for given in dossier.get("positions", []):
            party = claims.name_claimant(
                desk=self.desk,
                name=given["party"],
                kind=given["kind"],
                role=given["role"],
                same_as=given.get("same_as", []),
            )
            position = claims.add_position(
                claim,
                party=party,
                stance=given["stance"],
                by=by,
                at=at,
                quote=given["quote"],
                said_on=given["on"],
                place=given["place"],
            )
            shown.setdefault(given["citation"], position)
        return shown

    def _cite(
        self, claim: Claim, given: dict[str, Any], *, position: Position | None, by: Person, at: datetime
    ) -> None:
        details = {"publisher": given["publisher"], "published_on": given["published_on"], "by": by, "at": at}
        source: Source
        if "page" in given:
            source = sources.add_web_source(desk=self.desk, url=f"{self.newsstand}/{given['page']}", **details)
        else:
            text, title = given["text"], given["title"]
            source = sources.add_text_source(desk=self.desk, text=text, title=title, **details)
        sources.cite(
            claim,
            source=source,
            exact=given["quotation"],
            prefix=given["prefix"],
            suffix=given["suffix"],
            role=given["role"],
            stance=given["stance"],
            is_primary=given["primary"],
            group=given["group"],
            visibility=given["visibility"],
            position=position,
            by=by,
            at=at,
        )

    def bring_to_status(self, dossier: dict[str, Any]) -> Claim:
        """Make the dossier's remaining moves; a claim that has left its first statuses is left alone."""
        claim = self.claims_by_slug[dossier["slug"]]
        if claim.status not in {Status.SUBMITTED, Status.IN_RESEARCH} or rules.open_draft(claim):
            return claim
        with transaction.atomic():
            self._make_moves(claim, dossier)
            if not claim.comments.exists():
                for comment in dossier.get("comments", []):
                    by = self.people[comment["by"]]
                    claims.comment(claim, text=comment["text"], by=by, at=self.ago(comment["days_ago"]))
        return claim

    def ask_for_checks(self, dossier: dict[str, Any]) -> None:
        """Ask, as Ana would, for a second look at pages that were to change and that nothing keeps watching."""
        claim = self.claims_by_slug[dossier["slug"]]
        changing = {given["quotation"].strip() for given in dossier.get("citations", []) if given["expect"] != "found"}
        for citation in Citation.objects.of(claim).filter(exact__in=changing, source__next_check_at=None):
            sources.request_check(citation.source, by=self.people["ana"], at=self.now)

    def _make_moves(self, claim: Claim, dossier: dict[str, Any]) -> None:
        steps: list[tuple[str, Callable[[Claim, dict[str, Any]], None]]] = [
            ("declined", self._decline),
            ("draft", self._draft_and_review),
            ("published", self._publish),
            ("correction", self._correct),
            ("withdrawn", self._withdraw),
        ]
        for name, step in steps:
            if name in dossier:
                step(claim, dossier)

    def _decline(self, claim: Claim, dossier: dict[str, Any]) -> None:
        given = dossier["declined"]
        by, at = self.people[given["by"]], self.ago(given["days_ago"])
        claims.decline(claim, by=by, at=at, reason=given["reason"], note=given["note"])
        if "same_as" in given:
            other = self.claims_by_slug[given["same_as"]]
            claims.relate(claim, kind=RelationKind.SAME_AS, other=other, by=by, at=at)

    def _draft_and_review(self, claim: Claim, dossier: dict[str, Any]) -> None:
        draft = dossier["draft"]
        by, at = self.people[dossier["research"]["by"]], self.ago(draft["days_ago"])
        reviews.save_draft(
            claim,
            by=by,
            at=at,
            rating=self._rating(draft["rating"]),
            headline=draft["headline"],
            summary=draft["summary"],
            justification=draft["justification"],
            what_would_change_it=draft["what_would_change_it"],
            searched=draft["searched_both_sides"],
        )
        if dossier["status"] not in BEYOND_RESEARCH:
            return
        given = dossier.get("reviews", [])
        opened = reviews.open_round(claim, by=by, at=at, reviewers=self._reviewers(claim, given))
        for review in given:
            reviews.submit_review(
                claim,
                by=self.people[review["reviewer"]],
                at=self.ago(review["days_ago"]),
                rating=self._rating(review["rating"]),
                decision=review["decision"],
                reasons=review["reasons"],
                content_hash=opened.content_hash,
            )

    def _reviewers(self, claim: Claim, given: list[dict[str, Any]]) -> list[Person]:
        """Those who reviewed in the dossier, filled up to the quorum from the desk's usual reviewers."""
        names = [review["reviewer"] for review in given]
        for name in ("ben", "chi", "fay"):
            if len(names) < rules.quorum(claim) and name not in names:
                names.append(name)
        return [self.people[name] for name in names]

    def _publish(self, claim: Claim, dossier: dict[str, Any]) -> None:
        given = dossier["published"]
        at = self.ago(given["days_ago"])
        reviews.publish(claim, by=self.people[given["by"]], at=at, confirmed=self.scale.checklist)

    def _correct(self, claim: Claim, dossier: dict[str, Any]) -> None:
        given, draft = dossier["correction"], dossier["draft"]
        texts = {
            name: given.get(name, draft[name])
            for name in ("headline", "summary", "justification", "what_would_change_it")
        }
        at = self.ago(given["days_ago"])
        by, kind, reason = self.people[given["by"]], given["type"], given["reason"]
        corrections.propose_correction(claim, by=by, at=at, kind=kind, reason=reason, **texts)
        corrections.correct(claim, by=self.people[given["signed_by"]], at=at + timedelta(hours=2))

    def _withdraw(self, claim: Claim, dossier: dict[str, Any]) -> None:
        given = dossier["withdrawn"]
        at = self.ago(given["days_ago"])
        corrections.propose_withdrawal(claim, by=self.people[given["by"]], at=at, reason=given["reason"])
        corrections.withdraw(claim, by=self.people[given["signed_by"]], at=at + timedelta(hours=1))

    def _rating(self, code: str) -> Rating:
        return self.scale.ratings.get(code=code)
