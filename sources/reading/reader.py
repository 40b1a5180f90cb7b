"""Turning fetched bytes into text, in a child process that may die of them."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, fields
from types import TracebackType
from typing import Any, Final, Self

from sources.reading.process import ChildLostError, ChildProcess

DOCUMENTS_A_CHILD: Final = 500
MOST_GROWTH: Final = 48 * 2**20
"""Bytes by which a child may outgrow what it was when its libraries were loaded; allocators rarely give back."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as text.

    `kind` is html, pdf, text, json, feed, unsupported, or "" when reading failed. `text` is all that a reader
    can see (for HTML with what the structured `articleBody` says beyond that), and behind the sign
    `marks.UNSURE` what only style sheets and scripts may show; `main_text` is the article without its
    surroundings, "" when it was not asked for, is not HTML or was too costly. `published_on` is "YYYY-MM-DD"
    or "", `language` an ISO 639-1 code or "". `complete` is False exactly when `problems` names a reason: the
    document was then not read whole, and nothing may be called missing from it.
    """

    kind: str
    text: str = ""
    main_text: str = ""
    title: str = ""
    site_name: str = ""
    author: str = ""
    published_on: str = ""
    language: str = ""
    charset: str = ""
    canonical_link: str = ""
    complete: bool = True
    problems: tuple[str, ...] = ()

    @classmethod
    def of_text(cls, text: str, *, complete: bool = True, problems: tuple[str, ...] = ()) -> Self:
        """A reading of text that we hold already: pasted, or kept with a snapshot."""
        return cls("text", text, complete=complete and not problems, problems=problems)


_TEXTS: Final = frozenset(field.name for field in fields(Reading)) - {"complete", "problems"}


class Reader:
    """Reads documents one by one in a child process, replaced when it dies, has grown, or has read 500 documents.

    `memory_bytes` bounds the child's address space, `cpu_seconds` and `wall_seconds` one document. Starting
    the child and loading its libraries is outside these times. Threads may share a Reader; after a fork each
    process starts its own child.
    """

    def __init__(self, *, memory_bytes: int = 1_500_000_000, cpu_seconds: int = 30, wall_seconds: float = 20) -> None:
        self._start: Callable[[], ChildProcess] = lambda: ChildProcess(memory_bytes, cpu_seconds)
        self._wall_seconds = wall_seconds
        self._lock = threading.Lock()
        self._child: ChildProcess | None = None
        self._size_at_rest = 0
        self._owner = os.getpid()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the next document starts another."""
        self._part_from_parent()
        with self._lock:
            self._drop()

    def read(
        self,
        body: bytes,
        *,
        content_type: str,
        truncated: bool = False,
        url: str = "",
        with_main_text: bool = True,
    ) -> Reading:
        """Read a body; `truncated` says that it is not whole. Never raises: failures are `problems`.

        Problems of any document: `truncated`, `unsupported_type`, `undecodable_characters`,
        `guessed_charset`, `empty`, `parser_limit`; of the child: `time_limit`, `memory_limit`, `crashed`;
        of HTML: `empty_script_shell`, `unclosed_markup`, `frames`, `meta_refresh`, `only_pictures`, the walls
        `cookie_wall`, `bot_wall`, `paywall`, `login_wall`, `region_block`, and pages that stand in for others:
        `not_found_page`, `parked_domain`, `maintenance`, `server_error`. Those of PDFs, feeds and JSON are in
        `pdf_text` and `document_text`.
        """
        request = {"content_type": content_type, "url": url, "with_main_text": with_main_text}
        self._part_from_parent()
        with self._lock:
            try:
                found = self._ask(request, body)
            except ChildLostError as loss:
                self._drop()
                found = {"kind": "", "problems": [loss.problem]}
            self._drop_if_grown()
        problems = (*(["truncated"] if truncated else []), *map(str, found.get("problems", [])))
        texts = {name: str(found[name]) for name in _TEXTS & found.keys()}
        return Reading(**texts, complete=not problems, problems=problems)

    def _ask(self, request: dict[str, object], body: bytes) -> dict[str, Any]:
        child = self._ready_child(warm=bool(request["with_main_text"]))
        deadline = child.deadline(self._wall_seconds)
        child.send({**request, "size": len(body)}, body, deadline)
        found = child.receive(deadline)
        if found.pop("more", False):
            try:
                found |= child.receive(deadline)
            except ChildLostError:
                self._drop()
        return found

    def _ready_child(self, *, warm: bool) -> ChildProcess:
        old = self._child
        if old is not None and (old.documents >= DOCUMENTS_A_CHILD or not old.is_alive()):
            self._drop()
        if self._child is None:
            self._child = self._start()
            self._size_at_rest = self._child.resident_bytes()
        if warm and self._child.warm():
            self._size_at_rest = self._child.resident_bytes()
        self._child.documents += 1
        return self._child

    def _drop_if_grown(self) -> None:
        if self._child is not None and self._child.resident_bytes() - self._size_at_rest > MOST_GROWTH:
            self._drop()

    def _drop(self) -> None:
        if self._child is not None:
            self._child.kill()
        self._child = None

    def _part_from_parent(self) -> None:
        """After a fork, leave the child to the process that started it: two askers would mix their frames."""
        if self._owner != os.getpid():
            self._owner, self._lock = os.getpid(), threading.Lock()
            if self._child is not None:
                self._child.abandon()
            self._child = None
