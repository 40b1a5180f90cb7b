"""HTML: what a reader sees, and what a page says about itself."""

from __future__ import annotations

import pytest

from sources.quotations import Quotation, find
from sources.reading.marks import UNSURE
from tests.sources.documents import ARTICLE, html, nested, of_type


class TestVisibleText:
    @pytest.mark.parametrize(
        ("markup", "text"),
        [
            ("<p>un<b>believ</b>able <i>x</i>y</p>", "unbelievable xy"),
            ("<p>one</p><p>two<br>three</p>four", "one\ntwo\nthree\nfour"),
            ("<ul><li>a<li>b</ul><table><tr><td>1<td>2</table>", "a\nb\n1\n2"),
            ("<p>a &amp; b&nbsp;&lt;c&gt; &eacute;&#x2014;</p>", "a & b <c> é—"),
            ("<p>a\n   b\t c</p><pre>d\n  e</pre>", "a b c\nd\ne"),
            ("<p>seen<!-- comment --><img alt='alternative'></p>", "seen"),
            ("<p>seen</p><script>var a</script><style>p{}</style><template>t</template>", "seen"),
            ("<noscript>n</noscript><iframe>f</iframe><video>v</video><p>seen</p>", "seen"),
            ("<div hidden>h</div><div style='color:red; DISPLAY : none'>d</div><p>seen</p>", "seen"),
            ("<p style='visibility:hidden'>v</p><p hidden=until-found>seen</p>", "seen"),
            ("<p aria-hidden=true>seen</p>", "seen"),
            ("<dialog>closed</dialog><dialog open>open</dialog>", f"open\n{UNSURE}\nclosed"),
            ("<svg><title>t</title><text>drawn</text></svg>", "drawn"),
            ("<div><template shadowrootmode=open><p>shadow</p></template>light</div>", "shadow\nlight"),
            ("<x-title>Title</x-title><x-date>Monday</x-date>", "Title\nMonday"),
            ("<div hidden>a<div hidden>b<div hidden>c</div></div></div>seen", "seen"),
            ("<p>a\x00b</p>", "ab"),
            ("<body style='display:none'><p>drawn by a script later</p>", "drawn by a script later"),
        ],
    )
    def test_is_what_a_reader_sees(self, markup: str, text: str) -> None:
        assert html(markup).text == text

    def test_has_no_title_of_the_head_but_says_it(self) -> None:
        found = html("<p>seen</p>", "<title>The title</title>")

        assert (found.text, found.about.title) == ("seen", "The title")

    def test_of_xhtml_survives_self_closed_scripts(self) -> None:
        page = "<?xml version='1.0'?><html><head><script src='a'/><title/></head><body><p>seen</p></body></html>"

        assert of_type("application/xhtml+xml", page).text == "seen"

    @pytest.mark.parametrize("levels", [300, 5_000])
    def test_below_thousands_of_levels_is_kept(self, levels: int) -> None:
        found = of_type("text/html", nested(levels, "DEEPEST"))

        assert found.text.endswith("a DEEPEST\nAFTER")
        assert found.text.count("a") == levels
        assert found.problems == []

    def test_control_lxml_drops_what_is_nested_deeply_without_a_word(self) -> None:
        import lxml.html

        assert "DEEPEST" not in lxml.html.fromstring(nested(5_000, "DEEPEST")).text_content()

    def test_in_nodes_of_ten_megabytes_is_kept(self) -> None:
        found = of_type("text/html", b"<p>" + b"word " * 2_200_000 + b"END</p><p>AFTER</p>")

        assert len(found.text) == 11_000_000 + len("END\nAFTER")
        assert found.problems == []

    def test_is_completed_by_the_article_body_of_a_paywalled_page(self) -> None:
        sentences = [f"Sentence number {number} of the hidden article." for number in range(6)]
        data = f'{{"@type": "NewsArticle", "articleBody": "{" ".join(sentences)}"}}'

        found = html(f"<p>{sentences[0]}</p>", f'<script type="application/ld+json">{data}</script>')

        assert found.text == sentences[0] + "\n" + " ".join(sentences[1:])

    def test_is_not_overruled_by_the_old_wording_of_one_sentence_in_the_data(self) -> None:
        sentences = [f"Prices rose by {number} percent in that year." for number in range(10, 18)]
        data = f'{{"@type": "NewsArticle", "articleBody": "{" ".join(sentences)}"}}'
        shown = " ".join(sentences).replace("by 12 percent", "by 21 percent")

        found = html(f"<p>{shown}</p>", f'<script type="application/ld+json">{data}</script>')

        assert found.text == shown
        assert find(Quotation("Prices rose by 12 percent"), found.text, complete=True).outcome == "altered"


class TestMetadata:
    def test_is_what_the_page_states(self) -> None:
        data = (
            '{"@graph": [{"@type": ["NewsArticle"], "headline": "Bread", "publisher": {"name": "Example"},'
            ' "datePublished": "2026-03-05T10:00:00Z", "author": [{"name": "Ana"}, {"name": "Ben"}]}]}'
        )
        head = f'<script type="application/ld+json">{data}</script><link rel=canonical href="/bread">'

        about = html(ARTICLE, head).about

        assert (about.title, about.author, about.site_name) == ("Bread", "Ana, Ben", "Example")
        assert (about.published_on, about.language) == ("2026-03-05", "en")
        assert about.canonical_link == "https://example.org/bread"

    def test_comes_from_meta_elements_too_and_is_not_guessed(self) -> None:
        head = (
            '<meta property="og:title" content="T"><meta property="og:site_name" content="S">'
            '<meta name=author content=Ana><meta property="article:published_time" content="2026-02-30">'
        )

        about = html("<p>Published on 5 March 2026</p>", head).about

        assert (about.title, about.site_name, about.author, about.published_on) == ("T", "S", "Ana", "")

    @pytest.mark.parametrize("data", ["{", "[" * 9_000, '{"@type": {"a": []}}', "null", '{"author": [[1]]}'])
    def test_of_a_broken_page_is_empty(self, data: str) -> None:
        found = html(ARTICLE, f'<script type="application/ld+json">{data}</script>')

        assert found.about.author == ""
        assert found.problems == []
