"""PDFs, feeds, JSON and plain text that hold a passage, alter it, or cannot be read whole."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence

import pypdf

from sources.quotations import Quotation
from tests.sources.documents import Run, assembled, column, pdf_of
from tests.sources.honest_pages import ALTERED, EITHER, FOUND, INCONCLUSIVE, MISSING, Case, quotation_of
from tests.sources.honest_words import ARABIC, ENGLISH, GERMAN, HEBREW, LANGUAGES, Words

PDF = "application/pdf"
_WIDE = 46


def lines_of(text: str, width: int = _WIDE) -> list[str]:
    """A text in lines of so many characters at most, broken between words where it has any."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [line[start : start + width] for line in lines for start in range(0, len(line), width)]


def unicode_pdf(
    pages: Sequence[Sequence[Run]],
    *,
    with_map: bool = True,
    encoding: bytes = b"/Identity-H",
    order: bytes = b"Identity",
) -> bytes:
    """A PDF in any script: a font that is not embedded, with a map from its codes to Unicode unless left out."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"", b"", b""]
    to_unicode = b"/ToUnicode 5 0 R" if with_map else b""
    objects[2] = b"<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding %s /DescendantFonts [4 0 R] %s >>" % (
        encoding,
        to_unicode,
    )
    objects[3] = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /DW 500 /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (%s) /Supplement 0 >> >>" % order
    )
    letters = sorted({letter for runs in pages for _, _, text in runs for letter in text})
    rows = [b"<%04X> <%04X>" % (ord(letter), ord(letter)) for letter in letters]
    parts = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /A def /CMapType 2 def\n"
        b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        + b"".join(b"%d beginbfchar\n%s\nendbfchar\n" % (len(part), b"\n".join(part)) for part in parts)
        + b"endcmap end end"
    )
    objects[4] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(cmap), cmap)
    kids = []
    for runs in pages:
        drawn = b" ".join(
            b"1 0 0 1 %d %d Tm <%s> Tj" % (x, y, text.encode("utf-16-be").hex().encode()) for x, y, text in runs
        )
        content = b"BT /F1 11 Tf %s ET" % drawn
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return assembled(objects)


def drawn_from_the_right(line: str) -> str:
    """A line of Hebrew or Arabic as producers write it: from the left, numbers turned back."""
    words = line[::-1].split(" ")
    return " ".join(word[::-1] if word.strip(".,").isdigit() else word for word in words)


def in_every_script() -> Iterator[Case]:
    """Prose in a single column, in fonts with a map to Unicode."""
    for words in LANGUAGES:
        for name, passage, outcome in (
            ("present", words.passage, FOUND),
            ("a number altered", words.changes[1], ALTERED),
            ("a word altered", words.changes[0], ALTERED),
            ("gone", "", MISSING),
        ):
            text = words.gap.join((words.filler[0], words.before, passage, words.after, words.filler[1]))
            rows = [drawn_from_the_right(row) if words in (ARABIC, HEBREW) else row for row in lines_of(text)]
            honest = (outcome,) if words not in (ARABIC, HEBREW) or outcome == FOUND else (outcome, INCONCLUSIVE)
            body = unicode_pdf([column(50, rows)])
            yield Case(f"{words.code}: PDF, {name}", body, quotation_of(words), honest, PDF)
        nameless = unicode_pdf([column(50, lines_of(words.sentence))], with_map=False)
        yield Case(f"{words.code}: PDF of nameless glyphs", nameless, quotation_of(words), EITHER, PDF)


def layouts(words: Words) -> Iterator[Case]:
    """Columns, headers, footers, hyphens and ligatures, of the passage as it was and altered."""
    for name, passage, outcome in (("present", words.passage, FOUND), ("altered", words.changes[1], ALTERED)):

        def of(layout: str, body: bytes, name: str = name, outcome: str = outcome) -> Case:
            return Case(f"{words.code}: PDF {layout}, {name}", body, quotation_of(words), (outcome,), PDF)

        text = " ".join((words.before, passage, words.after))
        left, right = column(40, lines_of(text, 30)), column(330, lines_of(words.filler[0], 30))
        yield of("in two columns, one by one", pdf_of([[*left, *right]]))
        yield of(
            "in two columns, the right one",
            pdf_of([[*column(40, lines_of(words.filler[0], 30)), *column(330, lines_of(text, 30))]]),
        )
        rows = [run for pair in zip(left, right, strict=False) for run in pair]
        yield of("in two columns, row by row", pdf_of([rows]))
        third = [
            (x, y, line) for (_, y, line), x in zip(column(0, lines_of(words.filler[1], 20)), [420] * 40, strict=False)
        ]
        three = zip(column(30, lines_of(text, 20)), column(225, lines_of(words.filler[0], 20)), third, strict=False)
        yield of("in three columns, row by row", pdf_of([[run for row in three for run in row]]))
        yield of("with a hyphen at each line end", pdf_of([column(50, _hyphenated(text))]))
        yield of("with soft hyphens at line ends", pdf_of([column(50, _hyphenated(text, "\u00ad"))]))
        yield of("without a space at line ends", pdf_of([column(50, [f"{row} " for row in lines_of(text, 25)])]))
        yield of(
            "with ligatures",
            unicode_pdf([column(50, [row.replace("fi", "ﬁ").replace("ff", "ﬀ") for row in lines_of(text)])]),
        )
        letters = [
            (50 + 7 * place, 700 - 14 * number, letter)
            for number, row in enumerate(lines_of(text))
            for place, letter in enumerate(row)
        ]
        yield of("of letters set apart", pdf_of([letters]), outcome=INCONCLUSIVE)
        half = len(lines_of(text, 30)) // 2
        for edge, top, bottom in (
            ("", [], []),
            (" with headers", ["Northport Report 2026"], []),
            (" with headers and page numbers", ["Northport Report 2026"], ["Page {}"]),
            (" with page numbers", [], ["{}"]),
            (" with headers that name the chapter", ["{} Harbour and roads"], ["Northport 2026"]),
        ):
            parts = [
                lines_of(words.filler[1], 30) + lines_of(text, 30)[:half],
                lines_of(text, 30)[half:] + lines_of(words.filler[2], 30),
            ]
            pages = [
                column(
                    50, [*(row.format(number + 7) for row in top), *rows, *(row.format(number + 7) for row in bottom)]
                )
                for number, rows in enumerate(parts)
            ]
            yield of(f"across two pages{edge}", pdf_of(pages))


def _hyphenated(text: str, hyphen: str = "-") -> list[str]:
    """Lines that each end within a word of letters, where there is one to break."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if len(line) > 20 and len(word) > 6 and word.isalpha():
            lines.append(f"{line} {word[:3]}{hyphen}")
            line = word[3:]
        else:
            line = f"{line} {word}".strip()
    return [*lines, line]


def unread_pdfs() -> Iterator[Case]:
    """PDFs whose text layer is not all there is."""
    words = ENGLISH
    one, other = column(50, lines_of(words.filler[0])), column(50, lines_of(words.sentence))
    whole = pdf_of([one, other])

    def of(name: str, body: bytes, problem: str, *outcomes: str, truncated: bool = False) -> Case:
        wanted = outcomes or (INCONCLUSIVE,)
        return Case(f"PDF: {name}", body, quotation_of(words), wanted, PDF, truncated=truncated, problem=problem)

    yield of("a page of a picture", pdf_of([one, []], images=[1]), "page_without_text")
    yield of("pages of pictures", pdf_of([[], []], images=[0, 1]), "no_text_layer")
    yield of(
        "a page of lines",
        whole.replace(_content(other), b"0 0 m 9 9 l f".ljust(len(_content(other)))),
        "page_without_text",
    )
    yield of("encrypted", _encrypted(whole, "secret"), "encrypted_pdf")
    yield of("encrypted without a password", _encrypted(whole, ""), "", FOUND)
    yield of("cut in the middle", whole[: len(whole) * 2 // 3], "damaged_pdf")
    yield of("cut, as the fetch noticed", whole[: len(whole) // 2], "truncated", truncated=True)
    yield of("only its first bytes", whole[:40], "damaged_pdf")
    yield of(
        "a form that a viewer builds", pdf_of([one], catalog=b"/AcroForm << /XFA (x) /Fields [] >>"), "dynamic_form"
    )
    yield of("letters that are not drawn", _with_mode(other), "no_text_layer")
    yield of(
        "letters laid over a picture",
        _with_mode(column(50, lines_of(words.changes[1])), images=(0,)),
        "recognised_text",
    )
    yield of("the passage laid over a picture", _with_mode(other, images=(0,)), "recognised_text", FOUND)
    yield of("without a text layer at all", pdf_of([[]]), "no_text_layer")
    footnote = lines_of(words.filler[2])[:3]
    half = len(lines_of(words.passage)) // 2
    broken = [
        column(50, [*lines_of(words.before), *lines_of(words.passage)[:half], *footnote]),
        column(50, [*lines_of(words.passage)[half:], *lines_of(words.after)]),
    ]
    yield of("a footnote between two pages", pdf_of(broken), "", *EITHER)


def _with_mode(runs: Sequence[Run], *, images: tuple[int, ...] = ()) -> bytes:
    """A page whose letters are in the text layer and not drawn."""
    return pdf_of([runs], images=images, before=b"3 Tr")


def _content(runs: Iterable[Run]) -> bytes:
    return b"BT /F1 11 Tf  %s ET" % b" ".join(
        b"1 0 0 1 %d %d Tm (%s) Tj" % (x, y, text.encode("cp1252")) for x, y, text in runs
    )


def _encrypted(body: bytes, password: str) -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(body))
    writer.encrypt(password, "owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def other_kinds(words: Words) -> Iterator[Case]:
    """Plain text, JSON and feeds."""
    for name, passage, outcome in (
        ("present", words.passage, FOUND),
        ("altered", words.changes[1], ALTERED),
        ("gone", "", MISSING),
    ):
        text = words.gap.join((words.filler[0], words.before, passage, words.after, words.filler[1]))
        kinds = {
            "text/plain; charset=utf-8": text.replace(". ", ".\r\n"),
            "application/json": json.dumps({"title": words.elsewhere, "paragraphs": [{"html": f"<p>{text}</p>"}]}),
            "application/rss+xml": (
                f"<rss><channel><item><description>&lt;p&gt;{text}&lt;/p&gt;</description></item></channel></rss>"
            ),
            "application/atom+xml": (
                '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="html">'
                f"<![CDATA[<p>{text}</p>]]></content></entry></feed>"
            ),
        }
        for content_type, body in kinds.items():
            yield Case(
                f"{words.code}: {content_type}, {name}", body.encode(), quotation_of(words), (outcome,), content_type
            )
        if outcome == FOUND:
            cut = {
                kind: body[: body.index(words.passage[:9])] for kind, body in kinds.items() if words.passage[:9] in body
            }
            for content_type, body in cut.items():
                if not content_type.startswith("text/plain"):
                    yield Case(
                        f"{words.code}: {content_type}, cut",
                        body.encode(),
                        quotation_of(words),
                        (INCONCLUSIVE,),
                        content_type,
                    )


def unsupported() -> Iterator[Case]:
    """Kinds that are not read at all."""
    quotation = Quotation(ENGLISH.passage)
    for content_type, body in (
        ("image/png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40),
        ("application/zip", b"PK\x03\x04" + b"\0" * 40),
        ("application/msword", b"\xd0\xcf\x11\xe0" + b"\0" * 40),
        ("video/mp4", b"\0\0\0\x18ftypmp42"),
        ("", b"\0\1\2\3" * 60),
    ):
        yield Case(
            f"unsupported: {content_type}", body, quotation, (INCONCLUSIVE,), content_type, problem="unsupported_type"
        )


def document_cases() -> Iterator[Case]:
    """All of these."""
    yield from in_every_script()
    for words in (ENGLISH, GERMAN):
        yield from layouts(words)
    yield from unread_pdfs()
    for words in LANGUAGES:
        yield from other_kinds(words)
    yield from unsupported()
