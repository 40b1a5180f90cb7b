"""Lists the candidate claims of a text: reads it, names the speakers, compares and scores what they say."""

from __future__ import annotations

from claims.extraction import contested, rewording, worthiness
from claims.extraction.attribution import Attribution
from claims.extraction.drafts import Draft, of_attribution, of_plain_sentence
from claims.extraction.lexicon import Lexicon, UnknownLanguage, empty, languages, load
from claims.extraction.records import CandidateClaim, ContestedPair, Extraction, Span
from claims.extraction.speakers import Speakers
from claims.extraction.statements import Statement, read

HARD = frozenset(("number", "money", "percent", "quantity", "comparison", "event", "causation", "date", "many_numbers"))
BACK = 8
NEAR_CUE = 24
FEWEST_WORDS = 5
REPEATED = 0.75


def extract(text: str, *, language: str = "en") -> Extraction:
    """Candidate claims of an article with claimant, cue, stance, proposed wording and reasons.

    Offsets are characters of `text`. Never raises on any text; for a language without a lexicon the
    candidates are whole sentences in the text's own voice, and `notes` says so.
    """
    notes: list[str] = []
    try:
        lexicon = load(language)
    except UnknownLanguage:
        lexicon = empty()
        known = ", ".join(languages())
        notes.append(f"No lexicon for the language {language!r} (there is: {known}): sentences only, no attribution.")
    statements = read(text, lexicon)
    drafts = _drafts(text, statements, lexicon)
    drafts = _without_repeats(text, drafts, lexicon)
    links = _links(text, drafts, lexicon)
    if not drafts:
        notes.append("No candidate claim was found.")
    candidates = _candidates(text, drafts, links, lexicon)
    return Extraction(language, candidates, tuple(links), tuple(notes))


def _drafts(text: str, statements: list[Statement], lexicon: Lexicon) -> list[Draft]:
    speakers = Speakers(lexicon)
    if lexicon.language:
        for statement in statements:
            if statement.sentence.kind != "junk":
                speakers.learn(statement.parsed)
    found: list[Draft] = []
    for statement in statements:
        if statement.sentence.kind == "junk":
            continue
        if lexicon.language:
            speakers.mention(statement.parsed)
        for attribution in statement.attributions:
            found.extend(of_attribution(text, statement, attribution, speakers, lexicon))
        found.extend(_own_voice(text, statement, lexicon))
    found.sort(key=lambda d: (d.content.start, d.content.end, d.cue.start if d.cue else -1))
    return [d for i, d in enumerate(found) if not _says_twice(found[max(0, i - 3) : i], d)]


def _says_twice(before: list[Draft], draft: Draft) -> bool:
    """Whether a belief is part of what the same person is already quoted with: "said she thinks that"."""
    return "belief" in draft.context and any(
        d.speaker.name == draft.speaker.name and d.content.start <= draft.content.start < d.content.end
        for d in before
        if d.cue is not None
    )


def _own_voice(text: str, statement: Statement, lexicon: Lexicon) -> list[Draft]:
    """What a sentence says in the text's own voice: all of it, or what stands before an attribution."""
    reported = [a for a in statement.attributions if a.group != "judges"]
    if not reported and all(number >= 0 for number in statement.parsed.quote) and lexicon.language:
        return []
    end = min((_reach(a) for a in reported), default=None)
    if end is not None and not _has_clause(statement, end):
        return []
    drafts = of_plain_sentence(text, statement, end, lexicon)
    if not lexicon.language:
        return drafts
    return [draft for draft in drafts if _is_hard(draft.content.of(text), statement, lexicon)]


def _reach(attribution: Attribution) -> int:
    """Where an attribution begins: at its source, its cue or its content, whichever is first.

    A source that is far from its cue belongs to a verb before ("Police arrested 12 people and said …").
    """
    starts = [content.start for content in attribution.contents]
    if attribution.cue is not None:
        starts.append(attribution.cue.start)
        if attribution.source is not None and attribution.cue.start - attribution.source.end <= NEAR_CUE:
            starts.append(attribution.source.start)
    return min(starts)


def _has_clause(statement: Statement, end: int) -> bool:
    """Whether a main clause stands before offset `end`, not an adjunct such as "Asked about the fire,"."""
    parsed = statement.parsed
    size = sum(token.end <= end for token in parsed.tokens)
    opens_aside = parsed.is_in(0, "subordinators") or parsed.is_in(0, "prepositions") or parsed.lower(0) == "asked"
    comma = next((i for i in range(size - 1) if parsed.lower(i) == ","), 0) if opens_aside else 0
    if opens_aside and not comma:
        return False
    return (
        size - comma >= FEWEST_WORDS
        and parsed.has_verb(comma, size)
        and not any(number >= 0 for number in parsed.quote[:size])
    )


def _is_hard(words: str, statement: Statement, lexicon: Lexicon) -> bool:
    shown = worthiness.evidence(words, lexicon)
    headless = statement.sentence.kind == "headline" and not statement.parsed.has_verb(0, 40)
    return bool(HARD & set(shown)) and "question" not in shown and not headless


def _roots(text: str, draft: Draft, lexicon: Lexicon) -> frozenset[str]:
    return frozenset(contested.side(draft.content.of(text), lexicon).stems)


def _without_repeats(text: str, drafts: list[Draft], lexicon: Lexicon) -> list[Draft]:
    """The drafts without headlines and captions that only say again what the body says."""
    body = [(_roots(text, d, lexicon), d.stance) for d in drafts if d.kind == "body"][:400]
    kept: list[Draft] = []
    for draft in drafts:
        if draft.kind == "body":
            kept.append(draft)
            continue
        roots = _roots(text, draft, lexicon)
        if not any(s == draft.stance and roots and len(roots & r) >= REPEATED * len(roots) for r, s in body):
            kept.append(draft)
    return kept


def _links(text: str, drafts: list[Draft], lexicon: Lexicon) -> list[ContestedPair]:
    """Contested pairs in the order of the text; sets the denying draft's stance and wording."""
    if not lexicon.language:
        return []
    found = [*_same_words(text, drafts, lexicon), *_pointing_back(text, drafts, lexicon)]
    closed = {i for pair in found for i in (pair.asserting, pair.denying)}
    sides = [
        contested.side(
            d.content.of(text),
            lexicon,
            d.speaker.name,
            d.speaker.role,
            denies=d.stance == "denies",
            is_open=_is_open(i, d, closed),
        )
        for i, d in enumerate(drafts)
    ]
    for positive, negative, shared in contested.pairs(sides):
        if sides[positive].denies:
            positive, negative = negative, positive
        if positive in closed or negative in closed:
            continue
        closed.add(negative)
        found.append(_pair(text, drafts, positive, negative, shared, lexicon))
    return sorted(found, key=lambda pair: (pair.asserting, pair.denying))


def _is_open(i: int, draft: Draft, closed: set[int]) -> bool:
    if i in closed or draft.stance not in ("asserts", "denies") or draft.kind == "headline":
        return False
    return not set(draft.context) - {"attributed"}


def _same_words(text: str, drafts: list[Draft], lexicon: Lexicon) -> list[ContestedPair]:
    """ "X dismissed claims by Y that P": the same words, said by one and denied by the other."""
    found: list[ContestedPair] = []
    for i in range(len(drafts) - 1):
        pair = sorted((i, i + 1), key=lambda k: drafts[k].stance == "denies")
        one, other = drafts[pair[0]], drafts[pair[1]]
        if one.content == other.content and (one.stance, other.stance) == ("asserts", "denies"):
            other.restated = one.restated
            why = f"{_name(other)} turns down what {_name(one)} says."
            shared = tuple(contested.side(one.content.of(text), lexicon).stems.values())
            found.append(ContestedPair(pair[0], pair[1], shared, one.restated, why))
    return found


def _pointing_back(text: str, drafts: list[Draft], lexicon: Lexicon) -> list[ContestedPair]:
    """ "X denied the allegation": the last assertion of somebody else, best one that speaks of X."""
    found: list[ContestedPair] = []
    for i, draft in enumerate(drafts):
        if not draft.anaphoric:
            continue
        name = draft.speaker.name
        near = [
            j
            for j in range(i - 1, max(-1, i - BACK - 1), -1)
            if drafts[j].stance == "asserts" and _may_be_denied(drafts[j], name) and not drafts[j].anaphoric
        ]
        about = [j for j in near if _mentions(drafts[j].content.of(text), draft, lexicon)]
        reach = 1 if lexicon.has("pointers", draft.content.of(text).lower()) else 0
        close = [j for j in near if drafts[j].accuses or draft.paragraph - drafts[j].paragraph <= reach]
        accusations = [j for j in near if drafts[j].accuses]
        if accusations and any(
            lexicon.has("nominal.accusations", word) for word in draft.content.of(text).lower().split()
        ):
            about = accusations
        if not about and not close:
            draft.restated = rewording.tidy(draft.sentence.of(text))
            continue
        j = about[0] if about else max(close, key=lambda k: _worth(text, drafts[k], lexicon))
        draft.restated = drafts[j].restated
        why = f"{_name(draft)} denies what {_name(drafts[j])} said before."
        found.append(ContestedPair(j, i, (), draft.restated, why))
    return found


def _worth(text: str, draft: Draft, lexicon: Lexicon) -> float:
    return worthiness.score(worthiness.factors(draft.content.of(text), lexicon))


def _may_be_denied(draft: Draft, name: str) -> bool:
    """Whether somebody else's words, or an accusation by nobody in particular, can be what is denied."""
    return draft.accuses if draft.speaker.name == "" else draft.speaker.name != name


def _mentions(words: str, draft: Draft, lexicon: Lexicon) -> bool:
    """Whether the words speak of the denier: by the last part of the name, or by the state behind it."""
    name = draft.speaker.name
    if name and name.split()[-1] in words:
        return True
    named = (lexicon.state_of(word.removesuffix("'s")) for word in f"{name} {draft.speaker.role}".split())
    return any(state.name in words or any(p in words for p in state.people) for state in named if state)


def _pair(
    text: str, drafts: list[Draft], positive: int, negative: int, shared: tuple[str, ...], lexicon: Lexicon
) -> ContestedPair:
    one, other = drafts[positive], drafts[negative]
    restated = rewording.joint(one.content.of(text), other.content.of(text), one.occasion, lexicon)
    restated = restated or one.restated
    other.stance = "denies"
    other.restated = restated
    why = f"{_name(other)} denies what {_name(one)} asserts; both speak of {', '.join(shared)}."
    return ContestedPair(positive, negative, shared, restated, why)


def _name(draft: Draft) -> str:
    return draft.speaker.name or "the text itself"


def _candidates(
    text: str, drafts: list[Draft], links: list[ContestedPair], lexicon: Lexicon
) -> tuple[CandidateClaim, ...]:
    disputed: dict[int, str] = {}
    for pair in links:
        disputed[pair.asserting] = pair.why
        disputed[pair.denying] = pair.why
    return tuple(_candidate(text, i, draft, disputed, lexicon) for i, draft in enumerate(drafts))


def _candidate(text: str, i: int, draft: Draft, disputed: dict[int, str], lexicon: Lexicon) -> CandidateClaim:
    words = draft.content.of(text)
    context = dict(draft.context)
    if i in disputed:
        context["contested"] = disputed[i]
    if draft.kind != "body":
        context["headline"] = draft.kind
    shown = worthiness.factors(words, lexicon, context)
    return CandidateClaim(
        content=Span(draft.content.start, draft.content.end),
        text=words,
        sentence=draft.sentence,
        claimant=draft.speaker.name,
        claimant_kind=draft.speaker.kind,
        claimant_role=draft.speaker.role,
        claimant_span=draft.source,
        cue=draft.cue.of(text) if draft.cue else "",
        cue_span=draft.cue,
        stance=draft.stance,
        restated=draft.restated,
        factors=shown,
        score=worthiness.score(shown),
    )
