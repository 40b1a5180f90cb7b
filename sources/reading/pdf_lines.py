"""The lines of PDF pages put into the order in which people read them."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Final

_GAP: Final = re.compile(r"(?<=\S) {3,}(?=\S)")
_RIGHT: Final = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_RIGHT_LETTER: Final = re.compile(r"[\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\u06fa-\u06ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER: Final = re.compile(r"[^\W\d_]")
# What is drawn from left to right within such a line: numbers in any digits, and words in other letters.
_LEFT: Final = rf"(?:[^\W{_RIGHT}]|[\u0660-\u0669\u06f0-\u06f9])+"
_LEFT_RUN: Final = re.compile(rf"{_LEFT}(?:[ .,:/'’_@+\u066b\u066c-]*{_LEFT})*")
_RIGHT_RUN: Final = re.compile(rf"[{_RIGHT}]+(?:[ .,،؛؟\"'-]*[{_RIGHT}]+)*")
_MARKS_FIRST: Final = re.compile(r"([\u0591-\u05c7\u064b-\u0652\u0670]+)([\u05d0-\u05ea\u0620-\u064a\ufb1d-\ufefc])")
_EDGE_LINES = 3
_LONGEST_HEADER = 120
_NUMBER: Final = re.compile(r"\d{1,4}")
_PAGE_NUMBER: Final = re.compile(
    r"[-–—|\s]*(?:(?:page|seite|sayfa|стр(?:аница|\.)?|сторінка|p\.|s\.|صفحة|第)\s*)?\d{1,4}"
    r"(?:\s*(?:of|/|von|из|з|من|页|頁|ページ)\s*\d{0,4})?[-–—|\s]*",
    re.I,
)
_FEWEST_ROWS = 3


def is_right_to_left(text: str) -> bool:
    """Whether a tenth or more of the letters belong to scripts that run from right to left."""
    count = 0 if text.isascii() else len(_RIGHT_LETTER.findall(text))
    return count > 0 and count * 10 >= len(_LETTER.findall(text))


def logical(line: str) -> str:
    """A line in the order of reading that is given in the order of drawing, from the left.

    The reverse of what the Unicode Bidirectional Algorithm (UAX 9) does for simple lines: the line is turned
    round where most of it runs from the right, and numbers and words that run from the left are turned back.
    """
    words = " ".join(line.split())
    right = len(_RIGHT_LETTER.findall(words))
    if not right:
        return words
    if right * 2 >= len(_LETTER.findall(words)):
        turned = _LEFT_RUN.sub(_reversed, words[::-1])
    else:
        turned = _RIGHT_RUN.sub(_reversed, words)
    return _MARKS_FIRST.sub(r"\2\1", turned)


def _reversed(run: re.Match[str]) -> str:
    return run[0][::-1]


def by_columns(layout: str) -> str:
    """The columns of a page that is laid out with spaces, one after the other from the left; "" if it has none."""
    lines = layout.split("\n")
    gaps = [[gap.span() for gap in _GAP.finditer(line)] for line in lines]
    cuts = _gutters(gaps)
    if not cuts:
        return ""
    columns: list[list[str]] = [[] for _ in range(len(cuts) + 1)]
    for line, blanks in zip(lines, gaps, strict=True):
        for number, piece in _pieces(line, blanks, cuts):
            columns[number].append(piece.strip())
    return "\n".join(piece for column in columns for piece in column if piece)


def _gutters(gaps: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
    """Where blank space runs down the page: the places that most rows with gaps leave blank."""
    blank = Counter(place for row in gaps for start, end in row for place in range(start, end))
    fewest = max(_FEWEST_ROWS, sum(bool(row) for row in gaps) / 2)
    wide = sorted(place for place, count in blank.items() if count >= fewest)
    runs: list[list[int]] = []
    for place in wide:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    return [max(run, key=lambda place: (blank[place], place)) for run in runs]


def _pieces(line: str, blanks: Sequence[tuple[int, int]], cuts: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The pieces of a line by column; what runs across a gutter stays with the column where it began."""
    start = len(line) - len(line.lstrip())
    column = sum(cut < start for cut in cuts)
    for number, cut in enumerate(cuts, start=1):
        end = next((end for begin, end in blanks if begin <= cut < end), None)
        if end is not None and end > start:
            yield column, line[start:end]
            start, column = end, number
    yield column, line[start:]


def without_furniture(pages: Sequence[str]) -> tuple[list[str], str]:
    """The pages without the headers, footers and page numbers at their edges, and these, each once.

    A line counts as such when it stands at the edge of two and more pages, with nothing but a number in it
    that grows from page to page, or when it is a page number and nothing else.
    """
    split = [page.split("\n") for page in pages]
    seen: dict[str, set[int]] = {}
    for number, lines in enumerate(split):
        for place in {place for edge in _edges(lines) for place in edge}:
            for key in _keys(lines[place], number):
                seen.setdefault(key, set()).add(number)
    kept: list[str] = []
    furniture: dict[str, None] = {}
    for number, lines in enumerate(split):
        dropped: set[int] = set()
        for edge in _edges(lines):
            # From the edge inwards: below a line of the text itself no header follows.
            for rank, place in enumerate(edge):
                is_number = rank == 0 and len(pages) > 1 and _PAGE_NUMBER.fullmatch(lines[place])
                if not is_number and all(len(seen[key]) < 2 for key in _keys(lines[place], number)):
                    break
                dropped.add(place)
        furniture.update(dict.fromkeys(lines[place].strip() for place in sorted(dropped)))
        kept.append("\n".join(line for place, line in enumerate(lines) if place not in dropped).strip("\n"))
    return kept, "\n".join(furniture)


def _edges(lines: list[str]) -> tuple[list[int], list[int]]:
    """Numbers of the first and of the last lines that hold something short, each from the edge inwards."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    above, below = filled[:_EDGE_LINES], filled[::-1][:_EDGE_LINES]
    first, last = (list(takewhile(lambda place: len(lines[place]) <= _LONGEST_HEADER, edge)) for edge in (above, below))
    return first, last


def _keys(line: str, page: int) -> set[str]:
    """The line as it is, and with each of its numbers counted from the page's own number."""
    words = " ".join(line.split())
    keys = {words}
    for number in list(_NUMBER.finditer(words))[:4]:
        keys.add(f"{words[: number.start()]}<{int(number[0]) - page}>{words[number.end() :]}")
    return keys
