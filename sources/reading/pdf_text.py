"""The text layer of a PDF, and why it may not be all that a reader sees."""

import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from sources.reading.marks import PAGE_END, UNSURE
from sources.reading.pdf_doubts import document_doubts, has_pictures, is_invisible, page_doubts
from sources.reading.pdf_lines import by_columns, is_right_to_left, logical, without_furniture

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_PAGES: Final = 2_000
# Letters that a font drew without saying which they are: replacement and private-use characters, glyph names.
_UNREADABLE: Final = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]|/[gG]\\d{1,5}\\b|\\(cid:\\d+\\)")
_WORD: Final = re.compile(r"[A-Za-zÀ-ɏΑ-ӿ]+")
_FEWEST_WORDS: Final = 20
_USUAL_LENGTHS: Final = (3.2, 14)
_INTERLEAVED_ROWS: Final = 3
_MOST_CLIMBS: Final = 6
_LINE_HEIGHT: Final = 4


def pdf_text(data: bytes) -> tuple[str, str, list[str]]:
    """Text of a PDF in page order, a form feed behind each page; its stated title; its problems.

    Headers, footers and page numbers that repeat from page to page stand behind the last page, so that they do
    not part the sentences that go on there.

    Problems: `encrypted_pdf`, `no_text_layer`, `page_without_text` (a page of pictures or lines), `parser_limit`,
    `damaged_pdf`, `undecodable_characters`, `uncertain_order` (of words on the page: right-to-left text, or a
    page drawn in no order), `uncertain_words` (letters set apart, or words run together), `recognised_text`
    (by a program, over a picture), `dynamic_form`. Raises MemoryError only.
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
    pages, unsure, problems = _pages(reader, min(count, MOST_PAGES))
    problems += document_doubts(reader, data)
    if count > MOST_PAGES:
        problems.append("parser_limit")
    pages, furniture = without_furniture(pages)
    text = f"\n{PAGE_END}\n".join(page for page in (*pages, furniture) if page)
    if text:
        text += f"\n{PAGE_END}"
    else:
        problems.append("no_text_layer")
    if len(_UNREADABLE.findall(text)) > len(text) / 100:
        problems.append("undecodable_characters")
    if _has_odd_words(text):
        problems.append("uncertain_words")
    if unsure:
        text = "\n".join([text, UNSURE, *unsure])
    return text, title, list(dict.fromkeys(problems))


def _title(reader: "PdfReader") -> str:
    stated = reader.metadata
    return " ".join(str(stated.title or "").split()) if stated else ""


def _pages(reader: "PdfReader", count: int) -> tuple[list[str], list[str], list[str]]:
    """Texts of the pages, those of pages that hide their letters, and the problems of all."""
    texts: list[str] = []
    unsure: list[str] = []
    problems: list[str] = []
    for number in range(count):
        try:
            page = reader.pages[number]
            text, doubts = _page_text(page)
            problems += doubts + page_doubts(page, text)
            if is_invisible(page) and not has_pictures(page):
                unsure.append(text)
                text = ""
        except MemoryError:
            raise
        except Exception as error:  # one broken page must not hide the others
            problems.append(_problem_of(error))
            continue
        texts.append(text)
    return texts, unsure, problems


def _page_text(page: "PageObject") -> tuple[str, list[str]]:
    """The page's text in the order of reading, as far as that can be told, and doubts about that order.

    Some producers write two columns line by line. Tables are written so, too, hence both orders are kept.
    Right-to-left text is drawn from the left and has to be turned round, numbers apart.
    """
    places: list[tuple[float, float]] = []

    def note_place(operator: bytes, _operands: list[Any], cm: list[float], tm: list[float]) -> None:
        if operator in (b"Tj", b"TJ"):
            places.append((tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]))

    text = page.extract_text(visitor_operand_before=note_place).strip().replace(PAGE_END, "\n").replace(UNSURE, " ")
    if is_right_to_left(text):
        lines = (logical(line) for line in _layout(page).split("\n"))
        return "\n".join(line for line in lines if line), ["uncertain_order"]
    middle = float(page.mediabox.left + page.mediabox.right) / 2
    steps = list(pairwise(places))
    jumps = sum(x < middle <= later_x and abs(y - later_y) < 2 for (x, y), (later_x, later_y) in steps)
    climbs = sum(later_y - y > _LINE_HEIGHT for (_, y), (_, later_y) in steps)
    is_disordered = climbs > max(_MOST_CLIMBS, len(places) / 20)
    if jumps < _INTERLEAVED_ROWS and not is_disordered:
        return text, []
    layout = _layout(page)
    ordered = "\n".join(" ".join(line.split()) for line in layout.split("\n") if line.strip()) if is_disordered else ""
    orders = (text, by_columns(layout), ordered)
    return "\n".join(order for order in orders if order), ["uncertain_order"] if is_disordered else []


def _has_odd_words(text: str) -> bool:
    """Whether the words are so short or so long that spaces were put, or left out, by mistake."""
    words = _WORD.findall(text)
    shortest, longest = _USUAL_LENGTHS
    return len(words) >= _FEWEST_WORDS and not shortest <= sum(map(len, words)) / len(words) <= longest


def _layout(page: "PageObject") -> str:
    return page.extract_text(extraction_mode="layout").replace(PAGE_END, "\n")


def _problem_of(error: Exception) -> str:
    match type(error).__name__:
        case "LimitReachedError" | "RecursionError":
            return "parser_limit"
        case "DependencyError" | "WrongPasswordError" | "FileNotDecryptedError":
            return "encrypted_pdf"
        case _:
            return "damaged_pdf"
