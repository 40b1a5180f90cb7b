"""The process that parses what others wrote, within limits on memory and CPU; started by `reading.Reader`."""

import json
import logging
import math
import os
import resource
import sys
import traceback
import warnings
from typing import Any, BinaryIO, Final

from sources.reading.page_text import Text, read_document

_OPEN_FILES = 64
_MOST_MARKUP = 3_000_000
_MOST_TAGS = 40_000
_SAMPLE = 5_000
_SHORTEST_SAMPLE = 100
_SURE_SAMPLE = 500
# Pairs that share most of their words: a page's own `lang` is the better witness.
_CLOSE: Final = (
    {"hr", "sr", "bs", "sl"},
    {"no", "nb", "nn", "da", "sv"},
    {"gl", "pt", "es"},
    {"cs", "sk"},
    {"id", "ms"},
)


def main(memory_bytes: int, cpu_seconds: int) -> None:
    """Answer requests from standard input until it ends.

    A request is a frame (4 bytes of length, big-endian, then JSON) and `size` bytes of body behind it. The
    answer is a frame with the fields of a Reading and the text behind it in `text_size` bytes of UTF-8; where
    `more` says so, a second frame has `main_text` and `language`: a page whose main text costs too much has
    then been read all the same.
    """
    requests, answers = _take_pipes()
    _limit(memory_bytes)
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


def _answer(request: dict[str, Any], body: bytes, answers: BinaryIO) -> None:
    if request.get("warm"):
        _warm()
        _send(answers, {"ready": True})
        return
    found = read_document(body, content_type=request["content_type"], url=request["url"])
    wants_more = bool(request["with_main_text"] and found.text)
    _send(answers, _fields(found) | {"more": wants_more}, found.text)
    if wants_more:
        main_text = _main_text(found)
        language = _language(main_text or found.text, found.about.language)
        _send(answers, {"main_text": main_text, "language": language})


def _fields(found: Text) -> dict[str, object]:
    about = found.about
    return {
        "kind": found.kind,
        "title": about.title,
        "site_name": about.site_name,
        "author": about.author,
        "published_on": about.published_on,
        "language": about.language,
        "charset": found.charset,
        "canonical_link": about.canonical_link,
        "problems": found.problems,
    }


def _warm() -> None:
    """Import what takes a second, outside any document's time."""
    import py3langid  # type: ignore[import-untyped]
    import trafilatura

    py3langid.classify("warm")
    trafilatura.extract("<html><body><p>warm</p></body></html>")


def _main_text(found: Text) -> str:
    if found.kind != "html" or len(found.markup) > _MOST_MARKUP or found.markup.count("<") > _MOST_TAGS:
        return ""
    import trafilatura

    return trafilatura.extract(found.markup, include_comments=False) or ""


def _language(text: str, stated: str) -> str:
    """ISO 639-1 code: what the page states, unless a long enough text is plainly in another language."""
    sample = text[:_SAMPLE]
    if len(sample) < _SHORTEST_SAMPLE or (stated and len(sample) < _SURE_SAMPLE):
        return stated
    import py3langid

    spoken = str(py3langid.classify(sample)[0])
    is_close = any({spoken, stated} <= family for family in _CLOSE)
    return stated if stated and is_close else spoken


def _send(answers: BinaryIO, fields: dict[str, object], text: str | None = None) -> None:
    # Lone surrogates (which JSON may escape) and NULs are no text to any database.
    behind = b"" if text is None else text.replace("\0", "\ufffd").encode("utf-8", "replace")
    fields = fields if text is None else fields | {"text_size": len(behind)}
    frame = json.dumps(fields, ensure_ascii=False).replace("\\u0000", "\ufffd").encode("utf-8", "replace")
    answers.write(len(frame).to_bytes(4, "big") + frame)
    answers.write(behind)
    answers.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
