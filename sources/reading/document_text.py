"""The text of feeds and of JSON documents, and why it may not be all of it."""

import io
import json
import re
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from sources.reading.html_text import fragment_text

_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:[a-zA-Z]+|#\d+);")
_FEED_TEXTS: Final = frozenset(["title", "subtitle", "description", "summary", "content", "encoded"])
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_DEEPEST = 200


def json_text(source: str) -> tuple[str, str, list[str]]:
    """Every string of a JSON document in its order, a line each, markup inside strings drawn as text.

    Also its `headline` or `title`, and its problems: `parser_limit`, and `malformed_json`, when the source is
    returned as it is.
    """
    try:
        value = json.loads(source, strict=False)
    except RecursionError:
        return source, "", ["parser_limit"]
    except ValueError:
        return source, "", ["malformed_json"]
    problems: list[str] = []
    text = "\n".join(drawn(string) for string in _strings(value, problems))
    named = value if isinstance(value, dict) else {}
    title = next((named[key] for key in ("headline", "title", "name") if isinstance(named.get(key), str)), "")
    return text, " ".join(drawn(title).split()), list(dict.fromkeys(problems))


def _strings(value: object, problems: list[str]) -> Iterator[str]:
    pending: list[tuple[object, int]] = [(value, 0)]
    while pending:
        item, depth = pending.pop()
        if isinstance(item, str):
            if item.strip():
                yield item
        elif depth > _DEEPEST:
            problems.append("parser_limit")
        elif isinstance(item, dict):
            pending.extend((child, depth + 1) for child in reversed(item.values()))
        elif isinstance(item, list):
            pending.extend((child, depth + 1) for child in reversed(item))


def feed_text(source: str) -> tuple[str, str, list[str]]:
    """Texts of an RSS or Atom feed and its items in their order, its title, its problems (`malformed_feed`).

    Only titles, descriptions, summaries and contents are texts. Entity declarations are refused.
    """
    reading = _FeedReading()
    problems = []
    try:
        reading.parse(_DECLARATION.sub("", source.lstrip("\ufeff")))
    except (expat.ExpatError, _RefusedError):
        problems.append("malformed_feed")
    return "\n".join(text for text in reading.texts if text), reading.title, problems


class _RefusedError(Exception):
    """The document declares entities, which feeds have no use for and attackers have."""


class _FeedReading:
    def __init__(self) -> None:
        self.texts: list[str] = []
        self.title = ""
        self._within = ""
        self._depth = 0
        self._is_xhtml = False
        self._pieces: list[str] = []

    def parse(self, source: str) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.EntityDeclHandler = self._entity
        parser.ParseFile(io.BytesIO(source.encode("utf-8", "replace")))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._within:
            self._depth += 1
            if self._is_xhtml:
                self._pieces.append(f"<{_local(name)}>")
        elif _local(name) in _FEED_TEXTS:
            self._within, self._depth = name, 0
            self._is_xhtml = attributes.get("type") == "xhtml"

    def _end(self, name: str) -> None:
        if self._within and self._depth:
            self._depth -= 1
            if self._is_xhtml:
                self._pieces.append(f"</{_local(name)}>")
        elif self._within:
            text = drawn("".join(self._pieces)).strip()
            if _local(name) == "title" and not self.title:
                self.title = " ".join(text.split())
            self.texts.append(text)
            self._within, self._pieces = "", []

    def _data(self, data: str) -> None:
        if self._within:
            escaped = data.replace("&", "&amp;").replace("<", "&lt;") if self._is_xhtml else data
            self._pieces.append(escaped)

    def _entity(self, *_declaration: object) -> None:
        raise _RefusedError


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def drawn(text: str) -> str:
    """The text as it would be drawn when it holds markup (as in feeds and JSON), else the text itself."""
    return fragment_text(text) if _MARKUP.search(text) else text
