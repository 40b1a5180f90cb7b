"""Which claims are nearest: any text may be asked, the words shared are shown, and only one's own desk answers."""

import pytest

from claims import matching
from claims import workflow as claims
from claims.models import Claim
from tests.desk import TestDesk

SUBJECTS = (
    *("harbour", "bridge", "school", "hospital", "railway", "airport", "museum", "library", "stadium", "dam"),
    *("tunnel", "prison", "market", "factory", "mine", "forest", "lake", "island", "lighthouse", "embassy"),
    *("parliament", "court", "university", "theatre", "bakery", "refinery", "warehouse", "cemetery", "pier", "inn"),
)


def found(desk: TestDesk, text: str, **options: object) -> list[Claim]:
    return [near.claim for near in matching.nearest(desk.desk, text, **options)]


@pytest.mark.parametrize(
    "text",
    ["", " \n", '"', "'", "''", "\x00", "* ( ) : ^ - & | ! <->", "\\", "🙂🙃", "___", "the of and", "\ud800", "؟،"],
    ids=ascii,
)
def test_rubbish_finds_nothing_and_breaks_nothing(desk: TestDesk, text: str) -> None:
    desk.submit(text="The harbour was closed.")
    assert found(desk, text) == []


@pytest.mark.parametrize(
    "text",
    [
        '"harbour',
        "harbour'",
        "har\x00bour harbour\x00",
        "text:harbour*",
        "NOT harbour AND OR NEAR(",
        "harbour & | ! ( <->",
        "harbour\\",
        "harbour🙂",
        "harbour \ud800",
        "harbour " + "x" * 3000,
        "harbour " + "海港被关闭" * 400,
        "harbour " + " ".join(f"word{number}" for number in range(10_000)),
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_a_word_is_found_among_rubbish(desk: TestDesk, text: str) -> None:
    claim = desk.submit(text="The harbour was closed.")
    assert found(desk, text) == [claim]


@pytest.mark.parametrize(
    ("held", "asked"),
    [
        ("أبلغت تركيا روسيا بمواقعها", "تركيا"),
        ("Турция передала координаты", "КООРДИНАТЫ"),
        ("İstanbul'da patlama oldu", "İstanbul"),
        ("Diyarbakır’da ısı düştü", "diyarbakır"),
        ("Die Straße war gesperrt", "Straße"),
        ("Le café a fermé", "cafe\u0301"),
        ("港口已关闭", "港口已关闭"),
    ],
    ids=["arabic", "russian", "turkish dotted", "turkish dotless", "german", "decomposed", "chinese"],
)
def test_words_of_many_languages_are_found(desk: TestDesk, held: str, asked: str) -> None:
    claim = desk.submit(text=held, said="")
    desk.submit(text="Something else entirely.", said="")
    near = matching.nearest(desk.desk, asked)
    assert [hit.claim for hit in near] == [claim]
    assert near[0].shared, "the words that both have are shown"


def test_the_words_shared_are_shown_in_the_claims_order(desk: TestDesk) -> None:
    desk.submit(text="Turkey never told Russia of 12 patrols.", said="")
    (near,) = matching.nearest(desk.desk, "Russia was told: of the 12, and by Turkey!")
    assert near.shared == ("turkey", "told", "russia", "12")


@pytest.mark.parametrize("subject", SUBJECTS[::6])
def test_the_same_claim_comes_first_among_thirty(desk: TestDesk, subject: str) -> None:
    held = {name: desk.submit(text=f"The ministry said the {name} was hit on Monday.", said="") for name in SUBJECTS}
    near = matching.nearest(desk.desk, f"On Monday, the ministry said, a {subject} was hit.", limit=30)
    assert near[0].claim == held[subject]
    assert len(near) == 30
    assert [hit.score for hit in near] == sorted((hit.score for hit in near), reverse=True)


def test_the_claim_itself_is_left_out_when_asked(desk: TestDesk) -> None:
    claim, other = (desk.submit(text="The harbour was closed.") for _ in range(2))
    assert found(desk, claim.text, leave_out=claim.pk) == [other]
    assert found(desk, "harbour", leave_out=desk.submit(text="A lake.").pk, limit=1)[0] in {claim, other}


def test_claims_of_other_desks_are_neither_shown_nor_in_the_way(desk: TestDesk) -> None:
    """Two dozen nearer claims of another desk would fill every place if desks were told apart afterwards."""
    own = desk.submit(text="A long text in which, among many other things, a harbour is spoken of.", said="")
    theirs = desk.oli.memberships.get().desk
    for _ in range(24):
        claims.submit(desk=theirs, text="Harbour, harbour, harbour!", by=desk.oli, at=desk.tick())
    assert found(desk, "harbour", limit=5) == [own]


def test_a_verdicts_headline_is_searched_and_an_edit_keeps_it(desk: TestDesk) -> None:
    claim = desk.submit(text="They were warned.", said="")
    matching.index(claim, title="No telegram was ever found", body="The archive holds none.")
    assert found(desk, "telegram") == found(desk, "archive") == [claim]
    matching.index(claim)
    assert found(desk, "telegram") == [claim]


def test_an_edited_claim_is_found_by_its_new_words_alone(desk: TestDesk) -> None:
    claim = desk.submit(text="The harbour was closed.", said="")
    words = {"text": "The bridge was closed.", "said": "", "language": "en", "risk": "normal", "topics": []}
    claims.edit_claim(claim, by=desk.ana, at=desk.tick(), version=claim.version, **words)
    assert (found(desk, "harbour"), found(desk, "bridge")) == ([], [claim])


def test_a_search_for_all_words_takes_the_claims_that_have_each(desk: TestDesk) -> None:
    claim = desk.submit(text="The harbour was closed by storms.", said="")
    desk.submit(text="The harbour was open.", said="")
    for text, expected in [
        ("the HARBOUR, closed", [claim]),
        ("storm", [claim]),  # stemmed
        ("harbour bridge", []),
        ('harbour "closed', [claim]),
        ('"', []),
        ("", []),
        ("x" * 3000, []),
    ]:
        assert list(Claim.objects.filter(matching.holds_all(text, field="pk"))) == expected, text[:20]
