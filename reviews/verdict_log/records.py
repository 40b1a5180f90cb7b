"""What the database says beside the log of the same versions: their rows, signatures, evidence, and what is served."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from claims.models import Event
from reviews.documents import rfc3339
from reviews.models import Draft, LogEntry, Publication, Review, Verdict
from reviews.statuses import Decision, VersionKind

# The event that tells of a version's publication.
PUBLISHING = ("publish", "correct", "withdraw")


@dataclass
class Records:
    """All that is compared with a batch of entries, read with eight queries whatever their number."""

    entries: Sequence[LogEntry]
    before: Mapping[UUID, Mapping[str, Any]] = field(init=False)
    superseded: frozenset[UUID] = field(init=False)
    first_published: Mapping[UUID, datetime] = field(init=False)
    citations: Mapping[UUID, list[dict[str, str]]] = field(init=False)
    told: frozenset[tuple[UUID, datetime, int | None]] = field(init=False)
    carried: Mapping[UUID, list[dict[str, str]]] = field(init=False)
    proposed: Mapping[tuple[UUID, datetime | None], dict[str, str]] = field(init=False)
    publications: Mapping[UUID, Publication] = field(init=False)

    def __post_init__(self) -> None:
        verdicts = [entry.verdict for entry in self.entries]
        keys = [verdict.pk for verdict in verdicts]
        claims = {verdict.claim_id for verdict in verdicts}
        columns = ("verdict_id", "claim_id", "number", "published_at", "log_entry__index")
        older = Verdict.objects.filter(pk__in=[verdict.supersedes_id for verdict in verdicts if verdict.supersedes_id])
        self.before = {row.pop("pk"): row for row in older.values("pk", *columns)}
        newer = Verdict.objects.filter(supersedes__in=keys).values_list("supersedes_id", flat=True)
        self.superseded = frozenset(key for key in newer if key)
        firsts = Verdict.objects.filter(verdict_id__in={verdict.verdict_id for verdict in verdicts}, number=1)
        self.first_published = dict(firsts.values_list("verdict_id", "published_at"))
        self.citations = _citations(keys)
        events = Event.objects.filter(claim__in=claims, kind__in=PUBLISHING)
        self.told = frozenset(events.values_list("claim_id", "at", "actor_id"))
        self.carried = _carried({verdict.round_id for verdict in verdicts if verdict.round_id})
        drafts = Draft.objects.filter(claim__in=claims).values_list("claim_id", "closed_at", "author_id", "saved_at")
        self.proposed = {
            (claim, closed): {"person": str(author), "as": "proposer", "at": rfc3339(saved) or ""}
            for claim, closed, author, saved in drafts
        }
        self.publications = {row.verdict_id: row for row in Publication.objects.filter(verdict__in=keys)}

    def signatures_of(self, verdict: Verdict) -> list[dict[str, str]]:
        """The signatures that a version must have, by its round or its proposal, and by who published it."""
        last = {"person": str(verdict.published_by_id), "at": rfc3339(verdict.published_at) or ""}
        if verdict.round_id:
            signed = [*self.carried.get(verdict.round_id, []), {**last, "as": "publisher"}]
        else:
            proposal = self.proposed.get((verdict.claim_id, verdict.published_at))
            signed = [*([proposal] if proposal else []), {**last, "as": "editor"}]
        return [{"content_hash": verdict.content_hash, **signature} for signature in signed]

    def content_of(self, verdict: Verdict, document: Mapping[str, Any]) -> dict[str, Any]:
        """What was signed (documents.content_of), put together from the version, its document and its citations."""
        claim = document["claim"]
        return {
            "claim": str(verdict.claim_id),
            "text": claim.get("text"),
            "said": claim.get("said"),
            "language": claim.get("language"),
            "kind": verdict.kind,
            "scale": str(verdict.rating.scale),
            "rating": verdict.rating.code,
            "headline": verdict.headline,
            "summary": verdict.summary,
            "justification": verdict.justification,
            "what_would_change_it": verdict.what_would_change_it,
            "reason": verdict.reason,
            "citations": self.citations.get(verdict.pk, []),
        }


def _citations(verdicts: Iterable[UUID]) -> Mapping[UUID, list[dict[str, str]]]:
    links = Verdict.citations.through.objects.filter(verdict__in=verdicts).order_by("verdict_id", "citation_id")
    columns = ("verdict_id", "citation_id", "citation__source_id", "citation__stance", "citation__exact")
    found: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for verdict, citation, source, stance, exact in links.values_list(*columns):
        found[verdict].append({"id": str(citation), "source": str(source), "stance": stance, "exact": exact})
    return found


def _carried(rounds: Iterable[UUID]) -> Mapping[UUID, list[dict[str, str]]]:
    """The signatures of the reviews that carried each round's draft, as rules.check_signed finds them."""
    reviews = Review.objects.submitted().filter(round__in=rounds, decision=Decision.ENDORSE)
    columns = ("round_id", "reviewer_id", "is_adjudication", "submitted_at", "content_hash", "rating_id")
    asked = ("round__draft__rating_id", "round__content_hash")
    found: dict[UUID, list[dict[str, str]]] = defaultdict(list)
    for row in reviews.values(*columns, *asked):
        if (row["rating_id"], row["content_hash"]) == (row["round__draft__rating_id"], row["round__content_hash"]):
            role = "adjudicator" if row["is_adjudication"] else "reviewer"
            signature = {"person": str(row["reviewer_id"]), "as": role, "at": rfc3339(row["submitted_at"]) or ""}
            found[row["round_id"]].append({**signature, "content_hash": row["content_hash"]})
    return found


def correction_of(verdict: Verdict) -> dict[str, Any] | None:
    """A version's correction as its document must show it."""
    if verdict.kind == VersionKind.FIRST:
        return None
    at = rfc3339(verdict.published_at)
    return {"type": verdict.kind, "reason": verdict.reason, "at": at, "supersedes": verdict.number - 1}
