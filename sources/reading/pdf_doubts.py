"""Reasons to doubt that the text layer of a PDF is what its pages show."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_TAIL = 2_048
_PAINTING: Final = re.compile(rb"(?:^|\s)(?:Do|BI|sh|[fFSsbB]\*?)(?=\s|$)")
_INVISIBLE: Final = re.compile(rb"(?:^|\s)[37]\s+Tr(?=\s|$)")
_SUBSET: Final = re.compile(r"/[A-Z]{6}\+")
_FEW_LETTERS = 200
_LARGE_PICTURE = 400_000
_DEEPEST = 3


def document_doubts(reader: "PdfReader", data: bytes) -> list[str]:
    """`damaged_pdf` of a file without an end, `dynamic_form` of one whose pages a viewer would have to build."""
    doubts = [] if b"%%EOF" in data[-_TAIL:] else ["damaged_pdf"]
    try:
        form = reader.root_object.get("/AcroForm")
        if form is not None and "/XFA" in form.get_object():
            doubts.append("dynamic_form")
    except Exception:  # pypdf raises whatever a broken file provokes
        doubts.append("damaged_pdf")
    return doubts


def page_doubts(page: "PageObject", text: str) -> list[str]:
    """`page_without_text` where pictures or lines may be letters, `undecodable_characters` of nameless glyphs.

    `recognised_text` where letters are not drawn, but laid over a picture by a program that tried to read it.
    """
    doubts = []
    resources = page.get("/Resources")
    pictures = list(_pictures(resources, 0))
    is_picture = len(text) < _FEW_LETTERS and any(_pixels(picture) >= _LARGE_PICTURE for picture in pictures)
    if is_picture or (not text and (pictures or _paints(page))):
        doubts.append("page_without_text")
    if pictures and is_invisible(page):
        doubts.append("recognised_text")
    if any(_is_nameless(font) for font in _fonts(resources)):
        doubts.append("undecodable_characters")
    return doubts


def is_invisible(page: "PageObject") -> bool:
    """Whether text of the page is drawn in the mode in which nothing is seen of it (PDF 32000, "Text rendering")."""
    contents = page.get_contents()
    return contents is not None and _INVISIBLE.search(contents.get_data()) is not None


def has_pictures(page: "PageObject") -> bool:
    """Whether the page may draw a picture."""
    return any(_pictures(page.get("/Resources"), 0))


def _paints(page: "PageObject") -> bool:
    contents = page.get_contents()
    return contents is not None and _PAINTING.search(contents.get_data()) is not None


def _entries(resources: Any, name: str) -> Iterator[Any]:
    named = resources.get_object().get(name) if resources is not None else None
    if named is not None:
        for item in named.get_object().values():
            yield item.get_object()


def _pictures(resources: Any, depth: int) -> Iterator[Any]:
    for item in _entries(resources, "/XObject"):
        if item.get("/Subtype") == "/Image":
            yield item
        elif depth < _DEEPEST:
            yield from _pictures(item.get("/Resources"), depth + 1)


def _pixels(picture: Any) -> int:
    return int(picture.get("/Width", 0)) * int(picture.get("/Height", 0))


def _fonts(resources: Any) -> Iterator[Any]:
    yield from _entries(resources, "/Font")


def _is_nameless(font: Any) -> bool:
    """Whether a font draws glyphs by numbers of its own, and nothing says which letters they are."""
    if "/ToUnicode" in font:
        return False
    kind, encoding = font.get("/Subtype"), font.get("/Encoding")
    if kind == "/Type0":
        return str(encoding).startswith("/Identity")
    if kind == "/Type3":
        return True
    is_embedded_part = _SUBSET.match(str(font.get("/BaseFont", ""))) is not None
    return is_embedded_part and encoding is None
