"""Article pages as the web has them, made up by number: the same number gives the same page in every process."""

import json
import math
import re
import zlib
from dataclasses import dataclass
from functools import cache
from random import Random

SMALLEST, USUAL, LARGEST = 5_000, 150_000, 500_000
SLOWEST_SECONDS = 0.15
_CYCLE = 200  # the shares below are exact in every run of so many pages
_ERRORS = {13: 404, 43: 500, 73: 404, 113: 404, 143: 500, 173: 404}
_ALTERED, _MISSING = {31, 91, 151}, {56, 116, 176}


def _listed(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split(",")]


_ACTORS = _listed("""
    the ministry, the city council, the harbour authority, the auditors, the union, the regional court, the
    hospital trust, the rail operator, the water board, the opposition, the statistics office, the contractor,
    the insurers, the growers' association, the school board, the coast guard
""")
_VERBS = _listed("""
    reported, confirmed, denied, estimated, repeated, announced, noted, admitted, argued, recorded, disputed,
    wrote
""")
_THINGS = _listed("""
    new permits, missed inspections, delayed trains, closed wards, flooded streets, signed contracts, damaged
    bridges, vacant flats, late payments, measured samples, registered voters, cancelled ferries, felled trees,
    paid invoices
""")
_PLACES = _listed("""
    Wexmoor, Tollmere, the northern valley, the old harbour, Brantholm, the eastern suburbs, Marsa, the upper
    river, Ellery, Lindmoor, the border district, Skarn
""")
_TAILS = _listed("""
    although nobody kept a list, as the minutes of the meeting show, before the contract was extended, and the
    figures were published a week later, which two witnesses remember differently, without saying how they were
    counted, because the older method left out small sites, while the budget stayed as it was, in a letter that
    was read out on Thursday, after a dispute about overtime, under rules that came into force in spring,
    despite three earlier warnings
""")
_DAYS = _listed("""
    Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
""")
_NAMED = re.compile("|".join(_PLACES))


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words that a claim relies on, what stands around them (none where they were taken out), and the truth."""

    exact: str
    prefix: str
    suffix: str
    outcome: str


def status(number: int) -> int:
    """What the page answers: 200, or 301 or 302 and then 200 (5 %), or 404 or 500 (3 %)."""
    if number % 20 == 7:
        return 302 if number % 40 == 7 else 301
    return _ERRORS.get(number % _CYCLE, 200)


def is_live(number: int) -> bool:
    """Whether an article comes back in the end."""
    return status(number) < 400


def hangs(number: int) -> bool:
    """Whether the page's host is one of those (0.5 %) that hang when hanging is asked for."""
    return number % _CYCLE == 101


def latency(number: int) -> float:
    """Seconds until the page's server answers."""
    return _random("latency", number).uniform(0, SLOWEST_SECONDS)


def paragraphs(number: int) -> list[list[str]]:
    """The article: paragraphs of sentences, 1,500 to 14,000 characters in all."""
    random = _random("article", number)
    left = min(max(_size(number) // 4, 1_500), random.randint(4_000, 14_000))
    article = []
    while left > 0:
        article.append([_sentence(random) for _ in range(random.randint(3, 6))])
        left -= sum(map(len, article[-1]))
    return article


def quoted(number: int) -> list[Quoted]:
    """One or two passages that claims rely on: 97 % stand in the page, 1.5 % altered, 1.5 % not at all."""
    random = _random("quotations", number)
    article = paragraphs(number)
    chosen = random.sample(article, random.randint(1, 2))
    found = []
    for sentences in chosen:
        at = random.randrange(1, len(sentences) - 1)
        found.append(Quoted(sentences[at], sentences[at - 1] + " ", " " + sentences[at + 1], "found"))
    first = found[0]
    if number % _CYCLE in _ALTERED:
        found[0] = Quoted(first.exact.replace("had", "had never", 1), first.prefix, first.suffix, "altered")
    elif number % _CYCLE in _MISSING:
        gone = f"Nobody at lighthouse {number} remembers who painted its kitchen blue, or why it was locked."
        found[0] = Quoted(gone, "", "", "missing")
    return found


def page(number: int) -> bytes:
    """The HTML: head, menus, the article among scripts, teasers and drawings as on real sites, and a footer."""
    random = _random("page", number)
    article = paragraphs(number)
    title = article[0][0].removesuffix(".")
    body = "\n".join(_marked_up(part, random) for part in article)
    pool, surroundings = _surroundings(), []
    left = _size(number) - len(body) - 3_000
    while left > 0:
        surroundings.append(random.choice(pool))
        left -= len(surroundings[-1])
    half = len(surroundings) // 2
    return _TEMPLATE.format(
        title=title,
        data=json.dumps({"@type": "NewsArticle", "headline": title, "datePublished": "2026-03-02T09:00:00Z"}),
        number=number,
        before="\n".join(surroundings[:half]),
        body=body,
        after="\n".join(surroundings[half:]),
    ).encode()


def encoded(number: int) -> tuple[bytes, bool]:
    """The page as its server sends it, and whether that is gzip, which it is for 85 %."""
    plain = page(number)
    if number % 20 in {3, 10, 17}:
        return plain, False
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(plain) + packer.flush(), True


def _size(number: int) -> int:
    """Log-normal between 5 and 500 kB, half of the pages below 150 kB."""
    size = _random("size", number).lognormvariate(math.log(USUAL), 0.8)
    return round(min(max(size, SMALLEST), LARGEST))


def _random(what: str, number: int) -> Random:
    return Random(f"{what} {number}")


def _sentence(random: Random) -> str:
    actor, other = random.sample(_ACTORS, 2)
    opening = random.choice(["On {day} {actor}", "In {place} {actor}", "According to {other}, {actor}", "{actor}"])
    template = opening + " {verb} that {other} had {count} {things} in {place} between {year} and {then}, {tail}."
    sentence = template.format(
        day=random.choice(_DAYS),
        actor=actor,
        other=other,
        verb=random.choice(_VERBS),
        count=random.randint(12, 98_000),
        things=random.choice(_THINGS),
        place=random.choice(_PLACES),
        year=random.randint(1988, 2014),
        then=random.randint(2015, 2026),
        tail=random.choice(_TAILS),
    )
    return sentence[0].upper() + sentence[1:]


def _marked_up(sentences: list[str], random: Random) -> str:
    """A paragraph with links, emphasis and now and then a picture: its words are the sentences' all the same."""
    text = _NAMED.sub(lambda found: f'<a href="/place/{random.getrandbits(20)}">{found[0]}</a>', " ".join(sentences))
    if random.random() < 0.3:
        text = text.replace(" that ", " <em>that</em> ", 1)
    picture = (
        f'<figure class="figure"><picture><source srcset="/img/{random.getrandbits(40)}.avif" type="image/avif">'
        f'<img alt="" src="/img/{random.getrandbits(40)}.jpg"></picture>'
        "<figcaption>Picture: archive</figcaption></figure>"
    )
    return f'<p class="article__paragraph">{text}</p>{picture if random.random() < 0.15 else ""}'


@cache
def _surroundings() -> tuple[str, ...]:
    """Blocks of what stands around an article; by bytes about two fifths are scripts."""
    random, makers = Random("surroundings"), (_script, _script, _teasers, _teasers, _menu, _comments, _drawing)
    return tuple(make(random, index) for index in range(120) for make in makers)


def _script(random: Random, index: int) -> str:
    state = [
        {"id": random.getrandbits(48), "slot": f"unit-{random.randint(1, 99)}", "w": random.random(), "seen": False}
        for _ in range(random.randint(10, 40))
    ]
    return f"<script>window.__state{index}={json.dumps(state)};window.dataLayer=window.dataLayer||[];</script>"


def _teasers(random: Random, index: int) -> str:
    cards = "".join(
        f'<li class="teaser teaser--{random.randint(1, 9)}">'
        f'<a class="teaser__link" href="/news/{random.getrandbits(32)}">'
        f'<img loading="lazy" alt="" src="/img/{random.getrandbits(40)}.webp" width="320" height="180">'
        f'<span class="teaser__kicker">{random.choice(_PLACES)}</span>'
        f'<h3 class="teaser__title">{_sentence(random)[:70]}</h3></a></li>'
        for _ in range(random.randint(3, 8))
    )
    return f'<aside class="related"><h2>More on this {index}</h2><ul class="grid">{cards}</ul></aside>'


def _menu(random: Random, index: int) -> str:
    links = "".join(
        f'<li><a href="/section/{random.getrandbits(24)}">{random.choice(_THINGS)}</a></li>' for _ in range(25)
    )
    return f'<nav class="menu menu--{index}"><ul>{links}</ul></nav>'


def _comments(random: Random, index: int) -> str:
    comments = "".join(
        f'<li class="comment" id="c{random.getrandbits(30)}">'
        f'<header class="comment__head"><b>Reader {index}</b> '
        f"<time>{random.randint(1, 28)} March</time></header>"
        f'<div class="comment__body"><p>{_sentence(random)}</p></div>'
        '<footer><button type="button">Reply</button> <button type="button">Report</button></footer></li>'
        for _ in range(random.randint(2, 6))
    )
    return f'<section class="comments"><ol>{comments}</ol></section>'


def _drawing(random: Random, index: int) -> str:
    path = " ".join(f"L{random.uniform(0, 24):.3f} {random.uniform(0, 24):.3f}" for _ in range(60))
    return f'<svg class="icon-{index}" viewBox="0 0 24 24" aria-hidden="true"><path d="M0 0 {path}Z"/></svg>'


_TEMPLATE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} | The Wexmoor Courier</title>
<meta property="og:title" content="{title}"><meta property="og:type" content="article">
<link rel="canonical" href="/page/{number}">
<link rel="stylesheet" href="/assets/site.css"><script async src="/assets/site.js"></script>
<script type="application/ld+json">{data}</script>
</head>
<body class="page page--article">
<header class="masthead"><a href="/">The Wexmoor Courier</a><nav><ul><li><a href="/news">News</a></li>
<li><a href="/region">Region</a></li><li><a href="/money">Money</a></li></ul></nav></header>
<div class="layout">{before}
<main><article class="article"><h1>{title}</h1>
<p class="byline">By <a rel="author" href="/staff/{number}">A. Reporter</a>,
<time datetime="2026-03-02T09:00:00Z">2 March 2026</time></p>
{body}
</article></main>
{after}</div>
<footer class="footer"><p>Published by The Wexmoor Courier. All rights reserved.</p>
<ul><li><a href="/imprint">Imprint</a></li><li><a href="/privacy">Privacy</a></li></ul></footer>
</body>
</html>
"""
