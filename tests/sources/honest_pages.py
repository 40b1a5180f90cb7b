"""Generated documents that each hold a passage, hide it, alter it, drop it or do not come whole; see `honest_cases`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from sources.quotations import Quotation
from tests.sources.honest_words import ENGLISH, LANGUAGES, Words

FOUND, MOVED, ALTERED, MISSING, INCONCLUSIVE = "found", "moved", "altered", "missing", "inconclusive"
EITHER = (FOUND, INCONCLUSIVE)
"""Where a reader may see the passage or not, depending on what no reader of bytes can know."""


@dataclass(frozen=True)
class Case:
    """A document as it came over the network, a quotation, and what may honestly be said about it."""

    name: str
    body: bytes
    quotation: Quotation
    outcomes: tuple[str, ...]
    content_type: str = "text/html; charset=utf-8"
    truncated: bool = False
    problem: str = ""

    def __repr__(self) -> str:
        return self.name


def quotation_of(words: Words) -> Quotation:
    """The passage with the sentences around it."""
    return Quotation(words.passage, words.before + words.gap, words.gap + words.after)


def page(words: Words, inner: str, *, head: str = "", below: str = "", above: str = "", charset: str = "utf-8") -> str:
    """A page with menu, three paragraphs, `inner` among them as it is, and a footer."""
    one, two, three = (f"<p>{paragraph}</p>" for paragraph in words.filler)
    menu = "".join(f"<li><a href=/{number}>{word}</a></li>" for number, word in enumerate(words.before.split()[:5]))
    return (
        f"<!doctype html><html lang={words.code}><head><meta charset={charset}><title>{words.elsewhere}</title>{head}"
        f"</head><body><nav><ul>{menu}</ul></nav>{above}<main><h1>{words.elsewhere}</h1>{one}{two}{inner}{three}"
        f"</main>{below}<footer><p>© 2026</p></footer></body></html>"
    )


def paragraph(words: Words, passage: str) -> str:
    """The passage, in this markup, between the sentences that were around it."""
    return f"<p>{words.before}{words.gap}{passage}{words.gap}{words.after}</p>"


def case(words: Words, name: str, markup: str, *outcomes: str, **options: object) -> Case:
    """A page in UTF-8 about the passage of a language."""
    return Case(f"{words.code}: {name}", markup.encode(), quotation_of(words), outcomes, **options)  # type: ignore[arg-type]


def present(words: Words) -> Iterator[Case]:
    """The passage stands at its place, in the many ways in which markup may spell it."""
    passage = words.passage
    middle = len(passage) // 2
    between = "\n\t " if words.gap else "\n"
    spellings = {
        "plain": passage,
        "a bold syllable": f"{passage[:middle]}<b>{passage[middle : middle + 2]}</b>{passage[middle + 2 :]}",
        "each letter in a tag": "".join(f"<span class=c{n % 3}>{escape(c)}</span>" for n, c in enumerate(passage)),
        "comments inside words": "".join(f"{c}<!-- -->" if n % 3 == 0 else c for n, c in enumerate(passage)),
        "soft hyphens": "&shy;".join(passage[n : n + 4] for n in range(0, len(passage), 4)),
        "wbr": "<wbr>".join(passage[n : n + 5] for n in range(0, len(passage), 5)),
        "numeric entities": "".join(f"&#{ord(c)};" for c in passage),
        "hexadecimal entities": "".join(f"&#x{ord(c):X};" for c in passage),
        "zero-width characters": "\u200b".join(passage[n : n + 3] for n in range(0, len(passage), 3)),
        "bidi marks": "\u202b" + " \u200f".join(passage.split(" ")) + "\u202c\u2067\u2069",
        "wide white space": passage.replace(" ", between) if words.gap else between.join((passage[:9], passage[9:])),
        "no-break spaces": passage.replace(" ", "&nbsp;"),
        "a link over all of it": f'<a href="/?a=1&amp;b=2" title="{escape(words.elsewhere)}">{passage}</a>',
        "highlighted": f"<mark><q-hl></q-hl>{passage}</mark>" if not words.gap else f"<mark>{passage}</mark>",
        "an unclosed tag": f"<i>{passage}",
        "a drop cap": f"<span class=dropcap style='float:left;font-size:3em'>{passage[0]}</span>{passage[1:]}",
        "animated in": f"<span style='opacity:0;animation:in 1s forwards'>{passage}</span>",
        "aria-hidden": f"<span aria-hidden=true>{passage}</span>",
        "hidden until found": f"<span hidden=until-found>{passage}</span>",
    }
    for name, markup in spellings.items():
        yield case(words, name, page(words, paragraph(words, markup)), FOUND)
    yield case(words, "below 400 levels", page(words, "<div>" * 400 + words.sentence + "</div>" * 400), FOUND)
    yield case(words, "closed details", page(words, f"<details><summary>+</summary>{words.sentence}</details>"), FOUND)
    yield case(words, "a custom element", page(words, f"<story-body>{words.sentence}</story-body>"), FOUND)
    yield case(words, "a text field", page(words, f"<textarea>{words.sentence}</textarea>"), FOUND)
    yield case(words, "an SVG text", page(words, f"<svg><text>{words.sentence}</text></svg>"), FOUND)
    yield case(
        words,
        "a shadow root",
        page(words, f"<x-a><template shadowrootmode=open><p>{words.sentence}</p></template></x-a>"),
        FOUND,
    )
    yield case(words, "a srcdoc frame", page(words, f'<iframe srcdoc="<p>{words.sentence}</p>"></iframe>'), FOUND)
    yield case(
        words,
        "after two copies of a similar sentence",
        page(words, f"<p>{words.changes[1]}</p>" * 2 + paragraph(words, passage)),
        FOUND,
    )
    yield case(
        words,
        "the surroundings edited a little",
        page(words, paragraph(words, passage).replace(words.after[-3:], "!")),
        FOUND,
    )


def placed(words: Words) -> Iterator[Case]:
    """The passage stands elsewhere, or several times."""
    passage = words.passage
    alone = f"<p>{words.elsewhere}{words.gap}{passage}{words.gap}{words.elsewhere}</p>"
    yield case(words, "moved", page(words, alone), MOVED)
    yield case(words, "moved into the footer", page(words, "", below=f"<aside><p>{passage}</p></aside>"), MOVED)
    yield case(words, "twice, the second at its place", page(words, alone + paragraph(words, passage)), FOUND)
    yield case(words, "twice, the first at its place", page(words, paragraph(words, passage) + alone), FOUND)
    yield case(
        words, "a copy elsewhere, altered at its place", page(words, alone + paragraph(words, words.changes[0])), MOVED
    )
    yield case(words, "five times, none at its place", page(words, alone * 5), MOVED)


def changed(words: Words) -> Iterator[Case]:
    """A word, a number, a negation or a letter of a name is another, or the passage is gone."""
    for name, altered in zip(("a word", "a number", "a negation", "a letter"), words.changes, strict=True):
        yield case(words, f"{name} altered", page(words, paragraph(words, altered)), ALTERED)
        yield case(
            words, f"{name} altered, and moved", page(words, f"<p>{words.elsewhere}{words.gap}{altered}</p>"), ALTERED
        )
        split = f"<b>{altered[:7]}</b>{altered[7:]}"
        yield case(words, f"{name} altered, in tags", page(words, paragraph(words, split)), ALTERED)
    old = f"<p style='display:none'>{words.sentence}</p>"
    yield case(words, "altered, the old one hidden", page(words, old + paragraph(words, words.changes[1])), ALTERED)
    data = f'<script type="application/ld+json">{{"@type":"Article","articleBody":"{words.sentence}"}}</script>'
    yield case(
        words, "altered, the old one in the data", page(words, paragraph(words, words.changes[1]), head=data), ALTERED
    )
    yield case(words, "taken out", page(words, paragraph(words, "")), MISSING)
    yield case(words, "taken out with what was around it", page(words, ""), MISSING)
    yield case(
        words,
        "taken out, a similar sentence elsewhere",
        page(words, paragraph(words, "") + f"<p>{words.changes[1]}</p>"),
        MISSING,
    )
    yield case(words, "replaced by another", page(words, paragraph(words, words.elsewhere)), MISSING)
    yield case(words, "one half of it left", page(words, f"<p>{words.passage[: len(words.passage) // 4]}</p>"), MISSING)


def hidden(words: Words) -> Iterator[Case]:
    """The passage is in the bytes, and no reader sees it; or only some style sheet knows."""
    sentence, quoted = words.sentence, escape(words.sentence, quote=True)
    unseen = {
        "display none": f"<p style='color:red;display : none'>{sentence}</p>",
        "visibility hidden": f"<p style='visibility:hidden'>{sentence}</p>",
        "hidden": f"<p hidden>{sentence}</p>",
        "below hidden": f"<section hidden><div><p>{sentence}</p></div></section>",
        "a comment": f"<!-- {sentence} -->",
        "a script": f"<script>var a = '{sentence}';</script>",
        "a script template": f"<script type=text/template><p>{sentence}</p></script>",
        "a template": f"<template><p>{sentence}</p></template>",
        "noscript": f"<noscript><p>{sentence}</p></noscript>",
        "alt": f'<img src=a.png alt="{quoted}">',
        "title": f'<p title="{quoted}">.</p>',
        "data": f'<p data-text="{quoted}">.</p>',
        "a hidden field": f'<input type=hidden value="{quoted}">',
        "canvas": f"<canvas>{sentence}</canvas>",
        "video": f"<video>{sentence}</video>",
        "an SVG title": f"<svg><title>{sentence}</title></svg>",
    }
    for name, markup in unseen.items():
        yield case(words, f"only in {name}", page(words, markup), MISSING)
    described = f'<meta name=description content="{quoted}">'
    yield case(words, "only in its description", page(words, "", head=described), MISSING)
    sheet = "<style>{}</style>"
    unsure = {
        "a closed tab": (
            sheet.format(".tab{display:none} .tab.on{display:block}"),
            f"<div class=tab><p>{sentence}</p></div>",
        ),
        "text for screen readers": (
            sheet.format(".sr{position:absolute;clip:rect(0,0,0,0)}"),
            f"<p class=sr>{sentence}</p>",
        ),
        "a transparent text": ("", f"<p style='opacity:0'>{sentence}</p>"),
        "a text off the page": ("", f"<p style='position:absolute;left:-9999px'>{sentence}</p>"),
        "a text of no size": ("", f"<p style='font-size:0'>{sentence}</p>"),
        "a closed dialog": ("", f"<dialog><p>{sentence}</p></dialog>"),
        "a popover": ("", f"<div popover><p>{sentence}</p></div>"),
        "a collapsed box": (sheet.format("@media screen{#m{height:0;overflow:hidden}}"), f"<div id=m>{sentence}</div>"),
    }
    for name, (head, markup) in unsure.items():
        yield case(words, f"only in {name}", page(words, markup, head=head), INCONCLUSIVE)
    shown = {
        "an open tab": ".tab{display:none} .tab.on{display:block}",
        "a box for wide screens": ".tab{display:none} @media (min-width:40em){.tab{display:block}}",
        "a box hidden on paper": "@media print{.tab{display:none}}",
        "a box hidden when pointed at": ".tab:hover{display:none}",
        "a box hidden on small screens": "@media (max-width:30em){.tab{display:none}}",
        "a box shown with more weight": "#t{display:block} .tab{display:none}",
    }
    seen_after_all = {
        "a box hidden and shown in one style": f"<div style='display:none;display:block'>{sentence}</div>",
        "a hidden box that its style shows": f"<div hidden style='display:block'>{sentence}</div>",
        "a box that only fades in": f"<div style='opacity:0;transition:opacity 1s'>{sentence}</div>",
        "a box hidden where there are no scripts": (
            f"<noscript><style>.q{{display:none}}</style></noscript><p class=q>{sentence}</p>"
        ),
        "a page that a script uncovers": (
            f"<style>body{{visibility:hidden}}[v-cloak]{{display:none}}</style><p v-cloak>{sentence}</p>"
        ),
        "a label of a field": f"<label>{sentence}<input></label>",
    }
    for name, markup in seen_after_all.items():
        yield case(words, f"in {name}", page(words, markup), FOUND)
    neither = {
        "a child that shows itself": (
            f"<div style='visibility:hidden'><p style='visibility:visible'>{sentence}</p></div>"
        ),
        "struck out": f"<p><del>{sentence}</del></p>",
        "struck out by style": f"<p style='text-decoration:line-through'>{sentence}</p>",
        "a definition of a drawing": f"<svg><defs><text>{sentence}</text></defs></svg>",
        "a sheet that nothing outweighs": (
            f"<style>.q{{display:none!important}}</style><p class=q style='display:block'>{sentence}</p>"
        ),
    }
    for name, markup in neither.items():
        yield case(words, f"in {name}", page(words, markup), INCONCLUSIVE)
    for name, rules in shown.items():
        markup = f"<div id=t class='tab on'><p>{sentence}</p></div>"
        yield case(words, f"in {name}", page(words, markup, head=sheet.format(rules)), FOUND)


def large() -> Iterator[Case]:
    """Nodes of ten megabytes, thousands of levels, and text behind both."""
    words = ENGLISH
    node = f"<p>{'lorem ipsum dolor ' * 600_000}</p>"
    yield case(words, "behind a node of ten megabytes", page(words, node + paragraph(words, words.passage)), FOUND)
    end = f"{'lorem ipsum dolor ' * 600_000}{words.sentence}"
    yield case(words, "at the end of a node of ten megabytes", page(words, f"<p>{end}</p>"), FOUND)
    yield case(words, "altered behind ten megabytes", page(words, node + paragraph(words, words.changes[1])), ALTERED)
    deep = "<div>" * 5_000 + words.sentence + "</div>" * 5_000
    yield case(words, "below 5,000 levels", page(words, deep), FOUND)
    entities = f"<p>{'&amp;&lt;&#233;&eacute; ' * 100_000}</p>"
    yield case(words, "behind 400,000 entities", page(words, entities + paragraph(words, words.passage)), FOUND)


def without_context(words: Words) -> Iterator[Case]:
    """Quotations of which only the words are known."""
    wanted = Quotation(words.passage)
    for name, markup, outcome in (
        ("present", paragraph(words, words.passage), FOUND),
        ("altered", paragraph(words, words.changes[0]), ALTERED),
        ("number altered", paragraph(words, words.changes[1]), ALTERED),
        ("gone", paragraph(words, ""), MISSING),
        ("twice", paragraph(words, words.passage) * 2, FOUND),
    ):
        yield replace(case(words, f"without context, {name}", page(words, markup), outcome), quotation=wanted)


def html_cases() -> Iterator[Case]:
    """All of these, in every language."""
    for words in LANGUAGES:
        for family in (present, placed, changed, hidden):
            yield from family(words)
