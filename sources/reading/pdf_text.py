"""The text layer of a PDF, and why it may not be all that a reader sees."""

import io
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_PAGES: Final = 2_000
# Letters that a font drew without saying which they are: replacement and private-use characters, glyph names.
_UNREADABLE: Final = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]|/[gG]\\d{1,5}\\b|\\(cid:\\d+\\)")
_INTERLEAVED_ROWS: Final = 3
_GAP: Final = re.compile(r"(?<=\S) {3,}(?=\S)")


def pdf_text(data: bytes) -> tuple[str, str, list[str]]:
    """Text of a PDF in page order, a blank line between pages; its stated title; its problems.

    Problems: `encrypted_pdf`, `no_text_layer`, `page_without_text` (a page of images only), `parser_limit`,
    `damaged_pdf`, `undecodable_characters`. Raises MemoryError only.
    """
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return "", "", ["encrypted_pdf"]
        count, title = len(reader.pages), _title(reader)
    except MemoryError:
        raise
    except Exception as error:  # pypdf raises whatever a broken file provokes
        return "", "", [_problem_of(error)]
    texts, problems = _page_texts(reader, min(count, MOST_PAGES))
    if count > MOST_PAGES:
        problems.append("parser_limit")
    text = "\n\n".join(text for text in texts if text)
    if not text:
        problems.append("no_text_layer")
    elif len(_UNREADABLE.findall(text)) > len(text) / 100:
        problems.append("undecodable_characters")
    return text, title, list(dict.fromkeys(problems))


def _title(reader: "PdfReader") -> str:
    stated = reader.metadata
    return " ".join(str(stated.title or "").split()) if stated else ""


def _page_texts(reader: "PdfReader", count: int) -> tuple[list[str], list[str]]:
    texts: list[str] = []
    problems: list[str] = []
    for number in range(count):
        try:
            page = reader.pages[number]
            text = _page_text(page)
            if not text and _has_image(page):
                problems.append("page_without_text")
        except MemoryError:
            raise
        except Exception as error:  # one broken page must not hide the others
            problems.append(_problem_of(error))
            continue
        texts.append(text)
    return texts, problems


def _page_text(page: "PageObject") -> str:
    """The page's text; where its rows run across columns, the columns one by one as well.

    Some producers write two columns line by line. Tables are written so, too, hence both orders are kept.
    """
    places: list[tuple[float, float]] = []

    def note_place(operator: bytes, _operands: list[Any], cm: list[float], tm: list[float]) -> None:
        if operator in (b"Tj", b"TJ"):
            places.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

    text = page.extract_text(visitor_operand_before=note_place).strip()
    middle = float(page.mediabox.left + page.mediabox.right) / 2
    jumps = sum(x < middle <= later_x and abs(y - later_y) < 2 for (x, y), (later_x, later_y) in pairwise(places))
    if jumps < _INTERLEAVED_ROWS:
        return text
    return f"{text}\n{_by_columns(page.extract_text(extraction_mode='layout'))}"


def _by_columns(layout: str) -> str:
    """The left column of a page that is laid out with spaces, then the right one."""
    lines = layout.split("\n")
    edges = Counter(gap.end() for line in lines for gap in _GAP.finditer(line))
    if not edges:
        return ""
    edge = edges.most_common(1)[0][0]
    left = [line if line[edge - 1 : edge].strip() else line[:edge] for line in lines]
    right = ["" if line[edge - 1 : edge].strip() else line[edge:] for line in lines]
    return "\n".join(stripped for line in left + right if (stripped := line.strip()))


def _has_image(page: "PageObject") -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    named = objects.get_object() if objects is not None else {}
    return any(item.get_object().get("/Subtype") == "/Image" for item in named.values())


def _problem_of(error: Exception) -> str:
    match type(error).__name__:
        case "LimitReachedError" | "RecursionError":
            return "parser_limit"
        case "DependencyError" | "WrongPasswordError" | "FileNotDecryptedError":
            return "encrypted_pdf"
        case _:
            return "damaged_pdf"
