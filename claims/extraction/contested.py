"""Finds pairs of candidates of which one denies what the other asserts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from claims.extraction.lexicon import Lexicon
from claims.extraction.stemming import stem
from claims.extraction.tokens import Token, tokenise

NEAREST = 60
WINDOW = 9
OVERLAP = 0.5
SHARED_WITH_CUE = 2
SHARED_WITH_TEXT = 3


@dataclass(frozen=True, slots=True)
class Word:
    """A content word of a side: its place among the tokens, its stem, its text, whether it is a name."""

    at: int
    stem: str
    text: str
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """A candidate as a side of a dispute.

    `negation` is the place and stem of the first negated predicate, if any; `denies` is whether the cue
    itself denies the content; a side that is not open takes no part.
    """

    claimant: str
    role: str
    words: tuple[Word, ...]
    negation: tuple[int, str] | None
    denies: bool
    is_open: bool

    @property
    def stems(self) -> dict[str, str]:
        """The first word of every stem."""
        found: dict[str, str] = {}
        for word in self.words:
            found.setdefault(word.stem, word.text)
        return found

    @property
    def is_negative(self) -> bool:
        """Whether it says that something is not so; a denial of a negative content is positive."""
        return self.denies != (self.negation is not None)

    def is_with(self, other: Side) -> bool:
        """Whether both speak for one body: the same claimant, or a role that names the other."""
        one, two = self.claimant.lower(), other.claimant.lower()
        return one == two or bool(one and one in other.role.lower()) or bool(two and two in self.role.lower())


def _words(tokens: list[Token], claimant: str, lexicon: Lexicon) -> tuple[Word, ...]:
    """The content words; a state and its people share a stem, a personal pronoun is the claimant."""
    found: list[Word] = []
    for i, token in enumerate(tokens):
        pronoun = any(lexicon.has(f"pronouns_{kind}", token.lower) for kind in ("person", "thing", "plural", "self"))
        if (pronoun or lexicon.has("possessives", token.lower)) and claimant:
            found.append(_name(i, claimant.split()[-1], lexicon))
        elif token.is_word and not lexicon.has("stopwords", token.lower) and not token.lower.endswith("n't"):
            is_name = token.is_capital and (i > 0 or lexicon.state_of(token.text) is not None)
            plain = Word(i, stem(token.lower), token.text)
            found.append(_name(i, token.text, lexicon) if is_name else plain)
    return tuple(found)


def _name(i: int, text: str, lexicon: Lexicon) -> Word:
    state = lexicon.state_of(text)
    return Word(i, (state.name if state else text).lower(), state.name if state else text, is_name=True)


def _negation(tokens: list[Token], words: tuple[Word, ...], lexicon: Lexicon) -> tuple[int, str] | None:
    """The predicate that is said not to be so: after "not", "failed to" and the like, in no condition."""
    for i, token in enumerate(tokens):
        if lexicon.has("conditions", token.lower):
            return None
        if not (lexicon.has("negators", token.lower) or token.lower.endswith("n't")):
            continue
        before, after = tokens[i - 1].lower if i else "", tokens[i + 1].lower if i + 1 < len(tokens) else ""
        if lexicon.has("wishes", before) or lexicon.has("after_no_negation", after):
            continue
        verb = next((t.lower for t in tokens[i + 1 : i + 6] if not lexicon.has("light", t.lower)), "")
        if lexicon.has("attitudes", verb):
            continue
        following = (w for w in words if i < w.at <= i + 5 and not lexicon.has("light", w.text.lower()))
        predicate = next(following, None)
        if predicate is None or predicate.is_name:
            continue
        return predicate.at, predicate.stem
    return None


def side(
    text: str,
    lexicon: Lexicon,
    claimant: str = "",
    role: str = "",
    *,
    denies: bool = False,
    is_open: bool = True,
) -> Side:
    """A candidate's words prepared for comparison."""
    tokens = tokenise(text, 0, len(text))
    words = _words(tokens, claimant, lexicon)
    return Side(claimant, role, words, _negation(tokens, words, lexicon), denies, is_open)


def _near(words: tuple[Word, ...], at: int) -> dict[str, Word]:
    return {word.stem: word for word in words if abs(word.at - at) <= WINDOW}


def _shared(negative: Side, positive: Side) -> tuple[str, ...]:
    """Words that both sides use of one matter; nothing when they only touch.

    A negated predicate must itself be shared, with more words around it on both sides; what a cue denies must
    overlap as a whole.
    """
    least = SHARED_WITH_CUE if positive.claimant else SHARED_WITH_TEXT
    if negative.negation is None:
        mine, theirs = negative.stems, positive.stems
        both = [root for root in mine if root in theirs]
        plain = [w.stem for w in negative.words if w.stem in both and not w.is_name]
        enough = len(both) >= max(least, OVERLAP * min(len(mine), len(theirs))) and plain
        return tuple(mine[root] for root in both) if enough else ()
    at, root = negative.negation
    places = [word.at for word in positive.words if word.stem == root]
    here = _near(negative.words, at)
    best: tuple[str, ...] = ()
    for place in places[:4]:
        there = _near(positive.words, place)
        both = [key for key in here if key in there]
        who = [key for key in both if here[key].at < at]
        plain = [key for key in both if not here[key].is_name]
        if (
            len(both) >= least
            and ((who and len(plain) > 1) or len(plain) >= SHARED_WITH_TEXT)
            and len(both) > len(best)
        ):
            best = tuple(here[key].text for key in both)
    return best


def _within_reach(places: dict[str, list[int]], roots: list[str], i: int) -> list[int]:
    """Sides within reach of side i that have one of the stems, the nearest first."""
    found: set[int] = set()
    for root in roots:
        at = places.get(root, [])
        found.update(at[bisect_left(at, i - NEAREST) : bisect_right(at, i + NEAREST)])
    return sorted(found, key=lambda j: (abs(j - i), j))


def pairs(sides: list[Side]) -> list[tuple[int, int, tuple[str, ...]]]:
    """(asserting, denying, shared words) for every denial that finds an assertion nearby.

    The two must not speak for one body, and the denial must be somebody's. Each denial is paired once, with
    the assertion that shares most, the nearest among equals.
    """
    places: dict[str, list[int]] = {}
    for i, one in enumerate(sides):
        for root in one.stems if one.is_open else ():
            places.setdefault(root, []).append(i)
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for i, negative in enumerate(sides):
        if not negative.is_negative or not negative.is_open or not negative.claimant:
            continue
        roots = [negative.negation[1]] if negative.negation else list(negative.stems)
        best: tuple[int, int, tuple[str, ...]] | None = None
        for j in _within_reach(places, roots, i):
            if j == i or sides[j].is_negative or negative.is_with(sides[j]):
                continue
            words = _shared(negative, sides[j])
            if words and (best is None or len(words) > len(best[2])):
                best = (j, i, words)
        if best:
            found.append(best)
    return found
