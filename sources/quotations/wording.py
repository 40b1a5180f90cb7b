"""A text as the sequence of words by which two texts say the same, with the way back to its offsets."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import Final

SEPARATOR: Final = "\n"

# fmt: off
# What no reader sees: soft hyphen, tatweel, joiners, bidi marks and embeddings, variation selectors.
_IGNORED: Final = (
    "\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
)
# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, bopomofo, Han. Each letter is a word here.
_UNSPACED: Final = (
    "\u0e01-\u0e2e\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0eb5-\u0ec6\u1000-\u102a"
    "\u1780-\u17b3\u3005-\u3007\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d"
)
_DASHES: Final = "-‐‑‒–—―−﹘﹣－⁃"
_SAME_SIGN: Final = {
    '"': "“”„‟«»″〝〞〟＂「」『』", "'": "‘’‚‛′´`ʼʹˈ‹›＇", "-": _DASHES[1:], "~": "〜",
    "%": "٪", ".": "٫", ",": "٬،", ";": "؛", "?": "؟", "ي": "ی", "ك": "ک",
}
# fmt: on
_CHUNK = 4_096


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
        rf"(?:\.{{3,}}|…)+|[{re.escape(_DASHES)}]{{2,}}|''|``|,,",
        rf"[^\s{_IGNORED}][{mark}]*",
    ]
    return re.compile("|".join(alternatives)), _character_class(sorted(map(ord, marks)))


def _folds() -> tuple[dict[str, str], re.Pattern[str]]:
    """What each sign is written as in normal form, and the pattern of all these signs."""
    folds = {other: sign for sign, others in _SAME_SIGN.items() for other in others}
    # Digits that NFKC would turn into others: 10² must not read as 102, nor 1½ as 11/2.
    raised = (c for c in map(chr, range(0xB2, 0x3300)) if unicodedata.category(c) == "No")
    folds |= {digit: f"\x02{digit}" for digit in raised}
    digits = (c for c in map(chr, range(0x80, 0x10000)) if c.isdecimal())
    folds |= {digit: str(unicodedata.decimal(digit)) for digit in digits}
    points = _character_class(sorted(map(ord, folds)))
    return folds, re.compile(f"[{points}{_IGNORED}]+")


_TOKEN, _MARKS = _tokenizer()
_FOLDS, _FOLDED_SIGNS = _folds()
_MARK_RUN: Final = re.compile(f"[{_MARKS}]+")
_TAGS: Final = re.compile("[\U000e0000-\U000e0fff]")
# Signs of vowels and stress, which most Arabic, Hebrew and Russian texts leave out.
_VOWEL_SIGNS: Final = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670]+|(?<=[аеиоуыэюяёіїєАЕИОУЫЭЮЯЁІЇЄ])\u0301"
)
# A single quotation mark that stands alone, save behind a number (5' is no 5") unless a plural follows (1990's).
_LONE_MARK: Final = re.compile(r"(?<![^\n])(?<!\d\n)(?:'|'')(?![^\n])|(?<=\d\n)'(?=\ns(?:\n|$))")
_LONG_DOTS: Final = re.compile(r"\.{4,}")
_LONG_DASHES: Final = re.compile(r"-{2,}")
# Possessive, and the hyphen first: tried at every character, or over long white space, it would be slow.
_LINE_END_HYPHEN: Final = re.compile(r"[-‐\u00ad](?<=[^\W\d_].)[^\S\n]*+\n\s*+(?=[^\W\d_])")
_WORD_BEFORE: Final = re.compile(r"[^\W\d_]+$")
_WORD_AFTER: Final = re.compile(r"[^\W\d_]+")
_LONGEST_WORD = 60


class Wording:
    """The words of a text. Offsets are those of the text that was given."""

    def __init__(self, text: str) -> None:
        self.text = text
        # Plane-14 tags and selectors vanish; the offsets must not.
        self._plain = text if text.isascii() else _TAGS.sub("\u200b", text)
        self._chunk_starts: list[int] = []
        self._words_before: list[int] = []

    @cached_property
    def key(self) -> str:
        """Words in normal form, each between two separators: a text contains what its key contains."""
        parts: list[str] = []
        count = 0
        for start, end in _chunks(self._plain):
            words = _TOKEN.findall(self._plain, start, end)
            if words:
                self._chunk_starts.append(start)
                self._words_before.append(count)
                count += len(words)
                parts.append(normal_form(SEPARATOR.join(words)))
        return f"{SEPARATOR}{SEPARATOR.join(parts)}{SEPARATOR}" if parts else SEPARATOR

    @cached_property
    def folded_key(self) -> str:
        """The key without case and combining marks: for finding what is close, never for deciding."""
        return folded(self.key)

    @cached_property
    def unvowelled_key(self) -> str:
        """The key without the signs of vowels and stress."""
        return self.key if self.key.isascii() else _VOWEL_SIGNS.sub("", self.key)

    @property
    def words(self) -> list[str]:
        """The words in normal form."""
        return self.key.split(SEPARATOR)[1:-1]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of the passage from the first to the last of these words."""
        start = self._word(first)
        return start.start(), (self._word(last) if last > first else start).end()

    def _word(self, number: int) -> re.Match[str]:
        assert self.key
        chunk = bisect_right(self._words_before, number) - 1
        words = _TOKEN.finditer(self._plain, self._chunk_starts[chunk])
        return next(islice(words, number - self._words_before[chunk], None))


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Pieces of a text cut at white space, so that the words of a large one need not all be held at once."""
    start = 0
    while start < len(text):
        end = start + _CHUNK
        while end < len(text) and not text[end].isspace():
            end += 1
        yield start, min(end, len(text))
        start = end


def normal_form(words: str) -> str:
    """Text in the form in which equal means "says the same"; separators stay as they are.

    NFKC (Unicode TR 15) save for raised digits and fractions; one sign each for quotation marks of any kind and
    country, dashes, decimal digits of all scripts and the letters that Persian and Arabic keyboards disagree
    about; without what no reader sees. Case, letters and diacritics (harakat, too) stay.
    """
    if not words.isascii():
        words = unicodedata.normalize("NFKC", _FOLDED_SIGNS.sub(_fold, words))
    if "'" in words or "`" in words or ",," in words:
        words = words.replace("`", "'").replace(f"{SEPARATOR},,{SEPARATOR}", f'{SEPARATOR}"{SEPARATOR}')
        words = _LONE_MARK.sub('"', words)
    if "...." in words:
        words = _LONG_DOTS.sub("...", words)
    return _LONG_DASHES.sub("-", words) if "--" in words else words


def _fold(signs: re.Match[str]) -> str:
    return "".join(_FOLDS.get(sign, "") for sign in signs[0])


def folded(words: str) -> str:
    """Normal form without case and combining marks, dotted and dotless i alike."""
    if not words.isascii():
        words = _MARK_RUN.sub("", words.replace("İ", "i").replace("ı", "i"))
    return words.casefold()


def has_vowel_signs(text: str) -> bool:
    """Whether signs of vowels or stress are written out anywhere in the text."""
    return not text.isascii() and _VOWEL_SIGNS.search(unicodedata.normalize("NFD", text)) is not None


def without_line_hyphens(text: str, joined: frozenset[str] | None) -> str:
    """The text with hyphens at line ends blanked out, letter for letter, so that offsets stay.

    With `joined` only where the word that results is among those words: whether "well-⏎known" is written with
    a hyphen only somebody who knows the word can tell. A soft hyphen there always joins.
    """

    def blanked(hyphen: re.Match[str]) -> str:
        before = _WORD_BEFORE.search(text, max(0, hyphen.start() - _LONGEST_WORD), hyphen.start())
        after = _WORD_AFTER.match(text, hyphen.end())
        word = (before[0] if before else "") + (after[0] if after else "")
        is_one = joined is None or hyphen[0][0] == "\u00ad" or normal_form(word) in joined
        return "\u00ad" * len(hyphen[0]) if is_one else hyphen[0]

    return _LINE_END_HYPHEN.sub(blanked, text) if "\n" in text else text


def has_line_hyphens(text: str) -> bool:
    """Whether any line of the text may end within a word."""
    return "\n" in text and _LINE_END_HYPHEN.search(text) is not None
