"""Tells who a source is: full names, roles and kinds, and whom a pronoun or "the minister" means."""

from __future__ import annotations

from dataclasses import dataclass, field

from claims.extraction import names
from claims.extraction.lexicon import Lexicon
from claims.extraction.parsed import Parsed
from claims.extraction.subjects import main_subject
from claims.extraction.tokens import Token, tokenise

RECENT = 12
LONGEST_BODY = 5


@dataclass(slots=True)
class Speaker:
    """Someone who speaks in a text: the fullest name known, a role in the text's words, and a kind."""

    name: str
    kind: str
    role: str = ""
    words: set[str] = field(default_factory=set)


class Speakers:
    """The people and bodies of one text, filled while it is read and asked afterwards."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.by_surname: dict[str, Speaker] = {}
        self.full_names: dict[str, list[Token]] = {}
        self.people: list[Speaker] = []
        self.bodies: dict[str, Speaker] = {}
        self.by_head: dict[str, Speaker] = {}
        self.recent: list[Speaker] = []

    def learn(self, parsed: Parsed) -> None:
        """Takes in the names that a sentence gives with a title, or with a role set off by commas."""
        tokens = parsed.tokens
        for start, end in names.runs(tokens, self.lexicon):
            before = self._role_before(tokens, start)
            after = self._role_after(tokens, end)
            role = after or before
            if end - start >= 2 and (role or any(t.lower in ("of", "from") for t in tokens[end : end + 1])):
                self.full_names.setdefault(tokens[end - 1].lower, tokens[start:end])
            if role and (before or end - start >= 2):
                self._add(tokens[start:end], role, courtesy_only=not names.real_role(role, self.lexicon))

    def mention(self, parsed: Parsed) -> None:
        """Remembers a body that is the subject of a sentence, so that "the company" can mean it later."""
        subject = main_subject(parsed)
        if subject is None or subject[1] - subject[0] > LONGEST_BODY:
            return
        tokens = parsed.tokens[subject[0] : subject[1]]
        while tokens and self.lexicon.has("times", tokens[-1].lower):
            tokens = tokens[: -2 if len(tokens) > 1 and tokens[-2].lower == "on" else -1]
        if not tokens or not all(token.is_capital and names.may_name(token, self.lexicon) for token in tokens):
            return
        if tokens[-1].lower in self.by_surname or tokens[-1].lower in self.full_names:
            return
        self._recall(self._remember(names.text(tokens), "unknown"))

    def _recall(self, speaker: Speaker) -> None:
        if speaker in self.recent:
            self.recent.remove(speaker)
        self.recent.append(speaker)
        del self.recent[:-RECENT]

    def _role_before(self, tokens: list[Token], start: int) -> list[Token]:
        comma = start > 1 and tokens[start - 1].text == ","
        if start and tokens[start - 1].lower in ("'s", "of", "for"):
            return []
        begin = start - 1 if comma else start
        end = begin
        while begin > 0 and end - begin < 8:
            token = tokens[begin - 1]
            word = token.lower.rstrip(".")
            lexical = self.lexicon.has("roles", word) or self.lexicon.has("modifiers", word)
            fits = lexical or self.lexicon.state_of(token.text) is not None or token.lower in ("'s", "of", "for")
            fits = fits or (comma and (self.lexicon.has("organisations", word) or word == "the"))
            organised = token.is_capital and not self.lexicon.has("openers", word)
            if not fits and not (organised and not self.lexicon.has("determiners", word)):
                break
            begin -= 1
        role = tokens[begin:end]
        while role and role[0].lower in ("'s", "of", "for", "the"):
            role = role[1:]
        near = role if comma else role[-2:]
        return role if names.has_role(near, self.lexicon) else []

    def _role_after(self, tokens: list[Token], end: int) -> list[Token]:
        if end + 1 >= len(tokens) or tokens[end].text != ",":
            return []
        stop = end + 1
        while stop < len(tokens) and stop - end < 16 and tokens[stop].text not in (",", ".", ";", '"', "“", "”"):
            if tokens[stop].lower in ("who", "which") or tokens[stop].lower in self.lexicon.sets.get("verb_forms", ()):
                break
            stop += 1
        role = tokens[end + 1 : stop]
        while role and role[0].lower in ("the", "a", "an", "his", "her", "its"):
            role = role[1:]
        opens = role[:4]
        return role if names.has_role(opens, self.lexicon) and not opens[0].text[:1].isdigit() else []

    def _add(self, name: list[Token], role: list[Token], courtesy_only: bool) -> Speaker:
        surname = name[-1].lower
        if self.lexicon.has("name_suffixes", surname.rstrip(".")) and len(name) > 1:
            surname = name[-2].lower
        known = self.by_surname.get(surname)
        full = names.text(name)
        if known is None or (len(name) > 1 and " " in known.name and known.name.split()[0] != name[0].text):
            known = Speaker(full, "person")
            self.by_surname[surname] = known
            self.people.append(known)
        elif len(full) > len(known.name):
            known.name = full
        if role and not courtesy_only:
            known.role = known.role or names.text(role)
            known.words |= names.words(role, self.lexicon)
        return known

    def resolve(self, text: str, source: tuple[int, int], context: Parsed | None = None) -> Speaker:
        """The speaker that the source's words name, describe or point back to; remembers who spoke."""
        tokens = [token for token in tokenise(text, *source) if token.text not in ('"', "“", "”")]
        speaker = self._resolve(tokens, context)
        if speaker.name:
            self._recall(speaker)
        return speaker

    def _resolve(self, tokens: list[Token], context: Parsed | None) -> Speaker:
        if not tokens:
            return Speaker("", "unknown")
        if len(tokens) == 1 or (len(tokens) == 2 and tokens[1].lower in ("himself", "herself", "both", "all")):
            pointed = self._pronoun(tokens[0].lower, context)
            if pointed is not None:
                return pointed
        named = self._named(tokens)
        if named is not None:
            return named
        return self._state(tokens) or self._described(tokens) or self._body(tokens)

    def _pronoun(self, word: str, context: Parsed | None) -> Speaker | None:
        has = self.lexicon.has
        if has("relatives", word):
            return self._antecedent(word, context)
        if has("pronouns_person", word) or word in ("his", "her"):
            people = [s for s in self.recent if s.kind == "person"]
            return people[-1] if people else Speaker("", "unknown")
        if has("pronouns_thing", word) or has("pronouns_plural", word) or word in ("its", "their"):
            others = [s for s in self.recent if s.kind != "person"]
            return others[-1] if others else Speaker("", "unknown")
        if has("pronouns_self", word):
            return self.recent[-1] if self.recent else Speaker("", "unknown")
        return None

    def _antecedent(self, word: str, context: Parsed | None) -> Speaker | None:
        """Whom "who" stands for: the last name before it in its sentence."""
        if context is None:
            return None
        at = next((i for i, token in enumerate(context.tokens) if token.lower == word), 0)
        runs = [run for run in names.runs(context.tokens[:at], self.lexicon) if at - run[1] <= 8]
        if word == "who" and runs:
            start, end = runs[-1]
            return self._named(context.tokens[start:end])
        begin = at
        while begin > 0 and at - begin < 6 and context.tokens[begin - 1].text not in (".", ";", ":"):
            begin -= 1
        return self._state(context.tokens[begin:at]) or Speaker("", "unknown")

    def _named(self, tokens: list[Token]) -> Speaker | None:
        runs = names.runs(tokens, self.lexicon)
        for start, end in runs:
            known = self.by_surname.get(tokens[end - 1].lower)
            possessed = end < len(tokens) and tokens[end].lower == "'s"
            if possessed and end + 1 < len(tokens):
                continue
            if known is not None:
                return self._add(tokens[start:end], [], courtesy_only=True)
        if not runs:
            return None
        start, end = runs[0]
        full = self.full_names.get(tokens[0].lower)
        if len(tokens) == 1 and full:
            return self._add(full, [], courtesy_only=True)
        set_off = start > 1 and tokens[start - 1].text == "," and names.has_role(tokens[:start], self.lexicon)
        near = tokens[start : end + 2] if set_off else tokens[: end + 2]
        if any(self.lexicon.has("organisations", t.lower.rstrip(".")) for t in near if t.text != ","):
            return None
        possessed = end < len(tokens) and tokens[end].lower == "'s"
        alone = end - start >= 2 and not possessed and (start == 0 or names.has_role(tokens[:start], self.lexicon))
        acronym = all(token.text.isupper() for token in tokens[start:end])
        if not alone or acronym or tokens[end - 1].lower.endswith(("s'", "ies")):
            return None
        return self._add(tokens[start:end], self._role_after(tokens, end), courtesy_only=False)

    def _state(self, tokens: list[Token]) -> Speaker | None:
        bare = [t for t in tokens if t.lower not in ("the", "both") and t.is_word]
        for size in (3, 2, 1):
            if len(bare) == size:
                words = " ".join(t.text for t in bare)
                state = self.lexicon.state_of(words)
                if state and words not in state.people[:1]:
                    return self._remember(state.name, "state")
        return None

    def _described(self, tokens: list[Token]) -> Speaker | None:
        """The person of the text whose role fits a description such as "Turkey's foreign minister"."""
        wanted = names.words(tokens, self.lexicon)
        if not wanted or not names.has_role(tokens, self.lexicon) or tokens[0].lower in ("a", "an", "another", "one"):
            return None
        fitting = [s for s in self.people if wanted <= s.words]
        if not fitting:
            return None
        recent = [s for s in self.recent if s in fitting]
        speaker = recent[-1] if recent else fitting[0]
        if any(token.lower == "'s" for token in tokens):
            speaker.role = names.text(tokens)
        return speaker

    def _body(self, tokens: list[Token]) -> Speaker:
        has = self.lexicon.has
        comma = next((i for i, token in enumerate(tokens) if i and token.text in (",", "(", "—")), len(tokens))
        head = tokens[:comma][:12]
        while head and (head[0].lower in ("the", "a", "an") or has("openers", head[0].lower)) and len(head) > 1:
            head = head[1:]
        words = [t.lower.rstrip(".") for t in head]
        name = names.text(head).strip()
        body = any(has("organisations", word) for word in words) or (
            len(head) == 1 and head[0].text.isupper() and len(name) > 1
        )
        if tokens[0].lower == "the" and len(head) <= 2 and body:
            earlier = self._meant(words[-1], name)
            if earlier is not None:
                return earlier
        owner = next((i for i, t in enumerate(head) if t.lower in ("of", "for")), len(head))
        leads = owner and has("roles", words[owner - 1]) and not head[owner - 1].is_capital
        explained = any(has("organisations", t.lower) for t in tokens[comma : comma + 10])
        if (body and not leads) or (explained and len(head) <= 3 and not leads):
            return self._remember(name, "organisation")
        is_person = names.has_role(head, self.lexicon) and not any(has("groups", word) for word in words)
        return self._remember(name, "person" if is_person else "unknown")

    def _meant(self, noun: str, name: str) -> Speaker | None:
        """The body that "the ministry" or "the company" stands for: one so called, else the last named."""
        called = self.by_head.get(noun)
        if called is not None and len(called.name) > len(name):
            return called
        bodies = [s for s in self.recent if s.kind in ("organisation", "unknown") and s.name[:1].isupper()]
        if bodies and self.lexicon.has("own_name_bodies", noun):
            bodies[-1].kind = "organisation"
            return bodies[-1]
        return None

    def _remember(self, name: str, kind: str) -> Speaker:
        speaker = self.bodies.setdefault(name, Speaker(name, kind))
        head = name.lower().rsplit(" ", 1)[-1]
        longer = self.by_head.get(head)
        if longer is None or len(longer.name) < len(name):
            self.by_head[head] = speaker
        return speaker
