"""A text as the sequence of words by which two texts say the same, with the way back to its offsets."""

import re
import unicodedata
from array import array
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Final

SEPARATOR: Final = "\n"

# fmt: off
# What no reader sees: soft hyphen, tatweel, joiners, bidi marks and embeddings, variation selectors.
_IGNORED: Final = (
    "\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff"
)
# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, bopomofo, Han. Each letter is a word here.
_UNSPACED: Final = (
    "\u0e01-\u0e2e\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0eb5-\u0ec6\u1000-\u102a"
    "\u1780-\u17b3\u3005-\u3007\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
)
# fmt: on
_SAME_SIGN: Final = {'"': "“”„‟«»″〝〞〟＂", "'": "‘’‚‛′´`ʼʹˈ‹›＇", "-": "‐‑‒–—―−﹘﹣－⁃"}


def _character_class(points: Iterable[int]) -> str:
    """The inside of a regular expression's [] for ascending code points, in as few ranges as possible."""
    ranges: list[list[int]] = []
    for point in points:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)


def _tokenizer() -> tuple[re.Pattern[str], str]:
    """The pattern of words, numbers, letters of unspaced scripts and other signs; the class of marks.

    Classes are spelt out for the basic plane only, where `re` looks a character up in one step: twice as
    fast as negated categories. Marks belong to the letter before them, which `\\w` does not know.
    """
    ignored, unspaced = re.compile(f"[{_IGNORED}]"), re.compile(f"[{_UNSPACED}]")
    plane = [chr(point) for point in range(0x10000)]
    marks = {c for c in plane if unicodedata.category(c)[0] == "M" or c in "ﾞﾟ"}
    attached = marks | {c for c in plane if ignored.match(c)}
    letters = {c for c in plane if c.isalpha() or c == "_" or (c.isalnum() and not c.isdecimal())}
    letters -= attached | {c for c in plane if unspaced.match(c)}
    inside = letters | attached | {c for c in plane if c.isdecimal()}
    letter, inner, mark = (_character_class(sorted(map(ord, group))) for group in (letters, inside, attached))
    alternatives = [
        rf"[{letter}][{inner}]*",
        rf"(?:(?<![\w)\]])[-−–](?=\d))?\d[\d{_IGNORED}]*(?:[.,:/٫٬'’]\d+)*[{inner}]*",
        rf"(?:[{_UNSPACED}]|[\U00020000-\U0003ffff])[{mark}]*",
        "[\U0001d400-\U0001d7ff]+",
        r"\.{3,}",
        rf"[^\s{_IGNORED}][{mark}]*",
    ]
    return re.compile("|".join(alternatives)), _character_class(sorted(map(ord, marks)))


_TOKEN, _MARKS = _tokenizer()
_IGNORED_RUN: Final = re.compile(f"[{_IGNORED}]+")
_MARK_RUN: Final = re.compile(f"[{_MARKS}]+")
_TAGS: Final = re.compile("[\U000e0000-\U000e0fff]")
# Digits that NFKC would turn into others: 10² must not read as 102, nor 1½ as 11/2.
_RAISED: Final = re.compile(f"[{''.join(c for c in map(chr, range(0xB2, 0x3300)) if unicodedata.category(c) == 'No')}]")
# Possessive, and the hyphen first: tried at every character, or over long white space, it would be slow.
_LINE_END_HYPHEN: Final = re.compile(r"[-‐](?<=[^\W\d_].)[^\S\n]*+\n\s*+(?=[^\W\d_])")
_WORD_BEFORE: Final = re.compile(r"[^\W\d_]+$")
_WORD_AFTER: Final = re.compile(r"[^\W\d_]+")
_LONGEST_WORD = 60


class Wording:
    """The words of a text. Made by `wording_of`; offsets are those of the text that was given."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Plane-14 tags and selectors vanish; the offsets must not.
        self._plain = _TAGS.sub("\u200b", text)

    @cached_property
    def key(self) -> str:
        """Words in normal form, each between two separators: a text contains what its key contains."""
        words = normal_form(SEPARATOR.join(_TOKEN.findall(self._plain)))
        return f"{SEPARATOR}{words}{SEPARATOR}" if words else SEPARATOR

    @cached_property
    def folded_key(self) -> str:
        """The key without case and combining marks: for finding what is close, never for deciding."""
        return folded(self.key)

    @property
    def words(self) -> list[str]:
        """The words in normal form."""
        return self.key.split(SEPARATOR)[1:-1]

    @cached_property
    def starts(self) -> "array[int]":
        """Offset at which each word starts."""
        return array("l", (match.start() for match in _TOKEN.finditer(self._plain)))

    def end(self, word: int) -> int:
        """Offset behind a word."""
        match = _TOKEN.match(self._plain, self.starts[word])
        return match.end() if match else self.starts[word]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of the passage from the first to the last of these words."""
        return self.starts[first], self.end(last)


@lru_cache(maxsize=2)
def wording_of(text: str) -> Wording:
    """The words of a text; kept for the last two, as a page's quotations are looked for one after another."""
    return Wording(text)


def normal_form(words: str) -> str:
    """Text in the form in which equal means "says the same"; separators stay as they are.

    NFKC (Unicode TR 15) save for raised digits and fractions; one sign each for double quotes, single quotes
    and dashes; without what no reader sees. Case, digits, letters and diacritics (harakat, too) stay.
    """
    if words.isascii():
        return words.replace("`", "'") if "`" in words else words
    words = _IGNORED_RUN.sub("", words)
    words = _RAISED.sub(lambda digit: f"\x02{digit[0]}", words)
    for sign, others in _SAME_SIGN.items():
        for other in others:
            words = words.replace(other, sign)
    return unicodedata.normalize("NFKC", words)


def folded(words: str) -> str:
    """Normal form without case and combining marks, dotted and dotless i alike."""
    if not words.isascii():
        words = _MARK_RUN.sub("", words.replace("İ", "i").replace("ı", "i"))
    return words.casefold()


def without_line_hyphens(text: str, joined: frozenset[str] | None) -> str:
    """The text with hyphens at line ends blanked out, letter for letter, so that offsets stay.

    With `joined` only where the word that results is among those words: whether "well-⏎known" is written with
    a hyphen only somebody who knows the word can tell.
    """

    def blanked(hyphen: re.Match[str]) -> str:
        before = _WORD_BEFORE.search(text, max(0, hyphen.start() - _LONGEST_WORD), hyphen.start())
        after = _WORD_AFTER.match(text, hyphen.end())
        word = (before[0] if before else "") + (after[0] if after else "")
        is_one = joined is None or normal_form(word) in joined
        return "\u00ad" * len(hyphen[0]) if is_one else hyphen[0]

    return _LINE_END_HYPHEN.sub(blanked, text)
