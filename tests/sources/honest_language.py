"""What the generated pages need of a language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A passage, what stands around it, how it may be altered, and paragraphs that have nothing to do with it.

    `changes` are the passage with one word, a number, a negation and one letter of a name altered.
    """

    code: str
    before: str
    passage: str
    after: str
    elsewhere: str
    changes: tuple[str, str, str, str]
    filler: tuple[str, str, str]
    legacy: str
    gap: str = " "

    @property
    def sentence(self) -> str:
        """The passage where it stood."""
        return f"{self.before}{self.gap}{self.passage}{self.gap}{self.after}"
