"""PDFs, feeds, JSON and plain text."""

from __future__ import annotations

import io

import pypdf
import pytest

from sources.quotations import Quotation, find
from tests.sources.documents import column, of_type, pdf_of


class TestOtherKinds:
    def test_a_pdf_is_read_in_page_order(self) -> None:
        found = of_type("application/octet-stream", pdf_of([column(50, ["Page one."]), column(50, ["Page two."])]))

        assert (found.kind, found.text, found.problems) == ("pdf", "Page one.\n\f\nPage two.\n\f", [])

    def test_columns_written_one_after_the_other_stay_whole(self) -> None:
        left, right = (
            column(50, ["The tax on", "flour rose."]),
            column(320, ["Ministers deny", "any shortage."]),
        )

        text = of_type("application/pdf", pdf_of([left + right])).text

        assert (
            find(Quotation("The tax on flour rose. Ministers deny any shortage."), text, complete=True).outcome
            == "found"
        )

    def test_columns_written_line_by_line_can_be_quoted_as_well(self) -> None:
        left = column(50, ["The mayor of", "Northport said", "the repre-", "sentative lied", "on Monday."])
        right = column(320, ["Ministers deny", "any shortage in", "the northern", "provinces and", "the islands."])
        page = [run for pair in zip(left, right, strict=True) for run in pair]

        text = of_type("application/pdf", pdf_of([page])).text

        for sentence in (
            "Northport said the representative lied on Monday",
            "any shortage in the northern provinces",
        ):
            assert find(Quotation(sentence), text, complete=True).outcome == "found"

    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            (pdf_of([[]]), "no_text_layer"),
            (pdf_of([column(50, ["Text."]), []], images=[1]), "page_without_text"),
            (b"%PDF-1.7 and nothing more", "damaged_pdf"),
            (pdf_of([column(50, ["Text."])], trailer=b"/Encrypt << /Filter /Own /V 9 >>"), "damaged_pdf"),
        ],
    )
    def test_a_pdf_that_cannot_be_read_whole_says_why(self, data: bytes, problem: str) -> None:
        assert problem in of_type("application/pdf", data).problems

    def test_an_encrypted_pdf_is_not_read(self) -> None:
        writer = pypdf.PdfWriter(io.BytesIO(pdf_of([column(50, ["Secret."])])))
        writer.encrypt("password", algorithm="RC4-128")
        out = io.BytesIO()
        writer.write(out)

        found = of_type("application/pdf", out.getvalue())

        assert (found.text, found.problems) == ("", ["encrypted_pdf"])

    def test_json_is_all_its_strings(self) -> None:
        found = of_type(
            "application/json", '{"headline": "Bread", "body": ["<p>un<b>happy</b></p>", {"n": 1, "x": "y"}]}'
        )

        assert (found.kind, found.about.title, found.text) == ("json", "Bread", "Bread\nunhappy\ny")

    def test_feeds_are_the_texts_of_their_items(self) -> None:
        rss = (
            "<?xml version='1.0'?><rss><channel><title>Feed</title><item><title>One &amp; two</title>"
            "<description>&lt;p&gt;un&lt;b&gt;happy&lt;/b&gt;&lt;/p&gt;</description></item></channel></rss>"
        )
        atom = (
            '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><content type="xhtml">'
            '<div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; b</p><p>c</p></div></content></entry></feed>'
        )

        assert of_type("application/rss+xml", rss).text == "Feed\nOne & two\nunhappy"
        assert of_type("text/xml", atom).text == "F\na < b\nc"

    @pytest.mark.parametrize(
        ("content_type", "body", "kind", "problem"),
        [
            ("application/rss+xml", "<rss><channel><title>cut", "feed", "malformed_feed"),
            (
                "application/rss+xml",
                '<!DOCTYPE r [<!ENTITY a "b">]><rss><title>&a;</title></rss>',
                "feed",
                "malformed_feed",
            ),
            ("application/json", '{"cut', "json", "malformed_json"),
            ("application/json", "[" * 200_000, "json", "parser_limit"),
            ("image/png", b"\x89PNG\r\n\x1a\n", "unsupported", "unsupported_type"),
            ("application/xml", "<sitemap/>", "unsupported", "unsupported_type"),
            ("", b"\x00\x01\x02" * 99, "unsupported", "unsupported_type"),
        ],
    )
    def test_what_cannot_be_read_says_why(self, content_type: str, body: bytes | str, kind: str, problem: str) -> None:
        found = of_type(content_type, body)

        assert found.kind == kind
        assert problem in found.problems

    def test_kinds_are_told_where_the_server_does_not_say(self) -> None:
        assert of_type("", "<!doctype html><p>x").kind == "html"
        assert of_type("application/octet-stream", '{"a": "b"}').kind == "json"
        assert of_type("", "plain words").kind == "text"
        assert of_type("text/plain", "<html>source</html>").kind == "text"
        assert of_type("text/html", "<rss><channel><title>x</title></channel></rss>").kind == "feed"
