"""What a page says about itself: title, site, author, day of publication, language, structured data."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urljoin, urlsplit

from sources.reading.html_tree import Page

_ARTICLE_TYPES: Final = re.compile(r"(Article|Posting|ReportageNewsArticle|ClaimReview|WebPage)$")
_DAY: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_LANGUAGE: Final = re.compile(r"\s*([A-Za-z]{2})(?:[-_].*)?\s*$", re.S)
_AUTHOR_NAMES: Final = ("author", "article:author", "dc.creator", "parsely-author", "byl")
_DATE_NAMES: Final = (
    "article:published_time",
    "datepublished",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "parsely-pub-date",
    "publishdate",
    "pubdate",
)
_LONGEST_FIELD = 1_000
_MOST_TIMES = 20
_DEEPEST_DATA = 50


@dataclass(frozen=True, slots=True)
class Metadata:
    """Fields as the page states them, else ""; the day is "YYYY-MM-DD", the language an ISO 639-1 code."""

    title: str = ""
    site_name: str = ""
    author: str = ""
    published_on: str = ""
    language: str = ""
    canonical_link: str = ""


def metadata(page: Page, data: list[dict[str, object]], *, url: str) -> Metadata:
    """Read the fields from JSON-LD, Open Graph and plain HTML, in this order of trust.

    Nothing is guessed from the text or the address: a wrong date is worse than none.
    """
    named = _named(page)
    article = next((item for item in data if _ARTICLE_TYPES.search(_kind(item))), {})
    return Metadata(
        title=_first(_string(article.get("headline")), named.get("og:title", ""), _text_of(page, "title", "h1")),
        site_name=_first(named.get("og:site_name", ""), _names(article.get("publisher"))),
        author=_first(_names(article.get("author")), *(_no_link(named.get(name, "")) for name in _AUTHOR_NAMES)),
        published_on=_published_on(page, article, named),
        language=_language(page, article),
        canonical_link=_canonical(page, named, url),
    )


def json_ld(page: Page) -> list[dict[str, object]]:
    """Every object in the page's JSON-LD, nested ones too, outermost first; broken blocks are skipped."""
    found: list[dict[str, object]] = []
    for node in page.tagged("script"):
        if (node.attributes.get("type") or "").lower() != "application/ld+json":
            continue
        try:
            block = json.loads(node.text(), strict=False)
        except (ValueError, RecursionError):
            continue
        found.extend(_objects(block))
    return found


def article_bodies(data: list[dict[str, object]]) -> list[str]:
    """The `articleBody` texts of the page's structured data."""
    return [body for item in data if isinstance(body := item.get("articleBody"), str) and body.strip()]


def is_behind_paywall(data: list[dict[str, object]]) -> bool:
    """Whether the page itself says that not everybody sees all of it (schema.org `isAccessibleForFree`)."""
    return any(str(item.get("isAccessibleForFree", "")).lower() == "false" for item in data)


def iso_day(value: str) -> str:
    """The "YYYY-MM-DD" at the start of a date or time in ISO 8601, or "" when there is no such day."""
    found = _DAY.match(value.strip())
    if not found:
        return ""
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return ""


def language_code(tag: str) -> str:
    """ISO 639-1 code of a language tag ("pt-BR" is "pt"), or ""."""
    found = _LANGUAGE.match(tag)
    return found[1].lower() if found else ""


def _objects(block: object) -> Iterator[dict[str, object]]:
    level: list[object] = [block]
    for _ in range(_DEEPEST_DATA):
        below: list[object] = []
        for value in level:
            if isinstance(value, dict):
                yield value
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level = below


def _kind(item: dict[str, object]) -> str:
    kind = item.get("@type")
    return str(kind[0] if isinstance(kind, list) and kind else kind or "")


def _named(page: Page) -> dict[str, str]:
    """First content of each `<meta>` by its lower-case name, property or itemprop."""
    named: dict[str, str] = {}
    for node in page.tagged("meta"):
        attributes = node.attributes
        name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
        content = _string(attributes.get("content"))
        if name and content:
            named.setdefault(name.lower(), content)
    return named


def _published_on(page: Page, article: dict[str, object], named: dict[str, str]) -> str:
    stated = [_string(article.get("datePublished")), *(named.get(name, "") for name in _DATE_NAMES)]
    times = (node.attributes for node in page.tagged("time")[:_MOST_TIMES])
    stated.extend(
        _string(one.get("datetime")) for one in times if one.get("itemprop") == "datePublished" or "pubdate" in one
    )
    return _first(*map(iso_day, stated))


def _language(page: Page, article: dict[str, object]) -> str:
    attributes = page.root.attributes if page.root is not None else {}
    stated = (attributes.get("lang"), attributes.get("xml:lang"), article.get("inLanguage"))
    return _first(*(language_code(_string(tag)) for tag in stated))


def _canonical(page: Page, named: dict[str, str], url: str) -> str:
    links = (node.attributes for node in page.tagged("link"))
    canonical = [_string(one.get("href")) for one in links if "canonical" in (one.get("rel") or "").lower().split()]
    if canonical:
        named = {"og:url": canonical[0]}
    try:
        link = urljoin(url, named.get("og:url", ""))
        parts = urlsplit(link)
    except ValueError:
        return ""
    return link if named.get("og:url") and parts.scheme in ("http", "https") and parts.netloc else ""


def _text_of(page: Page, *tags: str) -> str:
    return next((text for node in page.tagged(*tags)[:3] if (text := _string(node.text()))), "")


def _names(value: object) -> str:
    """Names of one or several schema.org people or organisations, joined with commas."""
    values = value if isinstance(value, list) else [value]
    names = (_string(item.get("name") if isinstance(item, dict) else item) for item in values[:20])
    return ", ".join(dict.fromkeys(_no_link(name) for name in names if name))[:_LONGEST_FIELD]


def _no_link(value: str) -> str:
    return "" if value.startswith(("http://", "https://")) else value


def _string(value: object) -> str:
    return " ".join(value.split())[:_LONGEST_FIELD] if isinstance(value, str) else ""


def _first(*values: str) -> str:
    return next((value for value in values if value), "")
