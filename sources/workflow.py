"""What a desk does with sources: add, cite, ask for checks. Intake of articles stands in sources.intake."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction

from claims.history import record_change, record_event
from claims.models import Claim, Desk, Person, Position
from claims.rules import Invalid, check_text
from claims.workflow import NOTE_MAX, touch
from sources import rules, tasks
from sources.archiving import Document
from sources.checks import reader, store
from sources.leasing import queue_check
from sources.models import Citation, Snapshot, Source, SourceCheck
from sources.reading import Reading
from sources.statuses import (
    CheckReason,
    CheckStatus,
    CitationRole,
    CitationStance,
    SourceKind,
    Visibility,
)

QUOTATION_MAX = 5_000
TITLE_CUT = 80  # characters


def add_web_source(
    *,
    desk: Desk,
    url: str,
    by: Person,
    at: datetime,
    title: str = "",
    publisher: str = "",
    published_on: date | None = None,
) -> Source:
    """Return the desk's source of this address, added when it is new. Raises Invalid for an address we refuse."""
    rules.check_can_ingest(desk, by)
    known_as, host = rules.check_url(url)
    held = Source.objects.filter(desk=desk, url=known_as).first()
    if held:
        return held
    try:
        with transaction.atomic():
            return Source.objects.create(
                desk=desk,
                kind=SourceKind.WEB,
                url=known_as,
                url_as_given=url.strip(),
                host=host,
                title=title.strip()[:300],
                publisher=publisher.strip()[:200],
                published_on=published_on,
                added_at=at,
                added_by=by,
            )
    except IntegrityError:  # somebody added it a moment ago
        return Source.objects.get(desk=desk, url=known_as)


def add_text_source(
    *,
    desk: Desk,
    text: str,
    by: Person,
    at: datetime,
    title: str = "",
    publisher: str = "",
    published_on: date | None = None,
    language: str = "",
) -> Source:
    """Return the desk's source of this pasted text, stored when it is new."""
    rules.check_can_ingest(desk, by)
    rules.check_size("text", len(text.encode()))
    text = rules.check_article("text", text.replace("\r\n", "\n"))
    reading = Reading.of_text(text)
    details: dict[str, Any] = {
        "title": title,
        "publisher": publisher,
        "published_on": published_on,
        "language": language,
    }
    return _add_held(
        SourceKind.TEXT, desk, text.encode(), reading, "text/plain; charset=utf-8", by=by, at=at, **details
    )


def add_document(
    *,
    desk: Desk,
    data: bytes,
    file_name: str,
    media_type: str,
    by: Person,
    at: datetime,
    title: str = "",
    publisher: str = "",
    published_on: date | None = None,
    language: str = "",
) -> Source:
    """Return the desk's source of this uploaded file, stored when it is new. Raises Invalid if it cannot be read."""
    rules.check_can_ingest(desk, by)
    rules.check_size("file", len(data))
    digest = sha256(data).hexdigest()
    held = Source.objects.filter(desk=desk, digest=digest).first()
    if held:
        return held
    reading = reader().read(data, content_type=media_type)
    if not reading.text.strip():
        why = ", ".join(reading.problems) or "no text in it"
        raise Invalid("file", f"No text can be read from {file_name!r} ({why}). Upload HTML, PDF or UTF-8 text.")
    rules.check_article("file", reading.text)
    details: dict[str, Any] = {
        "title": title,
        "publisher": publisher,
        "published_on": published_on,
        "language": language,
    }
    return _add_held(SourceKind.DOCUMENT, desk, data, reading, media_type, file_name=file_name, by=by, at=at, **details)


def _add_held(
    kind: SourceKind,
    desk: Desk,
    data: bytes,
    reading: Reading,
    media_type: str,
    *,
    by: Person,
    at: datetime,
    title: str,
    publisher: str,
    published_on: date | None,
    language: str,
    file_name: str = "",
) -> Source:
    """Store bytes that we hold ourselves: the file is written before the rows that point to it."""
    digest = sha256(data).hexdigest()
    held = Source.objects.filter(desk=desk, digest=digest).first()
    if held:
        return held
    archived = store().keep_document(Document(data, media_type=media_type, name=file_name, received_at=at))
    try:
        with transaction.atomic():
            source = Source.objects.create(
                desk=desk,
                kind=kind,
                digest=digest,
                file_name=file_name[:200],
                first_words=_first_words(reading.text),
                media_type=media_type[:100],
                title=(title.strip() or reading.title)[:300],
                publisher=publisher.strip()[:200],
                published_on=published_on,
                language=(language or reading.language)[:12],
                added_at=at,
                added_by=by,
            )
            Snapshot.objects.create(
                source=source,
                fetched_at=at,
                sha256=archived.sha256,
                size=len(data),
                path=archived.path,
                media_type=media_type[:100],
                title=source.title,
                text=reading.text,
                main_text=reading.main_text,
                language=source.language,
                is_complete=reading.complete,
                problems=list(reading.problems),
            )
            return source
    except IntegrityError:  # somebody stored the same bytes a moment ago
        return Source.objects.get(desk=desk, digest=digest)


def _first_words(text: str) -> str:
    """The first line that says something, cut: what an untitled text is known by."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= TITLE_CUT else line[: TITLE_CUT - 1].rsplit(" ", 1)[0] + "…"


def cite(
    claim: Claim,
    *,
    source: Source,
    exact: str,
    by: Person,
    at: datetime,
    prefix: str = "",
    suffix: str = "",
    role: str = CitationRole.EVIDENCE,
    stance: str = CitationStance.CONTEXT,
    is_primary: bool = False,
    group: str = "",
    visibility: str = Visibility.PUBLIC,
    position: Position | None = None,
    note: str = "",
) -> Citation:
    """Let a claim rely on a passage of a source, and ask the workers to look for it at once."""
    rules.check_can_cite(claim, source, by)
    exact = check_text("exact", exact, most=QUOTATION_MAX)
    if position is not None and position.claim_id != claim.pk:
        raise Invalid("position", "This position belongs to another claim. Pick one of this claim.")
    if claim.citations.in_use().filter(source=source, exact=exact, position=position).exists():
        raise Invalid("exact", "This claim already cites this passage of this source.")
    with transaction.atomic():
        citation = Citation.objects.create(
            claim=claim,
            source=source,
            position=position,
            role=CitationRole(role),
            stance=CitationStance(stance),
            is_primary=is_primary,
            group=group.strip()[:60],
            visibility=Visibility(visibility),
            exact=exact,
            prefix=prefix,
            suffix=suffix,
            note=note.strip(),
            added_at=at,
            added_by=by,
        )
        queue_check(source, at=at, reason=CheckReason.ADDED, by=by, look_again=True)
        touch(claim, at=at)
        record_event(claim, "cite", by=by, at=at, data={"citation": str(citation.pk), "source": str(source.pk)})
        record_change(claim, "claim.evidence_changed", at=at)
        tasks.hint()
    return citation


def remove_citation(citation: Citation, *, by: Person, at: datetime, reason: str) -> Citation:
    """Stop relying on a passage; the row stays, and why it went stays in the history."""
    rules.check_can_remove_citation(citation, by)
    reason = check_text("reason", reason, most=NOTE_MAX)
    with transaction.atomic():
        rows = Citation.objects.in_use().filter(pk=citation.pk)
        if not rows.update(removed_at=at, removed_by=by):
            raise Invalid("citation", "Somebody removed this citation a moment ago.")
        citation.refresh_from_db()
        touch(citation.claim, at=at)
        record_event(citation.claim, "remove_citation", by=by, at=at, note=reason, data={"citation": str(citation.pk)})
        record_change(citation.claim, "claim.evidence_changed", at=at)
    return citation


def request_check(source: Source, *, by: Person, at: datetime) -> SourceCheck:
    """Ask for a check now. A check that is open already serves; it is brought forward."""
    rules.check_can_request_check(source, by)
    with transaction.atomic():
        check = queue_check(source, at=at, reason=CheckReason.ASKED, by=by)
        tasks.hint()
    return check


def watch(claim: Claim, *, at: datetime) -> int:
    """From its publication on, keep checking what the claim relies on; return how many sources."""
    sources = Source.objects.filter(citations__claim=claim, citations__removed_at__isnull=True).exclude(url="")
    return Source.objects.filter(pk__in=sources.values("pk"), next_check_at__isnull=True).update(next_check_at=at)


def unwatch(claim: Claim) -> int:
    """Stop re-checking the sources that nothing published relies on any more; return how many."""
    cited = Source.objects.filter(citations__claim=claim, next_check_at__isnull=False)
    return Source.objects.filter(pk__in=cited.values("pk")).not_relied_upon().update(next_check_at=None)


def is_checked(citation: Citation) -> bool:
    """Whether a check of its source that began after the passage was cited has ended: earlier ones did not look."""
    return citation.source.checks.filter(
        status__in=[CheckStatus.DONE, CheckStatus.FAILED], started_at__gte=citation.added_at
    ).exists()
