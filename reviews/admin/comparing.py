"""A draft against the version in force, word by word."""

import difflib
import re

from reviews.models import Draft, Verdict

FIELDS = (
    ("headline", "Headline"),
    ("summary", "Summary"),
    ("justification", "Justification"),
    ("what_would_change_it", "What would change this verdict"),
)
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")
PIECES_MOST = 6_000  # beyond this a word diff takes seconds: paragraphs are compared instead


def word_diff(was: str, now: str) -> list[tuple[str, str]]:
    """What changed between two texts: (equal | delete | insert, text), in order."""
    pieces = _PIECE.findall if len(was) + len(now) < PIECES_MOST * 4 else str.splitlines
    old, new = list(pieces(was)), list(pieces(now))
    glue = "" if pieces is not str.splitlines else "\n"
    found: list[tuple[str, str]] = []
    gone: list[str] = []
    come: list[str] = []

    def flush() -> None:
        found.extend(part for part in (("delete", glue.join(gone)), ("insert", glue.join(come))) if part[1])
        gone.clear()
        come.clear()

    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        same = glue.join(old[a:b])
        if kind == "equal" and (same.strip() or not (gone or come)):
            flush()
            found.append(("equal", same))
            continue
        gone += old[a:b]  # a space between two changed words belongs to the change
        come += new[c:d]
    flush()
    return found


def compared(verdict: Verdict | None, draft: Draft | None) -> list[dict[str, object]]:
    """The fields that a draft would change; none when there is nothing to compare."""
    if verdict is None or draft is None:
        return []
    changes: list[dict[str, object]] = []
    if verdict.rating_id != draft.rating_id:
        parts = [("delete", str(verdict.rating)), ("insert", str(draft.rating))]
        changes.append({"label": "Rating", "parts": parts})
    for name, label in FIELDS:
        was, now = getattr(verdict, name), getattr(draft, name)
        if was != now:
            changes.append({"label": label, "parts": word_diff(was, now)})
    return changes
