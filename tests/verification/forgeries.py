"""Changes of many rows that fit together, up to the whole tree, as whoever has the database could make them."""

import random
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from claims.identity import new_id
from claims.models import Event
from reviews.documents import etag_of, rfc3339
from reviews.models import Draft, LogEntry, LogNode, Publication, Round, Verdict
from reviews.verdict_log import canonical, leaf_hash
from reviews.verdict_log.records import PUBLISHING, Records
from reviews.verdict_log.tree import completed_by, node_hash
from tests.verification.building import copied

if TYPE_CHECKING:
    from tests.verification.mutations import Log

Where = set[int | None]

LINK = Verdict.citations.through


def insert_entry(log: "Log", chance: random.Random) -> Where:
    """A forged publication at the end: row, document, entry and hashes, all fitting together."""
    verdict = log.verdicts[log.any_entry(chance)]
    document = orjson.loads(verdict.document)
    forged = copied(verdict, verdict_id=new_id(), claim_id=_free_claim(verdict), number=1, supersedes_id=None)
    document |= {"id": str(forged.verdict_id), "claim": document["claim"] | {"id": str(forged.claim_id)}, "version": 1}
    forged.document = canonical(document)
    Verdict.objects.bulk_create([forged])
    LogEntry.objects.create(index=log.size, verdict=forged, entry=forged.document, leaf_hash="", at=forged.published_at)
    rebuild_tree()
    return {log.size}


def truncate(log: "Log", chance: random.Random) -> Where:
    """The last versions are gone without a trace: rows, links, entries, hashes, what was served."""
    keep = log.size - chance.randint(1, 5)
    gone = [key for key, index in log.index.items() if index >= keep]
    Publication.objects.filter(verdict__in=gone).delete()
    LINK.objects.filter(verdict__in=gone).delete()
    LogEntry.objects.filter(index__gte=keep).delete()
    for key in reversed(gone):
        Verdict.objects.filter(pk=key)._raw_delete("default")
    _serve_newest()
    rebuild_tree()
    return {keep}


def swap(log: "Log", chance: random.Random) -> Where:
    """Two entries change places, half of the time with every hash above them."""
    first, second = sorted(chance.sample(range(log.size), 2))
    pair = list(LogEntry.objects.filter(index__in=(first, second)).order_by("index"))
    LogEntry.objects.filter(index__in=(first, second)).delete()
    pair[0].index, pair[1].index = second, first
    LogEntry.objects.bulk_create(pair)
    if chance.random() < 0.5:
        rebuild_tree()
    return {first}


def backdate(log: "Log", chance: random.Random) -> Where:
    """A version was published earlier: in its row; in its document, too; in the tree, too; or everywhere."""
    index = log.any_entry(chance)
    depth = chance.randrange(5)
    at = log.verdicts[index].published_at - timedelta(seconds=chance.randint(1, 10**7))
    return _rewrite(log, index, depth, at=at)


def reword(log: "Log", chance: random.Random) -> Where:
    """A version says something else: as deep as a backdating goes."""
    index = log.any_entry(chance)
    return _rewrite(log, index, chance.randrange(5), headline=f"Other words {chance.random()}")


def _rewrite(log: "Log", index: int, depth: int, *, headline: str = "", at: datetime | None = None) -> Where:
    verdict = Verdict.objects.get(pk=log.verdicts[index].pk)
    document, was = orjson.loads(verdict.document), verdict.published_at
    if headline:
        verdict.headline = document["headline"] = headline
    if at:
        verdict.published_at = at
        document["version_published_at"] = rfc3339(at)
        document["correction"] = document["correction"] and document["correction"] | {"at": rfc3339(at)}
    if depth >= 3:
        _sign_anew(verdict, document, was)
    if depth >= 1:
        verdict.document = canonical(document)
        LogEntry.objects.filter(index=index).update(entry=verdict.document, at=verdict.published_at)
    Verdict.objects.bulk_update([verdict], ["headline", "published_at", "document", "content_hash", "signatures"])
    if depth >= 2:
        rebuild_tree()
    if depth >= 4:
        _serve_newest()
    return {index}


def _sign_anew(verdict: Verdict, document: dict[str, Any], was: datetime) -> None:
    """Forge what people signed: the content's hash, their signatures, reviews and round, proposal and event."""
    [entry] = LogEntry.objects.filter(verdict=verdict).select_related("verdict__rating__scale")
    content = canonical(Records([entry]).content_of(verdict, document))
    verdict.content_hash = document["content_hash"] = sha256(content.encode()).hexdigest()
    signatures = [signature | {"content_hash": verdict.content_hash} for signature in verdict.signatures]
    signatures[-1]["at"] = rfc3339(verdict.published_at)
    verdict.signatures = signatures
    if verdict.round_id:
        verdict.round.reviews.update(content_hash=verdict.content_hash)
        Round.objects.filter(pk=verdict.round_id).update(content_hash=verdict.content_hash)
    Draft.objects.filter(claim_id=verdict.claim_id, closed_at=was).update(closed_at=verdict.published_at)
    Event.objects.filter(claim_id=verdict.claim_id, at=was, kind__in=PUBLISHING).update(at=verdict.published_at)


def rebuild_tree() -> None:
    """Write the leaf hashes and the whole tree anew from the entries: what a forger with the database would do."""
    LogNode.objects.all()._raw_delete("default")
    made: dict[tuple[int, int], bytes] = {}
    entries = list(LogEntry.objects.order_by("index"))
    for place, entry in enumerate(entries):
        leaf, *parents = completed_by(place)
        made[leaf] = leaf_hash(entry.entry.encode())
        entry.leaf_hash = made[leaf].hex()
        for level, at in parents:
            made[level, at] = node_hash(made[level - 1, 2 * at], made[level - 1, 2 * at + 1])
    LogEntry.objects.bulk_update(entries, ["leaf_hash"], batch_size=100)
    LogNode.objects.bulk_create(
        LogNode(level=level, index=at, hash=digest.hex()) for (level, at), digest in made.items()
    )


def _serve_newest() -> None:
    """Serve what the log now says: a publication's document, validator and times fit its newest version."""
    for verdict in Verdict.objects.filter(superseded_by=None).select_related("log_entry"):
        first = Verdict.objects.get(verdict_id=verdict.verdict_id, number=1)
        publication = Publication.objects.filter(pk=verdict.verdict_id).first()
        if publication is None:
            old = Publication.objects.first()
            assert old is not None
            publication = copied(old, id=verdict.verdict_id, claim_id=verdict.claim_id, evidence_status="intact")
        publication.verdict_id, publication.published_at = verdict.pk, first.published_at
        publication.updated_at = max(verdict.published_at, first.published_at)
        publication.status = "withdrawn" if verdict.kind == "void" else "in_force"
        document = orjson.loads(verdict.document) | {
            "status": publication.status,
            "evidence_status": publication.evidence_status,
            "published_at": rfc3339(publication.published_at),
            "updated_at": rfc3339(publication.updated_at),
            "log": {"index": verdict.log_entry.index, "leaf_hash": verdict.log_entry.leaf_hash},
        }
        publication.document = orjson.dumps(document).decode()
        publication.etag = etag_of(publication.document)
        publication.save()


def _free_claim(verdict: Verdict) -> Any:
    """A claim of our own for a forged verdict: a copy of the one that the verdict is about."""
    claim = copied(verdict.claim)
    type(verdict.claim).objects.bulk_create([claim])
    return claim.pk
