"""Pages that stand in for an article are known as such, and articles about such pages are not."""

from __future__ import annotations

import pytest

from sources.judging import Judgement, judge_reading
from sources.quotations import Quotation, find
from sources.reading.interstitials import says_it_is_not_there
from sources.statuses import SourceOutcome
from tests.sources.documents import html
from tests.sources.honest_words import ENGLISH, LANGUAGES

TEASERS = "".join(f"<li><a href=/{n}>{ENGLISH.filler[n][:70]}</a></li>" for n in range(3))
MENU = "<nav><ul>" + "".join(f"<li><a href=/{n}>Section {n}</a></li>" for n in range(20)) + "</ul></nav>"
ARTICLES = {
    "Not found: the missing billions": (
        "Auditors looked for the money for a year, and the page on which it was booked could not be found."
    ),
    "404 ways to cook an egg": (
        "Nobody has tried them all. The page that I liked best does not exist in the first edition."
    ),
    "How to design a 404 page": (
        "A good one says “Page not found” and then “The page you are looking for does not exist” in plain words."
    ),
    "The trouble with captchas": (
        "“Please verify you are human”, says the box, and “checking your browser” takes longer every year."
    ),
    "Are paywalls good for readers?": (
        "“Subscribe to continue reading” is the sentence of the decade, and readers who subscribe do not continue."
    ),
    "Under maintenance": (
        "The lift is under maintenance, the site manager says; the tower will be back soon, and so will the crowds."
    ),
    "This domain is for sale": (
        "The hunter put his domain up for sale. “Buy this domain and its deer”, says the sign at the gate."
    ),
    "Cookies and consent": (
        "We value your privacy, says the banner. Accept all cookies, it says, or manage your consent with our partners."
    ),
    "Access denied": "The archive denied access to the files, citing an unusual traffic of letters from one reader.",
    "Please log in to continue": (
        "The essay asks why we log in to see anything at all, and what it does to the way we read."
    ),
}


@pytest.mark.parametrize("title", ARTICLES)
def test_an_article_about_such_pages_is_an_article(title: str) -> None:
    text = ARTICLES[title]
    body = f"<h1>{title}</h1><p>{text} {ENGLISH.filler[0]}</p><p>{ENGLISH.filler[1]}</p><p>{ENGLISH.filler[2]}</p>"

    found = html(f"{MENU}<article>{body}</article>", f"<title>{title} | The Northport Post</title>")
    match = find(Quotation(text), found.text, complete=not found.problems)

    judged = judge_reading(
        Judgement(SourceOutcome.ALIVE),
        complete=not found.problems,
        problems=found.problems,
        passages=[match.outcome],
    )
    assert (found.problems, match.outcome, judged.outcome) == ([], "found", SourceOutcome.ALIVE)


@pytest.mark.parametrize("title", ARTICLES)
def test_a_short_article_about_such_pages_is_alive_as_long_as_its_quotation_stands(title: str) -> None:
    found = html(f"<h1>{title}</h1><p>{ARTICLES[title]}</p>", f"<title>{title}</title>")

    match = find(Quotation(ARTICLES[title]), found.text, complete=not found.problems)

    assert match.outcome == "found"
    judged = judge_reading(
        Judgement(SourceOutcome.ALIVE), complete=False, problems=found.problems, passages=[match.outcome]
    )
    assert judged.outcome == SourceOutcome.ALIVE


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("404", "Oops"),
        ("Error 404 (Not Found)!!1", "404."),
        ("Page not found | The Northport Post", "Sorry"),
        ("Page not found - The Northport Post", "Sorry"),
        ("The Northport Post", "Page not found"),
        ("The Northport Post", "404 – Not Found"),
        ("Seite nicht gefunden | Anzeiger", "Hoppla"),
        ("Sayfa bulunamadı", "Üzgünüz"),
        ("Страница не найдена — Газета", "Ой"),
        ("Сторінку не знайдено", "404"),
        ("الصفحة غير موجودة", "عذرا"),
        ("页面不存在", "404"),
        ("ページが見つかりません", "404"),
        ("הדף לא נמצא", "404"),
    ],
)
def test_a_page_that_says_it_is_not_there_is_known_among_menus_and_teasers(title: str, heading: str) -> None:
    found = html(f"{MENU}<h1>{heading}</h1><ul>{TEASERS}</ul>", f"<title>{title}</title>")

    assert "not_found_page" in found.problems


@pytest.mark.parametrize(
    "title",
    [
        "Not found: the missing billions",
        "404 ways to cook an egg",
        "Room 404",
        "The 404 bus is gone",
        "Page not found in the archive of the abbey",
        "Lost and not found",
        "HTTP status codes",
        "Gone with the wind",
        "",
    ],
)
def test_titles_that_only_speak_of_it_do_not_say_it(title: str) -> None:
    assert not says_it_is_not_there(title, loosely=True)


def test_a_long_article_may_have_any_title() -> None:
    prose = "".join(f"<p>{paragraph}</p>" for words in LANGUAGES for paragraph in words.filler)

    assert html(f"<h1>Page not found</h1>{prose}", "<title>Page not found</title>").problems == []


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: words.code)
def test_ordinary_pages_in_every_language_are_whole(words: object) -> None:
    page = "".join(f"<p>{paragraph}</p>" for paragraph in words.filler)  # type: ignore[attr-defined]
    footer = "<footer>Accept cookies. Subscribe to our newsletter. Log in. Impressum. JavaScript.</footer>"

    assert html(f"{MENU}<article>{page}</article>{footer}<script src=/a.js></script>").problems == []
