"""Two passages compared word for word."""

from rapidfuzz.distance import Indel

from sources.quotations.wording import Wording, without_line_hyphens


def diff(exact: str, passage: str) -> tuple[tuple[str, str], ...]:
    """Word for word what was deleted from the quotation and inserted into it, in the texts' own spelling."""
    old = Wording(without_line_hyphens(exact, None))
    new = Wording(without_line_hyphens(passage, frozenset(old.words)))
    parts: list[tuple[str, str]] = []
    for block in Indel.opcodes(old.words, new.words):
        if block.tag == "delete":
            part = ("delete", _slice(exact, old.span(block.src_start, block.src_end - 1)))
        else:
            part = (str(block.tag), _slice(passage, new.span(block.dest_start, block.dest_end - 1)))
        # What was there comes before what replaced it.
        is_late = part[0] == "delete" and parts and parts[-1][0] == "insert"
        parts.insert(len(parts) - 1 if is_late else len(parts), part)
    return tuple(parts)


def _slice(text: str, span: tuple[int, int]) -> str:
    return " ".join(text[span[0] : span[1]].split())
