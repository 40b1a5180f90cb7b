"""Every passage stands where its citation says, and the pages of the newsstand are sound."""

import json
from typing import Any

import pytest
from rapidfuzz import fuzz
from selectolax.lexbor import LexborHTMLParser

from factcheck.newsstand import REWRITTEN, Behaviour, Kind, after_name, load_behaviours, served_files
from tests.seeds.seed_files import CLAIMS, STAND, normal, text_of, visible_text

CITATIONS = [
    pytest.param(citation, id=f"{name}-{citation['ref']}")
    for name, claim in CLAIMS.items()
    for citation in claim.get("citations", [])
]
PAGES = sorted(path for path in served_files(STAND) if path.endswith(".html"))
every_citation = pytest.mark.parametrize("citation", CITATIONS)


def behaviour_of(citation: dict[str, Any]) -> Behaviour:
    return load_behaviours(STAND).get(citation.get("page", ""), Behaviour())


def in_context(citation: dict[str, Any]) -> str:
    return normal(citation["prefix"] + citation["quotation"] + citation["suffix"])


@every_citation
def test_passage_stands_exactly_once_in_its_source(citation: dict[str, Any]) -> None:
    text = text_of(citation)

    assert text.count(normal(citation["quotation"])) == 1
    assert text.count(in_context(citation)) == 1


@every_citation
def test_expected_outcome_is_what_the_page_plays(citation: dict[str, Any]) -> None:
    kind = behaviour_of(citation).kind

    assert citation["expect"] == ("found" if kind in {Kind.PLAIN, Kind.SLOW} else kind.value)


def faces(kind: Kind) -> list[tuple[dict[str, Any], str]]:
    """Citations of pages of one kind, each with the page's second text."""
    cited = [citation for parameters in CITATIONS for citation in parameters.values]
    return [(each, visible_text(after_name(each["page"]))) for each in cited if behaviour_of(each).kind is kind]


def test_an_altered_passage_is_close_and_no_longer_exact() -> None:
    assert faces(Kind.ALTERED)
    for citation, later in faces(Kind.ALTERED):
        assert normal(citation["quotation"]) not in later
        assert fuzz.partial_ratio(normal(citation["quotation"]), later) > 90


def test_a_moved_passage_stands_once_among_other_words() -> None:
    assert faces(Kind.MOVED)
    for citation, later in faces(Kind.MOVED):
        assert later.count(normal(citation["quotation"])) == 1
        assert normal(citation["prefix"] + citation["quotation"]) not in later
        assert normal(citation["quotation"] + citation["suffix"]) not in later


def test_a_missing_passage_has_nothing_like_it_left() -> None:
    assert faces(Kind.MISSING)
    for citation, later in faces(Kind.MISSING):
        assert fuzz.partial_ratio(normal(citation["quotation"]), later) < 60


def test_a_redirected_page_leads_to_the_same_passage() -> None:
    cited = [parameters.values[0] for parameters in CITATIONS]
    redirected = [each for each in cited if behaviour_of(each).kind is Kind.REDIRECTED]

    assert redirected
    for citation in redirected:
        assert in_context(citation) in visible_text(behaviour_of(citation).to)


def test_every_behaviour_is_cited_and_every_changing_page_too() -> None:
    cited = {parameters.values[0].get("page", "") for parameters in CITATIONS}
    behaviours = load_behaviours(STAND)

    assert set(behaviours) <= cited
    assert {each.kind for each in behaviours.values()} | {Kind.PLAIN} == set(Kind)


def test_published_claims_show_every_outcome() -> None:
    published = [claim for claim in CLAIMS.values() if claim["status"] == "published"]
    outcomes = {citation["expect"] for claim in published for citation in claim["citations"]}

    assert outcomes == {kind.value for kind in Kind} - {Kind.PLAIN, Kind.SLOW} | {"found"}


# --- pages


@pytest.mark.parametrize("name", PAGES)
def test_page_is_well_formed_and_says_that_it_is_a_demo(name: str) -> None:
    tree = LexborHTMLParser((STAND / name).read_bytes())

    assert tree.css_first("html").attributes["lang"]
    assert tree.css_first("title").text()
    assert tree.css_first("meta[name=description]").attributes["content"]
    assert tree.css_first("main h1").text()
    canonical = tree.css_first("link[rel=canonical]").attributes["href"]
    assert canonical == "/" + name.replace(".after.", ".").removesuffix("index.html")
    assert name == "index.html" or tree.css_first("header .demo").text()


@pytest.mark.parametrize("name", PAGES)
def test_structured_data_is_json_and_agrees_with_the_page(name: str) -> None:
    tree = LexborHTMLParser((STAND / name).read_bytes())

    for script in tree.css("script"):
        data = json.loads(script.text())
        assert data["headline"] == tree.css_first("h1").text()
        assert data["datePublished"] == tree.css_first("time").attributes["datetime"]


def test_index_leads_to_pages_that_exist() -> None:
    tree = LexborHTMLParser((STAND / "index.html").read_bytes())
    targets = {(each.attributes["href"] or "").removeprefix("/") for each in tree.css("a")}

    assert targets <= set(served_files(STAND))


def test_second_faces_belong_to_rewritten_pages() -> None:
    rewritten = {name for name, each in load_behaviours(STAND).items() if each.kind in REWRITTEN}

    assert {name for name in served_files(STAND) if ".after." in name} == {after_name(name) for name in rewritten}
