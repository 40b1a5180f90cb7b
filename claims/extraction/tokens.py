"""Cuts a text into words, numbers and signs that know their place in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}"  # U.S.
    r"|['’](?:s|re|ve|ll|d|m)\b"  # the possessive and its like
    r"|''|``|--+|\.\.\.+"
    r"|\d+(?:[.,:]\d+)*"
    r"|[^\W\d_]+(?:(?:['’](?!(?:s|re|ve|ll|d|m)\b)|[-‐‑])[^\W_]+)*"
    r"|\w+"
    r"|\S"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or sign: where it stands, how it is written, and that in lower case."""

    start: int
    end: int
    text: str
    lower: str

    @property
    def is_word(self) -> bool:
        """Whether it begins with a letter or a digit."""
        return self.text[0].isalnum()

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[0].isupper()


def tokenise(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]` in order, with offsets into the whole text."""
    return [
        Token(match.start(), match.end(), match[0], match[0].lower().replace("’", "'"))
        for match in TOKEN.finditer(text, start, end)
    ]
