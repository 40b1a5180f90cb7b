"""The catalogue's hostile contents: pages and documents that come whole, and harm whoever reads them."""

from __future__ import annotations

import hashlib
import io
import zlib
from functools import cache

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject, TextStringObject

from tests.sources.catalogue import AS_LONG_AS_MAY_BE, HTML, INNER, OPEN, PAGE, PASSAGE, Played, cut, found, page
from tests.sources.documents import column, pdf_of
from tests.sources.loopback import answer

PDF = "Content-Type: application/pdf"
SPLIT = PASSAGE.replace("ministry", "min<b>is</b>t<i></i>ry").replace("gave notice", "ga\u00adve&nbsp;no\u200btice")
LINES = ["In its statement of Monday", PASSAGE, "hours before the shelling began."]
NOISE = hashlib.shake_256(b"the same at each run").digest(50_000)


def unclear(body: bytes, *headers: str, detail: str = "Not read whole", **more: object) -> Played:
    """It comes whole and cannot be read whole, and the passage is not in what was read."""
    fields = {"outcome": "inconclusive", "passage": "inconclusive", **more}
    return Played(script=answer(body, *(headers or (HTML,))), detail=detail, body=body, **fields)  # type: ignore[arg-type]


def whole(body: bytes, *headers: str, **more: object) -> Played:
    """It comes whole, and the passage is found in it."""
    return found(answer(body, *(headers or (HTML,))), body=body, **more)


@cache
def pdf() -> bytes:
    """One page that carries the passage."""
    return pdf_of([column(50, LINES)])


@cache
def pdf_that_loops() -> bytes:
    """Its outline is its own child, and its page draws a form that draws itself."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    form = StreamObject()
    form.set_data(b"/X Do")
    reference = writer._add_object(form)
    drawn = DictionaryObject({NameObject("/X"): reference})
    form.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([NumberObject(0)] * 4),
            NameObject("/Resources"): DictionaryObject({NameObject("/XObject"): drawn}),
        }
    )
    page_ = writer.pages[0]
    page_["/Resources"][NameObject("/XObject")] = drawn  # type: ignore[index]
    outline = DictionaryObject({NameObject("/Title"): TextStringObject("round"), NameObject("/Count"): NumberObject(1)})
    own = writer._add_object(outline)
    outline.update({NameObject(key): own for key in ("/First", "/Last", "/Next", "/Parent")})
    writer.root_object[NameObject("/Outlines")] = own
    return _written(writer)


@cache
def pdf_bomb() -> bytes:
    """A page whose content inflates to 400 MB of spaces."""
    packer = zlib.compressobj(9)
    packed = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    stream = StreamObject()
    stream._data = packed + block * 400 + packer.flush()
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)
    return _written(writer)


@cache
def pdf_encrypted() -> bytes:
    """Nobody knows the password."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    writer.encrypt("nobody knows", algorithm="RC4-128")
    return _written(writer)


@cache
def pdf_of_many_pages() -> bytes:
    """One page a hundred thousand times, by way of a tree whose knots all point to the same page."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf_of([column(50, ["Nothing of the kind."])])))
    pages = writer.root_object["/Pages"]
    pages[NameObject("/Kids")] = ArrayObject([pages["/Kids"][0]] * 100_000)
    pages[NameObject("/Count")] = NumberObject(100_000)
    return _written(writer)


@cache
def pdf_with_script() -> bytes:
    """It runs a script and calls an address when opened."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf()))
    script = TextStringObject(f"app.launchURL('{INNER}', true);")
    action = DictionaryObject({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): script})
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)
    return _written(writer)


def _written(writer: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def polyglot() -> bytes:
    """A PDF whose first kilobyte is a page of HTML that says otherwise."""
    return b"<html><body><p>Nothing of the kind was said.</p><!--\n" + pdf() + b"\n--></body></html>"


def entity_bomb() -> bytes:
    """Ten entities, each ten times the one before."""
    rows = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "laugh">{rows}]>'
    return head.encode() + page(f"<p>&l9; {PASSAGE}</p>")


def with_entity(system: str) -> bytes:
    """XHTML that wants another file in its place."""
    head = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY x SYSTEM "{system}">]>'
    return head.encode() + page(f"<p>&x; {PASSAGE}</p>")


WARC = b"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0>\r\nContent-Length: 5\r\n\r\nhello\r\n\r\n"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("{INNER}")</script><text>{PASSAGE}</text></svg>'.encode()
QUIET = "All is quiet here. "
TEXT_NODE = page(f"<p>{QUIET * 550_000}{PASSAGE}</p>")
UTF16 = page().decode().encode("utf-16-le")

PAGES: dict[str, Played] = {
    "h63": whole(pdf()),
    "h67": whole(page(f"<p>+ADw-script+AD4-alert(1) {PASSAGE}.</p>"), "Content-Type: text/html; charset=utf-7"),
    "charset-utf-16-without-mark": whole(UTF16, "Content-Type: text/html"),
    "charset-utf-16-declared": whole(UTF16, "Content-Type: text/html; charset=utf-16le"),
    "charset-iso-2022-jp": whole(
        page(f"<p>日本 {PASSAGE}</p>").decode().encode("iso-2022-jp"), "Content-Type: text/html; charset=iso-2022-jp"
    ),
    "h69": whole(page(f"<p>~{{VPND~}} {PASSAGE}</p>"), "Content-Type: text/html; charset=hz-gb-2312"),
    "h106": whole(page(f'<meta http-equiv="refresh" content="0;url={INNER}"><p>{PASSAGE}</p>')),
    "meta-refresh-alone": unclear(
        f'<meta http-equiv="refresh" content="0;url={INNER}">'.encode(), detail="meta_refresh"
    ),
    "html-attr-1m": whole(page(f'<p title="{"a" * 1_000_000}">{PASSAGE}</p>')),
    "h135": unclear(b"<html><body>" + b"<div>" * 1_000_000 + PASSAGE.encode(), grows=AS_LONG_AS_MAY_BE),
    "h136": cut(answer(TEXT_NODE, HTML), body=TEXT_NODE, grows=AS_LONG_AS_MAY_BE),
    "text-node-2m": whole(page(f"<p>{QUIET * 100_000}{PASSAGE}</p>")),
    "html-comment-unclosed": unclear(page(f"<!-- {PASSAGE}"), detail="unclosed_markup"),
    "h138": unclear(bytes(5_000_000), grows=AS_LONG_AS_MAY_BE),
    "h139": whole(page(f"<p>{'&amp;' * 1_000_000} {PASSAGE}</p>")),
    "h140": whole(entity_bomb(), "Content-Type: application/xhtml+xml"),
    "h141": whole(page(f"<p>In its statement {SPLIT}, it said.</p>")),
    "h142": Played(
        script=answer(page(f"<!-- {PASSAGE} --><p style='display:none' hidden>{PASSAGE}</p>"), HTML),
        body=page(f"<!-- {PASSAGE} --><p style='display:none' hidden>{PASSAGE}</p>"),
        outcome="changed",
        passage="missing",
    ),
    "h143": whole(page(f"<p>In its statement \u202e{PASSAGE}\u202c, it said.</p>")),
    "h145": whole(with_entity("file:///etc/passwd"), "Content-Type: application/xhtml+xml"),
    "xml-xxe-http": whole(with_entity(INNER), "Content-Type: application/xhtml+xml"),
    "h146": unclear(SVG, "Content-Type: image/svg+xml", detail="unsupported_type"),
    "h148": whole(pdf_that_loops(), PDF),
    "h149": unclear(pdf_bomb(), PDF, grows=AS_LONG_AS_MAY_BE),
    "h150": unclear(pdf_encrypted(), PDF, detail="encrypted_pdf"),
    "pdf-pages-100k": unclear(pdf_of_many_pages(), PDF, grows=AS_LONG_AS_MAY_BE),
    "pdf-script": whole(pdf_with_script(), PDF),
    "h151": Played(script=answer(polyglot(), HTML), body=polyglot(), outcome="changed", passage="missing"),
    "h152": whole(WARC + page()),
    "h153": unclear(b"", detail="empty"),
    "h154": unclear(NOISE),
    "whitespace only": unclear(b" \r\n\t" * 1_000),
    "h08-like, but whole": found(OPEN + PAGE),
    "a page cut by its server": unclear(PAGE[:900], detail="unclosed_markup"),
}
