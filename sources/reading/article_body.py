"""What the structured data of a page says beyond its visible text."""

import re
from collections.abc import Iterable
from typing import Final

_SENTENCE: Final = re.compile(r"[^.!?。！？؟\n]+[.!?。！？؟]*")
_FOLD: Final = re.compile(r"[\W_]+")
_SHORTEST_SENTENCE = 12
_UNSEEN_RUN = 3
_PIECE = 6
_SAME_PIECES = 0.4


def unseen_sentences(body: str, visible: str) -> str:
    """What a page's structured `articleBody` says beyond its visible text, or "".

    Only runs of three and more unseen sentences count (or all of them), and no sentence that the page shows
    in other words: that is an edit of the page, and a copy of its old wording in the data must not hide it.
    """
    seen = _folded(visible)
    sentences = [piece for piece in _SENTENCE.findall(body) if piece.strip()]
    keys = [_folded(piece) for piece in sentences]
    known = [len(key) < _SHORTEST_SENTENCE or key in seen for key in keys]
    if all(known):
        return ""
    is_shown = any(len(key) >= _SHORTEST_SENTENCE and key in seen for key in keys)
    for key, is_known in zip(keys, known, strict=True):
        seen = seen.replace(key, " ") if is_known and len(key) >= _SHORTEST_SENTENCE else seen
    pieces = {seen[place : place + _PIECE] for place in range(len(seen))}
    reworded = [not is_known and _is_reworded(key, pieces) for key, is_known in zip(keys, known, strict=True)]
    runs = list(_runs([is_known or other for is_known, other in zip(known, reworded, strict=True)]))
    if is_shown or any(reworded):
        runs = [run for run in runs if len(run) >= _UNSEEN_RUN]
    return "\n".join("".join(sentences[place] for place in run).strip() for run in runs)


def _is_reworded(key: str, pieces: set[str]) -> bool:
    """Whether much of the sentence stands in these pieces of six letters: those of what the data does not have."""
    own = [key[place : place + _PIECE] for place in range(len(key) - _PIECE + 1)]
    return sum(piece in pieces for piece in own) >= _SAME_PIECES * len(own)


def _folded(text: str) -> str:
    return _FOLD.sub("", text).casefold()


def _runs(flags: Iterable[bool]) -> Iterable[list[int]]:
    """Places of the unset flags, those next to each other together."""
    run: list[int] = []
    for place, flag in enumerate(flags):
        if not flag:
            run.append(place)
        elif run:
            yield run
            run = []
    if run:
        yield run
