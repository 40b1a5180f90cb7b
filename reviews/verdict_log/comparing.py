"""An entry of the log beside the version that it is of: what differs, in words."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import orjson

from reviews.documents import etag_of, rfc3339
from reviews.models import LogEntry, Publication, Verdict
from reviews.statuses import PublicationStatus, VersionKind
from reviews.verdict_log.entries import canonical
from reviews.verdict_log.records import Records, correction_of

Document = Mapping[str, Any]

_TEXTS = ("headline", "summary", "justification", "what_would_change_it", "language", "content_hash")
_PARTS = {"claim": dict, "rating": dict, "citations": list}
# What a citation's later checks change in the document that is served.
_OUTCOME = ("outcome", "checked_at")


def fault_of(entry: LogEntry, records: Records) -> str | None:
    """Why an entry is not what the desk published as this version; None when all agrees."""
    verdict = entry.verdict
    if entry.entry != verdict.document:
        return "is not its version's document"
    document = _document(entry.entry)
    if document is None:
        return "is no document of a version"
    for differences in _COMPARISONS:
        first = next(iter(differences(entry, document, records)), None)
        if first:
            return first
    return None


def _document(text: str) -> Document | None:
    """The document in a text; None when it is something else."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(document, dict) or any(not isinstance(document.get(name), kind) for name, kind in _PARTS.items()):
        return None
    return document if all(isinstance(cited, dict) for cited in document["citations"]) else None


def _row(entry: LogEntry, document: Document, _: Records) -> Iterator[str]:
    """The version's columns, which the admin and the lists of versions show."""
    verdict, rating = entry.verdict, entry.verdict.rating
    said = {
        "id": str(verdict.verdict_id),
        "version": verdict.number,
        "version_published_at": rfc3339(verdict.published_at),
        "correction": correction_of(verdict),
        "gate_exceptions": verdict.round.exceptions if verdict.round else {},
        **{name: getattr(verdict, name) for name in _TEXTS},
    }
    for name, value in said.items():
        if document.get(name) != value:
            yield f"has another {name.replace('_', ' ')} than its version's row"
    if document["claim"].get("id") != str(verdict.claim_id):
        yield "is about another claim than its version's row"
    rated = {"code": rating.code, "value": rating.value, "scale_version": rating.scale.version}
    if {name: document["rating"].get(name) for name in rated} != rated:
        yield "has another rating than its version's row"
    if entry.at != verdict.published_at:
        yield "was logged for another time than its version was published"


def _order(entry: LogEntry, _: Document, records: Records) -> Iterator[str]:
    """Versions of one verdict: numbered without gaps, each after and not earlier than the one before."""
    verdict = entry.verdict
    if verdict.supersedes_id is None:
        if verdict.number != 1:
            yield f"is version {verdict.number} and supersedes none"
        return
    older = records.before.get(verdict.supersedes_id)
    if older is None:
        yield "supersedes a version that is absent"
        return
    same = {"verdict_id": verdict.verdict_id, "claim_id": verdict.claim_id, "number": verdict.number - 1}
    if any(older[name] != value for name, value in same.items()):
        yield f"does not supersede version {verdict.number - 1} of its verdict"
    if older["log_entry__index"] is None or older["log_entry__index"] >= entry.index:
        yield "comes before the version that it supersedes"
    if older["published_at"] > verdict.published_at:
        yield "was published before the version that it supersedes"


def _signed(entry: LogEntry, document: Document, records: Records) -> Iterator[str]:
    """Who signed what: the content's hash over row and citations, the reviews or the proposal, the event."""
    verdict = entry.verdict
    content = canonical(records.content_of(verdict, document))
    if sha256(content.encode()).hexdigest() != verdict.content_hash:
        yield "relies on other words or passages than those that were signed"
    if _sorted(verdict.signatures) != _sorted(records.signatures_of(verdict)):
        yield "has other signatures than its reviews and its publication say"
    if (verdict.claim_id, verdict.published_at, verdict.published_by_id) not in records.told:
        yield "has no event that tells of its publication"


def _sorted(signatures: Any) -> list[bytes]:
    listed = signatures if isinstance(signatures, list) else [signatures]
    return sorted(orjson.dumps(signature, option=orjson.OPT_SORT_KEYS) for signature in listed)


def _serving(entry: LogEntry, document: Document, records: Records) -> Iterator[str]:
    """What partners and readers get of the newest version: the entry, with later outcomes and a few words around."""
    verdict, publication = entry.verdict, records.publications.get(entry.verdict_id)
    if publication is None or verdict.pk in records.superseded:
        if (publication is None) != (verdict.pk in records.superseded):
            yield "is the newest version and not the one served, or the other way round"
        return
    wanted = _publication(publication, verdict, records)
    if any(getattr(publication, name) != value for name, value in wanted.items()):
        yield "is published with another id, claim, status, rating, language or time than its version"
    if publication.updated_at < verdict.published_at:
        yield "is published as updated before its version"
    if publication.etag != etag_of(publication.document):
        yield "is served with another validator than its bytes have"
    served = _document(publication.document)
    if served is None or _without_outcomes(served) != _without_outcomes(_wrapped(entry, document, publication)):
        yield "is served with other words"


def _publication(publication: Publication, verdict: Verdict, records: Records) -> dict[str, Any]:
    is_void = verdict.kind == VersionKind.VOID
    return {
        "pk": verdict.verdict_id,
        "claim_id": verdict.claim_id,
        "status": PublicationStatus.WITHDRAWN if is_void else PublicationStatus.IN_FORCE,
        "rating_code": verdict.rating.code,
        "language": verdict.language,
        "published_at": records.first_published.get(verdict.verdict_id),
    }


def _wrapped(entry: LogEntry, document: Document, publication: Publication) -> dict[str, Any]:
    return {
        **document,
        "status": publication.status,
        "evidence_status": publication.evidence_status,
        "published_at": rfc3339(publication.published_at),
        "updated_at": rfc3339(publication.updated_at),
        "log": {"index": entry.index, "leaf_hash": entry.leaf_hash},
    }


def _without_outcomes(document: Document) -> dict[str, Any]:
    cited = [{name: value for name, value in one.items() if name not in _OUTCOME} for one in document["citations"]]
    return {**document, "citations": cited}


_COMPARISONS: tuple[Callable[[LogEntry, Document, Records], Iterator[str]], ...] = (_row, _order, _signed, _serving)
