"""Proposes a neutral sentence for a claim: its words without the attribution, a denial turned positive."""

from __future__ import annotations

import re

from claims.extraction.lexicon import Lexicon

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
MARKS = '"“”„«»‘ \t\r\n'
FAILED = re.compile(r"\b(?:had |has |have )?(?:failed|fails|refused|refuses|neglected|declined) to (\w+)", re.I)
DID_NOT = re.compile(r"\b(?:did not|didn['’]t|does not|doesn['’]t|do not|don['’]t) (?:ever |yet |even )?(\w+)", re.I)
NEVER = re.compile(r"\bnever ", re.I)
CANNOT = re.compile(r"\bcan(?:not| not|['’]t)\b", re.I)
CONTRACTED = re.compile(r"\b(is|are|was|were|has|have|had|would|could|should|must)(?: not|n['’]t)\b", re.I)
WILL_NOT = re.compile(r"\b(?:will not|won['’]t)\b", re.I)
NO_SUBJECT = re.compile(r"^(?:no|neither|none of the) ", re.I)
HAD_NO = re.compile(r"\b(had|have|has|was|were|is|are) no\b", re.I)
FIRST_PERSON = {"am": "is", "have": "has", "do": "does", "'m": " is", "'ve": " has"}


def past(verb: str, lexicon: Lexicon) -> str:
    """The past tense of a verb's base form."""
    irregular = lexicon.tables.get("irregular_past", {}).get(verb)
    if irregular:
        return irregular[0]
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2:-1] not in ("a", "e", "o", "u"):
        return verb[:-1] + "ied"
    return verb + "ed"


def base_of_gerund(gerund: str, lexicon: Lexicon) -> str:
    """The base form behind "-ing": shelling → shell, using → use, hitting → hit."""
    root = gerund[:-3]
    bases = lexicon.tables.get("irregular_past", {})
    known = {words[0].lower() for words in ((k,) for k in bases)} | set(lexicon.verbs)
    for form in (root, root + "e", root[:-1]):
        if form in known:
            return form
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz":
        return root[:-1]
    soft = root.endswith(("at", "iz", "is", "ov", "iv", "uc", "ag", "erg", "as", "us", "as", "id", "ak", "ik", "yz"))
    return root + "e" if soft else root


def tidy(words: str) -> str:
    """The words as a sentence: no outer quotation marks, a capital first, a full stop last."""
    words = re.sub(r"\s+", " ", words).strip(MARKS + ",;:–—-")
    for mark in '“”"„«»':
        words = words.replace(mark, "")
    if not words:
        return ""
    words = words[0].upper() + words[1:]
    return words if words[-1] in ".!?…。" else words.rstrip(" ,;:.") + "."


def positive(words: str, lexicon: Lexicon) -> str:
    """The proposition that the words deny, for one negation; the words themselves when there is none."""
    for pattern in (FAILED, DID_NOT):
        found = pattern.search(words)
        if found:
            return words[: found.start()] + past(found[1].lower(), lexicon) + words[found.end() :]
    for pattern, replacement in (
        (CANNOT, "can"),
        (WILL_NOT, "will"),
        (CONTRACTED, r"\1"),
        (NEVER, ""),
        (HAD_NO, r"\1"),
        (NO_SUBJECT, ""),
    ):
        changed, count = pattern.subn(replacement, words, count=1)
        if count:
            return changed
    return words


def in_a_sentence(name: str) -> str:
    """A claimant's name as a subject: "the company" for a description, a proper name as it is."""
    return f"the {name}" if name[:1].islower() else name


def with_subject(words: str, claimant: str, lexicon: Lexicon) -> str:
    """The words with a leading pronoun that means the claimant put into the claimant's name."""
    first = WORD.match(words.lstrip(MARKS))
    if not first or not claimant:
        return words
    word = first[0].lower()
    rest = words.lstrip(MARKS)[first.end() :]
    if word in ("its", "his", "her", "their") and rest[:1] == " ":
        return f"{claimant}'s{rest}"
    own = [lexicon.has(f"pronouns_{kind}", word) for kind in ("person", "thing", "plural")]
    if any(own):
        return claimant + rest
    if word == "i":
        verb = WORD.match(rest.lstrip())
        known = verb is not None and (
            verb[0].lower() in FIRST_PERSON or verb[0].endswith("ed") or lexicon.has("verbs_common", verb[0].lower())
        )
        if verb is None or not known:
            return words
        changed = FIRST_PERSON.get(verb[0].lower(), verb[0])
        return f"{claimant} {changed}{rest.lstrip()[verb.end() :]}"
    return words


def of_gerund(words: str, subject: str, lexicon: Lexicon) -> str:
    """A sentence from "bombing the depot" and a subject; "having bombed" becomes "had bombed"."""
    found = WORD.match(words)
    if not found or not subject:
        return words
    verb = found[0].lower()
    rest = words[found.end() :]
    if verb == "having":
        return f"{subject} had{rest}"
    if verb == "being":
        return f"{subject} was{rest}"
    return f"{subject} {past(base_of_gerund(verb, lexicon), lexicon)}{rest}"


def of_infinitive(words: str, subject: str, cue: str) -> str:
    """A sentence from "to rebuild the bridge": a promise stays one, "claims to be" becomes "is"."""
    found = re.match(r"to (\w+)", words)
    if not found or not subject or not cue.lower().startswith("claim"):
        return f"{subject} {cue} {words}"
    verb = {"have": "has", "be": "is"}.get(found[1], found[1] + "s")
    return f"{subject} {verb}{words[found.end() :]}"


def of_noun(words: str, subject: str, lexicon: Lexicon) -> str:
    """A sentence from a denied noun: "any involvement in the attack" → "<subject> was involved in …"."""
    bare = re.sub(r"^(?:any|all|the|having)\s+", "", words, flags=re.I)
    found = WORD.match(bare)
    table = lexicon.tables.get("nominal_predicates", {})
    if found and subject and found[0].lower() in table:
        return f"{subject} {table[found[0].lower()][0]}{bare[found.end() :]}"
    return of_event(words, lexicon)


def event_parts(words: str, lexicon: Lexicon) -> tuple[str, str, str, str] | None:
    """Agent, noun, topic with its preposition, and adjective of "a prior notification by X of Y"."""
    found = re.match(
        r"(?:an?|the|any|its|his|her|their)?\s*((?:\w+[ -]){0,2}?)(\w+) by ([^,;]{2,80}?)"
        r"(?: (of|on|about|over|to|against|for|that|in) (.+))?$",
        words.strip(),
        re.I | re.S,
    )
    table = lexicon.tables.get("nominal_events", {})
    if not found or found[2].lower() not in table:
        return None
    topic = f"{found[4]} {found[5]}" if found[4] else ""
    return found[3].strip(), found[2].lower(), topic, found[1].strip()


def of_event(words: str, lexicon: Lexicon) -> str:
    """A sentence from a noun that names an event, its agent as the subject when the words give one."""
    parts = event_parts(words, lexicon)
    if parts is None:
        is_plural = re.search(r" and |s\b(?! of)", words.partition(" of ")[0]) is not None
        there_was = lexicon.phrases.get("there_were" if is_plural else "there_was", "")
        return f"{there_was} {words}" if there_was else words
    agent, noun, topic, adjective = parts
    verb, mode = lexicon.tables["nominal_events"][noun]
    if mode == "drop":
        return f"{agent} {verb} {topic.partition(' ')[2]}".strip()
    return f"{agent} {verb} {adjective + ' ' if adjective else ''}{noun} {topic}".strip()


def joint(event: str, denial: str, occasion: str, lexicon: Lexicon) -> str:
    """One proposition from a named event and the denial of it, or "" when they do not fit together.

    "a prior notification by X of Y" and "X had failed to notify Z about W", on the occasion "the attack",
    give "X notified Z of Y before the attack".
    """
    parts = event_parts(event, lexicon)
    plain = positive(denial, lexicon)
    if parts is None or plain == denial:
        return ""
    agent, _, topic, adjective = parts
    words = plain.split()
    topical = lexicon.sets.get("topical", frozenset())
    head = next((words[:i] for i, word in enumerate(words) if i > 1 and word.lower() in topical), words)
    if topic.split(" ")[0].lower() not in topical or not words[0].lower().startswith(agent.split()[0].lower()):
        return ""
    when = ""
    if adjective.lower() in lexicon.sets.get("temporal", frozenset()):
        when = f" {lexicon.phrases['before']} {occasion}" if occasion else f" {lexicon.phrases['in_advance']}"
    return tidy(f"{' '.join(head)} {topic}{when}")
