"""The process that parses what others wrote, within limits on memory and CPU; started by `reading.Reader`."""

import fcntl
import gc
import json
import logging
import math
import os
import resource
import select
import sys
import traceback
import warnings
from typing import Any, BinaryIO, Final

from sources.reading.language import language_of
from sources.reading.page_text import Text, read_document

_OPEN_FILES = 64
_MOST_MARKUP = 3_000_000
_MOST_TAGS = 40_000
_MOST_TEXT: Final = 24_000_000
"""Bytes that a text may take in the asking process, which has no limit of its own."""


def main(memory_bytes: int, cpu_seconds: int, life: int) -> None:
    """Answer requests from standard input until it ends, or until the process that holds the other end of `life` does.

    A request is a frame (4 bytes of length, big-endian, then JSON) and `size` bytes of body behind it. The
    answer is a frame with the fields of a Reading and the text behind it in `text_size` bytes of UTF-8; where
    `more` says so, a second frame has `main_text`: a page whose main text costs too much has then been read all
    the same.
    """
    _die_with_parent(life)
    requests, answers = _take_pipes()
    _limit(memory_bytes)
    _settle()
    _send(answers, {"ready": True})
    while len(head := requests.read(4)) == 4:
        _allow_cpu(cpu_seconds)
        try:
            request = json.loads(requests.read(int.from_bytes(head, "big")))
            _answer(request, requests.read(request["size"]), answers)
        except MemoryError:
            _send(answers, {"failed": "memory_limit"})
            return
        except Exception:
            traceback.print_exc()
            _send(answers, {"failed": "crashed"})


def _die_with_parent(life: int) -> None:
    """Have the kernel end this process when the other end of a pipe is closed, as it is when its holder dies.

    The signal needs no thread here to run (parsers hold the interpreter's lock for seconds) and, unlike
    PR_SET_PDEATHSIG, does not come when only the thread ends that started us.
    """
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    poll = select.poll()
    poll.register(life, 0)
    if poll.poll(0):  # it was closed before
        os._exit(0)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for ourselves alone: what a library prints must not land among the frames."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    return requests, answers


def _limit(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu(seconds: int) -> None:
    """Let the next document use so many seconds: the limit counts from the start of the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = math.ceil(used.ru_utime + used.ru_stime) + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _settle() -> None:
    """Take what is loaded out of the collector's rounds: it stays, and the trees of pages have no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _answer(request: dict[str, Any], body: bytes, answers: BinaryIO) -> None:
    if request.get("warm"):
        import py3langid  # type: ignore[import-untyped]
        import trafilatura

        py3langid.classify("warm")
        trafilatura.extract("<html><body><p>warm</p></body></html>")
        _send(answers, {"ready": True})
        return
    found = read_document(body, content_type=request["content_type"], url=request["url"])
    if sys.getsizeof(found.text) > _MOST_TEXT:
        found.text = found.text[: _MOST_TEXT // 4]
        found.problems.append("parser_limit")
    wants_more = bool(request["with_main_text"] and found.text)
    _send(answers, _fields(found, with_model=request["with_main_text"]) | {"more": wants_more}, found.text)
    if wants_more:
        _send(answers, {"main_text": _main_text(found)})


def _fields(found: Text, *, with_model: bool) -> dict[str, object]:
    about = found.about
    return {
        "kind": found.kind,
        "title": about.title,
        "site_name": about.site_name,
        "author": about.author,
        "published_on": about.published_on,
        "language": language_of(found.text, about.language, with_model=with_model),
        "charset": found.charset,
        "canonical_link": about.canonical_link,
        "problems": found.problems,
    }


def _main_text(found: Text) -> str:
    if found.kind != "html" or len(found.markup) > _MOST_MARKUP or found.markup.count("<") > _MOST_TAGS:
        return ""
    import trafilatura

    return trafilatura.extract(found.markup, include_comments=False) or ""


def _send(answers: BinaryIO, fields: dict[str, object], text: str | None = None) -> None:
    # Lone surrogates (which JSON may escape) and NULs are no text to any database.
    behind = b"" if text is None else text.replace("\0", "\ufffd").encode("utf-8", "replace")
    fields = fields if text is None else fields | {"text_size": len(behind)}
    frame = json.dumps(fields, ensure_ascii=False).replace("\\u0000", "\ufffd").encode("utf-8", "replace")
    answers.write(len(frame).to_bytes(4, "big") + frame)
    answers.write(behind)
    answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
