"""A quotation beside what stands there now: every difference marked on its side, in any script, for every reader."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.models import Membership
from sources.admin.passages import Part, side_by_side
from sources.models import Citation, Finding
from sources.quotations import Quotation, find
from tests.claims.test_admin_pages import queries
from tests.desk import TestDesk
from tests.pages import sign_in, text_of
from tests.sources.rows import findings_of

EXACT = "Turkey gave Russia its troops' coordinates before the shelling of 3 February"
NOW = "Turkey never gave Russia its troops' coordinates before the shelling of 4 February"
HEBREW = "העירייה פתחה שש בתי ספר חדשים השנה במרכז העיר ובצפון"


def changed(parts: list[Part]) -> list[str]:
    return [part.text for part in parts if part.is_changed]


def whole(parts: list[Part]) -> str:
    return "".join(part.text for part in parts)


def found(desk: TestDesk, text: str, *, exact: str = EXACT, **quoted: Any) -> Finding:
    """The finding of a quotation in a text that the desk holds."""
    source = desk.text_source(text)
    cited = desk.cite(desk.submit(), source=source, exact=exact, **quoted)
    desk.run_checks()
    return Finding.objects.get(citation=cited)


def shown(desk: TestDesk, finding: Finding) -> str:
    return text_of(sign_in(desk.ana).get(f"/admin/sources/source/passages/{finding.pk}/"))


# --- Cutting two texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exact", "passage", "gone", "new"),
    [
        (EXACT, NOW, ["3"], ["never", "4"]),
        ("It cost 28,50 lira.", "It cost 26,50 lira.", ["28,50"], ["26,50"]),
        ("“We told them”, he said", '"We told them", he  said', [], []),  # typographic differences are none
        ("a word that went away", "a word away", ["that went"], []),
        ("نعم قالت الوزارة ذلك", "لا قالت الوزارة ذلك", ["نعم"], ["لا"]),
        ("我们通知了他们", "我们没有通知他们", ["了"], ["没有"]),
        ("", "now", [], ["now"]),
        ("was", "", ["was"], []),
    ],
)
def test_words_that_differ_are_marked_on_their_side(exact: str, passage: str, gone: list[str], new: list[str]) -> None:
    quoted, standing = side_by_side(exact, passage)
    assert (changed(quoted), changed(standing)) == (gone, new)
    assert (whole(quoted), whole(standing)) == (exact, passage)


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_letter_of_either_text_is_lost_whatever_stands_in_them(exact: str, passage: str) -> None:
    quoted, standing = side_by_side(exact, passage)
    assert (whole(quoted), whole(standing)) == (exact, passage)


@given(st.text(max_size=80))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    quoted, standing = side_by_side(text, text)
    assert changed(quoted) == changed(standing) == []


# --- The page ----------------------------------------------------------------------------------------------


def test_an_altered_passage_stands_beside_the_quotation(desk: TestDesk) -> None:
    finding = found(desk, f"The paper wrote on Monday: {NOW}, and named no source for it.", prefix="wrote on Monday:")
    html = shown(desk, finding)
    assert finding.outcome == "altered"
    assert re.search(r"<del><span[^>]*>\[no longer there: </span>3<span[^>]*>\]</span></del>", html)
    assert re.search(r"<ins><span[^>]*>\[new: </span>never<span[^>]*>\]</span></ins>", html)
    assert f"{int((finding.similarity or 0) * 100)} % alike" in html
    assert "awaiting confirmation" in html
    assert "and named no source for it" in html  # what stands around it now
    assert "wrote on Monday:" in html


@pytest.mark.parametrize(
    ("text", "outcome", "told"),
    [
        (f"As it said: {EXACT}. That was all.", "found", "word for word, with the same words around it"),
        (f"Elsewhere, in quite other words, one reads that {EXACT}.", "moved", "but at another place"),
        ("Another text about ferries and bridges in the north of the county.", "missing", "was read whole"),
    ],
)
def test_what_became_of_a_passage_is_said_in_words(desk: TestDesk, text: str, outcome: str, told: str) -> None:
    finding = found(desk, text, prefix="As it said: ", suffix=". That was all.")
    assert finding.outcome == outcome
    html = shown(desk, finding)
    assert told in html
    assert ("Nothing that comes close to it." in html) is (outcome == "missing")


def test_a_page_that_was_not_read_whole_says_nothing(desk: TestDesk) -> None:
    finding = found(desk, "Another text about ferries and bridges in the north of the county.")
    Finding.objects.filter(pk=finding.pk).update(outcome="inconclusive")
    html = shown(desk, finding)
    assert "This says nothing about it." in html
    assert "Unknown: it was not read whole." in html


def test_right_to_left_passages_run_by_their_own_letters(desk: TestDesk) -> None:
    """Our English words for screen readers stand inside the passage and must not decide where it begins."""
    finding = found(desk, HEBREW.replace("העירייה", "הממשלה"), exact=HEBREW)
    html = shown(desk, finding)
    assert finding.outcome == "altered"
    quoted = re.search(r"<blockquote[^>]*dir=\"auto\"[^>]*>(.*?)</blockquote>", html, re.DOTALL)
    assert quoted is not None
    outside = re.sub(r"<span[^>]*dir=\"ltr\"[^>]*>.*?</span>", "", quoted[1])
    assert not re.search(r"[A-Za-z]", re.sub(r"<[^>]*>", "", outside))


def test_the_page_names_a_later_finding_and_the_last_time_it_stood_there(desk: TestDesk) -> None:
    finding = found(desk, f"As it said: {EXACT}.")
    cited = finding.citation
    (lost,) = findings_of(desk, cited, 1, outcome="missing")
    assert f"/passages/{lost.pk}/" in shown(desk, finding)
    assert "A later check found it <strong>missing</strong>" in shown(desk, finding)
    assert "last found" in shown(desk, lost)


def test_passages_are_inert(desk: TestDesk) -> None:
    evil = '</blockquote><script>alert(1)</script><img src=x onerror="alert(2)">'
    finding = found(
        desk, f"{evil} was there {evil} and nobody saw it at all that day.", exact=f"{evil} was seen {evil}"
    )
    html = shown(desk, finding)
    assert "<script>alert" not in html
    assert "<img src=x" not in html


def test_only_the_desk_reads_its_passages(desk: TestDesk) -> None:
    finding = found(desk, f"As it said: {EXACT}.")
    address = f"/admin/sources/source/passages/{finding.pk}/"
    assert sign_in(desk.eva).get(address).status_code == 200
    assert sign_in(desk.oli).get(address).status_code == 404
    Membership.objects.filter(person=desk.ana).delete()
    assert sign_in(desk.ana).get(address).status_code in {403, 404}


@pytest.mark.parametrize("place", ["claim", "source"])
def test_the_comparison_is_reached_from_the_claim_and_from_the_source(desk: TestDesk, place: str) -> None:
    finding = found(desk, f"The paper wrote on Monday: {NOW}.")
    cited = finding.citation
    at = {
        "claim": f"/admin/claims/claim/{cited.claim_id}/",
        "source": f"/admin/sources/source/{cited.source_id}/change/",
    }
    html = text_of(sign_in(desk.ana).get(at[place]))
    assert html.count(f'href="/admin/sources/source/passages/{finding.pk}/"') == (1 if place == "claim" else 2)
    assert "Compare side by side" in html


def test_a_passages_page_takes_as_many_queries_at_1000_findings_as_at_10(desk: TestDesk) -> None:
    finding = found(desk, f"As it said: {EXACT}.")
    address = f"/admin/sources/source/passages/{finding.pk}/"
    findings_of(desk, Citation.objects.get(), 20, outcome="missing")
    few = queries(desk.ana, address)
    findings_of(desk, Citation.objects.get(), 980, outcome="missing")
    assert queries(desk.ana, address) == few
    assert few < 20


def test_matching_and_marking_agree_on_what_differs() -> None:
    """The page marks words by the rule by which the check found them altered."""
    match = find(Quotation(EXACT), NOW, complete=True)
    quoted, standing = side_by_side(EXACT, match.passage)
    assert match.outcome == "altered"
    assert [words for kind, words in match.diff if kind == "delete"] == changed(quoted)
    assert [words for kind, words in match.diff if kind == "insert"] == changed(standing)
