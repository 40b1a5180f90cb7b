"""Random pages around a known passage: what is said of it is true of every one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.quotations import find
from sources.reading import Reader
from tests.sources.honest_pages import quotation_of
from tests.sources.honest_words import LANGUAGES, Words

PAGES = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
INLINE = ["b", "i", "em", "span", "a", "mark", "code", "small", "u", "bdi", "abbr", "font"]
BLOCKS = ["div", "section", "article", "blockquote", "li", "td", "center", "x-block", "fieldset", "dd"]
NOISE = [
    "<!-- {} -->",
    "<script>var t = '{}';</script>",
    "<style>/* {} */ .q{{color:red}}</style>",
    "<template><p>{}</p></template>",
    "<noscript>{}</noscript>",
    "<p hidden>{}</p>",
    "<p style='display:none'>{}</p>",
    '<img alt="{}" src=a.png>',
    '<input type=hidden value="{}">',
    "<iframe src=/ad width=1 height=1></iframe>",
    "<svg><title>{}</title></svg>",
    "<hr>",
    "",
]
INVISIBLE = ["", "&shy;", "<wbr>", "\u200b", "<!-- -->", "&#8203;", "\u200d" * 2, "<b></b>", "\ufeff"]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as shared:
        yield shared


def wrapped(draw: st.DrawFn, inner: str, tags: list[str], most: int) -> str:
    for tag in draw(st.lists(st.sampled_from(tags), max_size=most)):
        inner = f"<{tag} class={draw(st.sampled_from('abc'))}>{inner}</{tag}>"
    return inner


def spelt(draw: st.DrawFn, passage: str) -> str:
    """The passage cut into pieces, each in inline tags, with nothing visible between them."""
    cuts = sorted(draw(st.lists(st.integers(1, len(passage) - 1), max_size=5, unique=True)))
    pieces = [passage[start:end] for start, end in zip([0, *cuts], [*cuts, len(passage)], strict=True)]
    return draw(st.sampled_from(INVISIBLE)).join(wrapped(draw, piece, INLINE, 2) for piece in pieces)


@st.composite
def pages(draw: st.DrawFn) -> tuple[Words, str, str]:
    """A language, a page, and what became of the passage in it."""
    words = draw(st.sampled_from(LANGUAGES))
    fate = draw(st.sampled_from(["found", "moved", "altered", "missing"]))
    sentence = {"found": words.passage, "altered": draw(st.sampled_from(words.changes))}.get(fate, "")
    home = f"{words.before}{words.gap}{spelt(draw, sentence) if sentence else ''}{words.gap}{words.after}"
    blocks = [wrapped(draw, home, BLOCKS, 6)]
    if fate == "moved":
        other = f"{words.elsewhere}{words.gap}{spelt(draw, words.passage)}{words.gap}{words.elsewhere}"
        blocks.append(wrapped(draw, other, BLOCKS, 6))
    blocks += [wrapped(draw, paragraph, BLOCKS, 4) for paragraph in words.filler]
    blocks += [
        noise.format(draw(st.sampled_from([words.passage, words.sentence, words.changes[1], words.elsewhere])))
        for noise in draw(st.lists(st.sampled_from(NOISE), max_size=6))
    ]
    body = draw(st.sampled_from(["\n", "", "  "])).join(
        f"<div>{block}</div>" for block in draw(st.permutations(blocks))
    )
    head = "<head><meta charset=utf-8><title>.</title></head>"
    page = f"<!doctype html><html lang={words.code}>{head}<body>{body}</body></html>"
    return words, page, fate


@PAGES
@given(pages())
def test_what_is_said_of_a_passage_is_true(reader: Reader, drawn: tuple[Words, str, str]) -> None:
    words, page, fate = drawn

    read = reader.read(page.encode(), content_type="text/html; charset=utf-8", with_main_text=False)

    assert (read.complete, read.language) == (True, words.code)
    assert find(quotation_of(words), read.text, complete=read.complete).outcome == fate


@PAGES
@given(pages(), st.data())
def test_nothing_is_missing_from_a_page_that_broke_off(
    reader: Reader, drawn: tuple[Words, str, str], data: st.DataObject
) -> None:
    words, page, _ = drawn
    cut = page[: data.draw(st.integers(80, len(page) - 20))]

    read = reader.read(cut.encode(), content_type="text/html; charset=utf-8", with_main_text=False)

    assert not read.complete
    assert find(quotation_of(words), read.text, complete=read.complete).outcome in {"found", "moved", "inconclusive"}


@PAGES
@given(pages(), st.sampled_from(["utf-8", "utf-16", "legacy"]))
def test_the_encoding_makes_no_difference(reader: Reader, drawn: tuple[Words, str, str], charset: str) -> None:
    words, page, fate = drawn
    label = words.legacy if charset == "legacy" else charset
    body = page.replace("utf-8", label).encode(label, "xmlcharrefreplace")

    read = reader.read(body, content_type=f"text/html; charset={label}", with_main_text=False)

    assert find(quotation_of(words), read.text, complete=read.complete).outcome == fate
