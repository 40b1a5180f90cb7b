"""What stands now where a quotation stood, told by the words that were around it."""

from collections.abc import Iterator
from itertools import islice

from rapidfuzz.distance import Indel

from sources.quotations.closest import MOST_SIMILAR, Closest
from sources.quotations.places import Wanted, word_at
from sources.quotations.selectors import Match
from sources.quotations.wording import SEPARATOR, Wording, folded
from sources.reading.marks import PAGE_END

_EDGE_LETTERS = 8
_EDGE_WORDS = 4
_WIDE = 0x2E80
_MOST_PLACES = 200
_MOST_ENDS = 8
_ROOM = 60
_FAR = 1_200
_FEW_WORDS = 3


def between(wanted: Wanted, page: Wording) -> Closest | None:
    """What stands between the words that stood right before the quotation and those that stood right behind it.

    None where these words no longer stand near each other. Nothing at all between them has a similarity of 0:
    the quotation was taken out. Of several such places the most similar counts.
    """
    ahead, following = (folded(side).split(SEPARATOR) for side in wanted.context)
    before, after = _edge(ahead[::-1]), _edge(following)
    if not before or not after:
        return None
    before = SEPARATOR.join(["", *before.split(SEPARATOR)[::-1], ""])
    after = f"{SEPARATOR}{after}{SEPARATOR}"
    key = page.folded_key
    passage = "".join(wanted.wording.folded_key.split(SEPARATOR))
    room = 2 * len(wanted.wording.key) + _ROOM
    best: Closest | None = None
    for place in _places(before, key):
        start = place + len(before) - 1
        # The quotation may itself begin with the words that stood behind it: so every end is tried, not the first.
        reach = start + room + len(after)
        for end in islice(_places(after, key, start, reach), _MOST_ENDS):
            similarity = Indel.normalized_similarity(passage, key[start:end].replace(SEPARATOR, ""))
            if best is None or similarity > best.similarity:
                first = word_at(key, start)
                last = word_at(key, end) - 1
                best = Closest(first, max(last, first), min(similarity, MOST_SIMILAR) if last >= first else 0.0)
    return best


def spans_pages(wanted: Wanted, text: str) -> bool:
    """Whether the quotation begins before the end of a page and goes on behind it.

    What stands between (headers, footnotes) is not always known as such, so the words in the middle are not
    looked for.
    """
    words = wanted.wording.words
    count = min(_FEW_WORDS, len(words) // 2)
    if PAGE_END not in text or not count:
        return False
    head = SEPARATOR.join(["", *words[:count], ""])
    tail = SEPARATOR.join(["", *words[-count:], ""])
    reach = len(wanted.quotation.exact) + _FAR
    at = text.find(PAGE_END)
    while at >= 0:
        above, below = Wording(text[max(at - reach, 0) : at]).key, Wording(text[at + 1 : at + reach]).key
        if head in above and tail in below:
            return True
        at = text.find(PAGE_END, at + 1)
    return False


def _edge(words: list[str]) -> str:
    """So many of these words as tell a place, or "" where they are too few."""
    letters = 0
    for count, word in enumerate(words, start=1):
        letters += 2 if len(word) == 1 and ord(word) > _WIDE else sum(map(str.isalnum, word))
        if letters >= _EDGE_LETTERS:
            return SEPARATOR.join(words[:count])
    return ""


def _places(needle: str, key: str, start: int = 0, end: int | None = None) -> Iterator[int]:
    place = key.find(needle, start, end)
    for _ in range(_MOST_PLACES):
        if place < 0:
            return
        yield place
        place = key.find(needle, place + 1, end)


def differs_in_spaces(wanted: Wanted, page: Wording) -> bool:
    """Whether the quotation stands in the text when nobody minds where words begin and end."""
    return wanted.wording.key.replace(SEPARATOR, "") in page.key.replace(SEPARATOR, "")


def has_page_end_within(match: Match) -> bool:
    """Whether a page ends within an altered passage, and more words came in than went: a footnote, or a header."""
    came, went = (
        sum(len(words.split()) for kind, words in match.diff if kind == name) for name in ("insert", "delete")
    )
    return PAGE_END in match.passage and came > went + _FEW_WORDS


def is_beside(wanted: Wanted, match: Match) -> bool:
    """Whether the words right before or right behind a passage are still those of the quotation."""
    quotation = wanted.quotation
    ahead, following = Wording(match.prefix).key, Wording(match.suffix).key
    before, after = Wording(quotation.prefix).words[-_EDGE_WORDS:], Wording(quotation.suffix).words[:_EDGE_WORDS]
    return any(
        _edge(words) and edge(SEPARATOR.join(["", *words, ""]))
        for words, edge in ((before, ahead.endswith), (after, following.startswith))
    )
