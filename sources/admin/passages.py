"""A quotation beside what stands there now: both whole, with the words that differ marked on either side."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from unicodedata import category
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from rapidfuzz.distance import Indel

from claims.admin.access import person_of
from claims.admin.base import ReadOnlyAdmin
from sources.models import Finding
from sources.quotations.wording import Wording, without_line_hyphens
from sources.statuses import NEEDS_CONFIRMATION, PassageOutcome

PER_PAGE = 20
_WIDE = ("text", "main_text", "headers")

STATEMENTS = {
    PassageOutcome.FOUND: "It stands there word for word, with the same words around it.",
    PassageOutcome.MOVED: (
        "It stands there word for word, but at another place: the words around it are others. "
        "Read it there: a passage that moved can mean something else."
    ),
    PassageOutcome.ALTERED: (
        "It does not stand there as quoted. Beside it is the passage that comes closest. "
        "The percentage says how much of the letters is the same, never whether the sense is."
    ),
    PassageOutcome.MISSING: "The page was read whole, and neither the quotation nor anything close to it is there.",
    PassageOutcome.INCONCLUSIVE: (
        "The page could not be read whole, and the quotation is not in what was read. This says nothing about it."
    ),
}


class Part(NamedTuple):
    """A stretch of a text; `is_changed` where the other text has something else."""

    text: str
    is_changed: bool


def side_by_side(exact: str, passage: str) -> tuple[list[Part], list[Part]]:
    """Both texts, whole and in their own spelling, cut where their words begin or cease to differ.

    Words are compared as the checks compare them, so that typographic differences are none.
    """
    old = Wording(without_line_hyphens(exact, None))
    new = Wording(without_line_hyphens(passage, frozenset(old.words)))
    gone: set[int] = set()
    come: set[int] = set()
    for block in Indel.opcodes(old.words, new.words):
        if block.tag == "delete":
            gone.update(range(block.src_start, block.src_end))
        elif block.tag == "insert":
            come.update(range(block.dest_start, block.dest_end))
    return _parts(exact, old, gone), _parts(passage, new, come)


def _parts(text: str, wording: Wording, changed: set[int]) -> list[Part]:
    parts: list[Part] = []
    at = 0
    for first, last in _runs(sorted(changed)):
        start, end = wording.span(first, last)
        parts += [Part(text[at:start], is_changed=False), Part(text[start:end], is_changed=True)]
        at = end
    parts.append(Part(text[at:], is_changed=False))
    return [part for part in parts if part.text]


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers joined, each run by its first and last: 1, 2, 4 are (1, 2) and (4, 4)."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def passage_view(admin: ReadOnlyAdmin, request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one check found of one quotation, and what all checks found of it so far."""
    finding = _visible(request).filter(pk=pk).first()
    if finding is None:
        raise Http404
    cited = finding.citation
    page = Paginator(_history(finding), PER_PAGE).get_page(request.GET.get("page"))
    newest = Finding.objects.filter(citation=cited).order_by("-at", "-id").first()
    is_newest = newest is not None and newest.pk == finding.pk
    quoted, standing = _columns(finding)
    return admin.page(
        request,
        "sources/admin/passage.html",
        title=f"Passage of {cited.source}",
        finding=finding,
        cited=cited,
        source=cited.source,
        check=finding.check_run,
        snapshot=finding.check_run.snapshot,
        statement=STATEMENTS[PassageOutcome(finding.outcome)],
        quoted=quoted,
        standing=standing,
        before=_spaced(cited.prefix),
        after=f" {cited.suffix}" if cited.suffix[:1].isalnum() else cited.suffix,
        newest=newest,
        is_newest=is_newest,
        needs_confirmation=is_newest and finding.outcome in NEEDS_CONFIRMATION,
        last_found=_last_found(finding),
        page=page,
    )


def _spaced(prefix: str) -> str:
    """The words before a quotation with the space that a form took from their end; none behind an opening mark."""
    opens = prefix[-1:] in {"'", '"'} or category(prefix[-1:] or " ") in {"Ps", "Pi"}
    return prefix if opens or not prefix else f"{prefix} "


def _columns(finding: Finding) -> tuple[list[Part], list[Part]]:
    """The quotation and what stood there, in parts; the second is empty where nothing close to it stood."""
    exact = finding.citation.exact
    if finding.outcome == PassageOutcome.ALTERED and finding.passage:
        return side_by_side(exact, finding.passage)
    is_there = finding.outcome in {PassageOutcome.FOUND, PassageOutcome.MOVED}
    return [Part(exact, is_changed=False)], [Part(finding.passage or exact, is_changed=False)] if is_there else []


def _visible(request: HttpRequest) -> QuerySet[Finding]:
    rows = Finding.objects.filter(citation__source__desk__memberships__person=person_of(request))
    with_rows = rows.select_related("citation__claim", "citation__source", "check_run__snapshot")
    return with_rows.defer(*(f"check_run__snapshot__{name}" for name in _WIDE))


def _history(finding: Finding) -> QuerySet[Finding]:
    """All findings of the same quotation, newest first."""
    rows = Finding.objects.filter(citation=finding.citation_id).select_related("check_run")
    return rows.defer("passage", "prefix", "suffix", "diff").order_by("-at", "-id")


def _last_found(finding: Finding) -> Any:
    """The last time before this finding when the quotation stood there word for word; None where it still does."""
    sound = {PassageOutcome.FOUND, PassageOutcome.MOVED}
    if finding.outcome in sound:
        return None
    rows = Finding.objects.filter(citation=finding.citation_id, outcome__in=sound, at__lt=finding.at)
    rows = rows.select_related("check_run__snapshot")
    return rows.defer(*(f"check_run__snapshot__{name}" for name in _WIDE)).order_by("-at", "-id").first()
