"""Signs inside a reading's text that say how it was read."""

from typing import Final

UNSURE: Final = "\x1f"
"""Stands by itself in the line before text of which only style sheets or scripts know whether readers see it."""

PAGE_END: Final = "\f"
"""Stands by itself in the line behind each page of a document that was drawn on pages, letter by letter."""


def seen_and_unsure(text: str) -> tuple[str, str]:
    """The text that readers see, and the text of which that is not sure; offsets into the first stay valid."""
    seen, mark, unsure = text.partition(UNSURE)
    return (seen.rstrip("\n"), unsure.lstrip("\n")) if mark else (text, "")
