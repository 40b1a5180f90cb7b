"""Documents that the tests of reading are made of, written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sources.reading.page_text import Text, read_document

LANGUAGES = {
    "en": "The council of Northport said on Tuesday that bread prices rose by 12 percent since March.",
    "tr": "Başbakan ekmek fiyatlarının Mart ayından bu yana yüzde 12 arttığını söyledi; şehirde kıtlık yok.",
    "ru": "Правительство заявило, что цены на хлеб выросли на 12 процентов с марта, сообщает агентство.",
    "ar": "قالت الحكومة إن أسعار الخبز ارتفعت بنسبة ١٢ في المئة منذ مارس، ولا يوجد نقص في المدينة.",
    "zh": "政府表示，自三月以来面包价格上涨了百分之十二，北部省份没有短缺。市长星期二在记者会上说。",
}
ARTICLE = "".join(f"<p>{LANGUAGES['en']} Paragraph {number}.</p>" for number in range(12))

Run = tuple[int, int, str]


def of_type(content_type: str, body: bytes | str) -> Text:
    """A document read in this process, as the child would."""
    data = body.encode() if isinstance(body, str) else body
    return read_document(data, content_type=content_type, url="")


def html(body: str, head: str = "") -> Text:
    """A whole HTML page with this body, read in this process."""
    page = f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>"
    return read_document(page.encode(), content_type="text/html; charset=utf-8", url="https://example.org/a")


def pdf_of(
    pages: Sequence[Iterable[Run]],
    *,
    images: Iterable[int] = (),
    trailer: bytes = b"",
    catalog: bytes = b"",
    before: bytes = b"",
) -> bytes:
    """A PDF whose pages draw each run of text at its place, after the operators `before`.

    Pages in `images` draw a picture as well.
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog, b"", _FONT, _IMAGE]
    kids = []
    for number, runs in enumerate(pages):
        drawn = b" ".join(b"1 0 0 1 %d %d Tm (%s) Tj" % (x, y, text.encode("cp1252")) for x, y, text in runs)
        content = b"BT /F1 11 Tf %s %s ET" % (before, drawn)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        image = b"/XObject << /I 4 0 R >>" if number in set(images) else b""
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> %s >>"
            b" /Contents %d 0 R >>" % (image, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return assembled(objects, trailer)


_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_IMAGE = (
    b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    b" /Length 1 >>\nstream\n\x80\nendstream"
)


def assembled(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF file of these objects, the first of which is its catalog."""
    out, offsets = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
    return out + head + table + tail % (len(objects) + 1, trailer, len(out))


def column(x: int, lines: Sequence[str]) -> list[Run]:
    """Lines below each other."""
    return [(x, 700 - 14 * number, line) for number, line in enumerate(lines)]


def nested(levels: int, innermost: str) -> bytes:
    """A page whose text stands below so many levels of `<div>`, with text after it."""
    return (f"<body>{'<div>a ' * levels}{innermost}{'</div>' * levels}<p>AFTER</p></body>").encode()
