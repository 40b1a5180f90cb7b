"""Brings the words of one family together: notify, notified and notification share a stem."""

from __future__ import annotations

from functools import cache

# Longest first within a family; a stem keeps at least three letters, and a final e, y or i is dropped.
SUFFIXES = (
    "ifications", "ification", "ifying", "ifies", "ified", "ify",
    "izations", "ization", "izing", "izes", "ized", "ize",
    "isations", "isation", "ising", "ises", "ised", "ise",
    "ations", "ation", "ments", "ment", "ances", "ance", "ences", "ence", "ities", "ity", "ives", "ive",
    "ings", "ing", "ions", "ion", "ers", "er", "ors", "or", "als", "al", "ies", "ied", "es", "ed", "ly", "s",
)  # fmt: skip
IFY = ("ifications", "ification", "ifying", "ifies", "ified", "ify")
SHORTEST = 3


@cache
def _stem(word: str) -> str:
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST:
            root = word[: -len(suffix)]
            if suffix in IFY:
                return root + "if"
            if len(root) > SHORTEST and root[-1] == root[-2] and root[-1] not in "lsz":
                root = root[:-1]
            return root.rstrip("eyi") if len(root.rstrip("eyi")) >= SHORTEST else root
    trimmed = word.rstrip("eyi")
    return trimmed if len(trimmed) >= SHORTEST else word


def stem(word: str) -> str:
    """The stem of a lower-case word, by stripping one derivational or inflectional suffix."""
    return _stem(word[:40])
