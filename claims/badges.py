"""The colour of every word that pages show as a badge: it repeats what the word says, never adds to it."""

GOOD, BAD, WARN, BUSY, QUIET = "good", "bad", "warn", "busy", "quiet"

TONES: dict[str, str] = {
    # a claim's status
    "submitted": WARN,
    "declined": QUIET,
    "in_research": BUSY,
    "in_review": BUSY,
    "published": GOOD,
    "withdrawn": BAD,
    # risk
    "high": BAD,
    # a quotation's outcome
    "found": GOOD,
    "moved": WARN,
    "altered": BAD,
    "missing": BAD,
    "inconclusive": WARN,
    # a source's outcome
    "alive": GOOD,
    "changed": WARN,
    "redirected": WARN,
    "gone": BAD,
    "unreachable": WARN,
    "blocked": WARN,
    "refused": BAD,
    # a check
    "queued": BUSY,
    "running": BUSY,
    "done": GOOD,
    "failed": WARN,
    "quarantined": BAD,
    # positions and citations
    "asserts": GOOD,
    "partly_confirms": WARN,
    "denies": BAD,
    "supports": GOOD,
    "refutes": BAD,
    # a publication
    "in_force": GOOD,
    "superseded": QUIET,
    "intact": GOOD,
    "degraded": BAD,
    "under_review": BUSY,
    # a review's decision, a candidate's state
    "endorse": GOOD,
    "changes": WARN,
    "accepted": GOOD,
    "dismissed": QUIET,
    "sealed": WARN,
}


def tone_of(value: object) -> str:
    """The tone of a word; quiet for words that need no attention."""
    return TONES.get(str(value), QUIET)
