"""Documents that were not read whole say so: shells, walls, cut pages, and a parser that loses text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.quotations import Quotation, find
from sources.reading import page_text
from sources.reading.html_text import LexborHTMLParser, visible_text
from sources.reading.html_tree import Page
from sources.reading.page_text import read_document
from tests.sources.documents import ARTICLE, html, of_type


class TestNotReadWhole:
    @pytest.mark.parametrize(
        ("markup", "problem"),
        [
            ("<div id=root></div><script src=app.js></script>", "empty_script_shell"),
            ("<div id=main></div><script>" + "x=1;" * 500 + "</script>", "empty_script_shell"),
            ("<noscript>Please enable JavaScript.</noscript><script src=a></script>", "empty_script_shell"),
            ("<p>Just a moment...</p><p>Verifying you are human.</p>", "bot_wall"),
            ("<p>Подтвердите, что вы не робот</p>", "bot_wall"),
            ("<p>We use cookies. Accept all cookies to go on.</p>", "cookie_wall"),
            ("<p>Çerezleri kabul etmeden devam edemezsiniz: çerez onayı</p>", "cookie_wall"),
            ("<p>seen</p><!-- cut off here", "unclosed_markup"),
            ("<p>seen</p><div title='cut off here", "unclosed_markup"),
            ("<p>seen</p><script>cut off here", "unclosed_markup"),
            ("<p>seen</p><textarea>cut off here", "unclosed_markup"),
            ("</body></html>", "empty"),
            ("<p>seen and no more: the page breaks off", "unclosed_markup"),
        ],
    )
    def test_has_a_name(self, markup: str, problem: str) -> None:
        body = f"<!doctype html><html><head></head><body>{markup}".encode()

        assert problem in of_type("text/html", body).problems

    def test_control_the_parser_itself_says_nothing_of_a_cut_page(self) -> None:
        """Twin of `unclosed_markup`: without the end mark a page cut inside a comment looks whole."""
        cut = "<p>seen</p><!-- cut off here"

        assert visible_text(Page.of(LexborHTMLParser(cut))).seen == "seen"

    def test_framesets_and_pages_that_only_lead_on(self) -> None:
        frames = "<html><frameset><frame src=a></frameset></html>"
        leads_on = '<meta http-equiv="refresh" content="0; url=/elsewhere"><p>Wait.</p>'

        assert of_type("text/html", frames).problems == ["frames"]
        assert of_type("text/html", leads_on).problems == ["meta_refresh"]

    def test_a_paywall_that_the_page_declares(self) -> None:
        data = '{"@type": "NewsArticle", "isAccessibleForFree": "False"}'

        found = html(ARTICLE, f'<script type="application/ld+json">{data}</script>')

        assert found.problems == ["paywall"]

    @pytest.mark.parametrize(
        "markup",
        [
            ARTICLE + "<p>We use cookies. Accept all cookies.</p><script src=a.js></script>" * 2,
            "<h1>Short news</h1><p>The bridge is open again.</p><p>Protected by reCAPTCHA.</p>",
            "<p>The bridge of Northport is open again, the mayor said on Monday. " * 3 + "</p>"
            "<script src=a.js></script><script src=b.js></script>",
        ],
    )
    def test_ordinary_pages_are_whole(self, markup: str) -> None:
        assert html(markup).problems == []

    def test_text_that_the_parser_loses_is_noticed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(page_text, "parse", _parse_dropping_the_middle)

        assert html(ARTICLE).problems == ["parser_limit"]

    def test_control_without_that_check_the_loss_would_pass_for_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(page_text, "parse", _parse_dropping_the_middle)
        monkeypatch.setattr(page_text, "lost_text", lambda _html, _kept, _again: False)

        found = html(ARTICLE)

        assert found.problems == []
        assert find(Quotation("Paragraph 7"), found.text, complete=not found.problems).outcome != "found"

    def test_pages_that_hide_much_in_comments_or_templates_are_no_loss(self) -> None:
        assert html(f"{ARTICLE}<!-- {'<p>comment</p>' * 500} -->").problems == []
        assert html(f"{ARTICLE}<template>{ARTICLE * 3}</template>").problems == []
        assert html(f"<p title='{'a > b ' * 500}'>seen</p>{ARTICLE}").problems == []


def _parse_dropping_the_middle(markup: str, *, is_xhtml: bool = False) -> LexborHTMLParser:
    start, end = markup.index("Paragraph 3"), markup.index("Paragraph 11")
    return LexborHTMLParser(f"{markup[:start]}{markup[end:]}<p>{page_text.END_MARK}</p>")


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    "<p>",
                    "</p>",
                    "<div hidden>",
                    "</div>",
                    "<template shadowrootmode=open>",
                    "</template>",
                    "<script>",
                    "</script>",
                    "<!--",
                    "-->",
                    "<pre>\na\n",
                    "<svg>",
                    "<table>",
                    "<td>",
                    "<frameset>",
                    "<b",
                    "'",
                    ">",
                    "&#x1e;",
                    "text ",
                    "<noscript>",
                    "<textarea>",
                    "<body style=display:none>",
                    "<plaintext>",
                    "\ufeff",
                    "<select>",
                ]
            ),
            max_size=30,
        ).map(lambda parts: "".join(parts).encode()),
    ),
    st.sampled_from(
        [
            "text/html",
            "",
            "application/json",
            "application/rss+xml",
            "application/pdf",
            "text/plain",
            "application/xhtml+xml; charset=rot13",
            "text/html; charset=utf-16",
            "x",
        ]
    ),
)
def test_reading_never_raises(body: bytes, content_type: str) -> None:
    found = read_document(body, content_type=content_type, url="http://[")

    assert found.kind in {"html", "pdf", "text", "json", "feed", "unsupported"}
    assert page_text.END_MARK not in found.text


def test_a_short_page_that_tells_of_what_does_not_exist_is_there() -> None:
    page = b"<title>Statement</title><p>The staff said nothing.</p><p>This page tells of places that do not exist.</p>"
    assert "not_found_page" not in read_document(page, content_type="text/html", url="https://example.org/a").problems
    lost = b"<title>Statement</title><p>This page does not exist.</p>"
    assert "not_found_page" in read_document(lost, content_type="text/html", url="https://example.org/a").problems
