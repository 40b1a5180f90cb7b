"""Each rule of extraction on a sentence or two of our own."""

from __future__ import annotations

import pytest

from claims.extraction import CandidateClaim, extract


def only(text: str) -> CandidateClaim:
    """The single candidate of a text."""
    candidates = extract(text).candidates
    assert len(candidates) == 1, [c.text for c in candidates]
    return candidates[0]


def saying(text: str, words: str) -> CandidateClaim:
    """The candidate whose text contains the words."""
    return next(c for c in extract(text).candidates if words in c.text)


def test_indirect_speech_is_attributed_to_its_speaker() -> None:
    claim = only("Mayor Ana Berg said on Monday that the bridge was closed in May.")

    assert (claim.claimant, claim.claimant_kind, claim.claimant_role) == ("Ana Berg", "person", "Mayor")
    assert (claim.cue, claim.text, claim.stance) == ("said", "the bridge was closed in May", "asserts")
    assert claim.restated == "The bridge was closed in May."


@pytest.mark.parametrize(
    "text",
    [
        '"The bridge has 40 cracks," Ana Berg said.',
        '"The bridge has 40 cracks," said Ana Berg, the mayor.',
        "“The bridge has 40 cracks,” Ana Berg told reporters in Tarn.",
        "''The bridge has 40 cracks,'' Ana Berg said on Monday.",
        'Ana Berg added: "The bridge has 40 cracks."',
        "The bridge has 40 cracks, Ana Berg said.",
        "The bridge has 40 cracks, according to Ana Berg.",
        "According to Ana Berg, the bridge has 40 cracks.",
    ],
)
def test_direct_speech_inversion_and_according_to_find_the_same_claim(text: str) -> None:
    claim = only(text)

    assert claim.text.lower() == "the bridge has 40 cracks"
    assert claim.claimant == "Ana Berg"


def test_a_quotation_inside_indirect_speech_stays_part_of_the_clause() -> None:
    claim = only('The ministry said the repair was "a success in every respect" and cost $3 million.')

    assert claim.text == 'the repair was "a success in every respect" and cost $3 million'


def test_a_quotation_that_goes_on_after_the_cue_keeps_its_speaker() -> None:
    claims = extract('"The bridge has 40 cracks," Ana Berg said. "It was closed in 2019."').candidates

    assert [(c.text, c.claimant) for c in claims] == [
        ("The bridge has 40 cracks", "Ana Berg"),
        ("It was closed in 2019", "Ana Berg"),
    ]


def test_an_apposition_gives_the_role() -> None:
    claim = only("Ana Berg, the mayor of Tarn, said the bridge was closed.")

    assert (claim.claimant, claim.claimant_role) == ("Ana Berg", "mayor of Tarn")


def test_a_pronoun_means_the_last_speaker_and_a_surname_gets_its_full_name() -> None:
    text = "Mayor Ana Berg said the bridge was shut. She added that 40 cracks were found. Berg said it is old."

    assert {c.claimant for c in extract(text).candidates} == {"Ana Berg"}


def test_a_description_means_the_person_with_that_role() -> None:
    text = (
        "Polish Health Minister Jan Nowak visited the ward. Mayor Ana Berg said it was full. "
        "Poland's health minister said 30 beds were free."
    )

    claim = saying(text, "30 beds")

    assert (claim.claimant, claim.claimant_role) == ("Jan Nowak", "Poland's health minister")


def test_who_means_the_name_before_it() -> None:
    assert saying("He met Ana Berg, who said the bridge was closed.", "bridge").claimant == "Ana Berg"


@pytest.mark.parametrize(
    ("subject", "claimant", "kind"),
    [
        ("Poland", "Poland", "state"),
        ("Warsaw", "Poland", "state"),
        ("The interior ministry", "interior ministry", "organisation"),
        ("A Syrian war monitor", "Syrian war monitor", "organisation"),
        ("Mayor Ana Berg", "Ana Berg", "person"),
        ("Residents", "Residents", "unknown"),
    ],
)
def test_the_kind_of_claimant_follows_from_the_words(subject: str, claimant: str, kind: str) -> None:
    claim = only(f"{subject} said 13 houses were destroyed in the fire.")

    assert (claim.claimant, claim.claimant_kind) == (claimant, kind)


def test_a_noun_attributes_a_claim() -> None:
    claim = saying("Poland's claim that the plant leaked in 2018 surprised nobody.", "leaked")

    assert (claim.claimant, claim.cue) == ("Poland", "claim")


def test_a_rejected_claim_has_two_sides_of_one_pair() -> None:
    found = extract("Mayor Ana Berg dismissed claims by Poland that the plant leaked in 2018.")

    pair = found.contested[0]
    asserting, denying = found.candidates[pair.asserting], found.candidates[pair.denying]
    assert (asserting.claimant, asserting.stance) == ("Poland", "asserts")
    assert (denying.claimant, denying.stance) == ("Ana Berg", "denies")
    assert denying.cue == "dismissed claims by"
    assert asserting.restated == denying.restated == pair.restated == "The plant leaked in 2018."


@pytest.mark.parametrize(
    ("denial", "restated"),
    [
        ("denied bombing the depot", "Poland bombed the depot."),
        ("denied that it had bombed the depot", "Poland had bombed the depot."),
        ("denied any involvement in the raid", "Poland was involved in the raid."),
    ],
)
def test_a_denial_is_restated_positively(denial: str, restated: str) -> None:
    claim = only(f"Poland {denial}.")

    assert (claim.stance, claim.restated) == ("denies", restated)


def test_a_denial_that_points_back_finds_the_accusation() -> None:
    found = extract("Norway accused Poland of poisoning the river in May.\n\nPoland denied the accusation.")

    (pair,) = found.contested
    assert found.candidates[pair.asserting].claimant == "Norway"
    assert found.candidates[pair.denying].claimant == "Poland"
    assert pair.restated == "Poland poisoned the river in May."


def test_opposite_statements_become_a_pair_and_the_negative_one_denies() -> None:
    found = extract(
        "Norway said its inspectors were not given access to the reactor. "
        "Poland said inspectors had full access to both reactors."
    )

    (pair,) = found.contested
    assert found.candidates[pair.denying].claimant == "Norway"
    assert found.candidates[pair.denying].stance == "denies"
    assert {"inspectors", "access", "reactor"} <= set(pair.shared)


@pytest.mark.parametrize(
    "text",
    [
        "Norway said the reactor was safe. Norway said the reactor was not safe in 2011.",
        "Norway said the reactor was safe. Poland said the harbour was not dredged.",
        "Norway said the gates were opened. Poland said that if the gates were not opened, it would fail.",
    ],
)
def test_one_speaker_another_matter_or_a_condition_make_no_pair(text: str) -> None:
    assert extract(text).contested == ()


def test_what_despite_takes_for_granted_is_a_claim_of_the_speaker() -> None:
    claims = extract("Poland said the raid came despite an earlier warning by Norway of the risk.").candidates

    assert [(c.text, c.claimant) for c in claims] == [
        ("the raid came", "Poland"),
        ("an earlier warning by Norway of the risk", "Poland"),
    ]
    assert claims[1].restated == "Norway gave earlier warning of the risk."


def test_a_toll_in_the_texts_own_voice_is_a_claim_by_itself() -> None:
    texts = [c.text for c in extract("Troops answered shelling that killed seven soldiers.").candidates]

    assert "shelling that killed seven soldiers" in texts


def test_facts_in_the_texts_own_voice_have_no_claimant() -> None:
    claim = only("The tower collapsed on March 3, killing 12 people.")

    assert (claim.claimant, claim.cue, claim.claimant_span) == ("", "", None)


def test_the_main_clause_before_a_report_is_in_the_texts_own_voice() -> None:
    claims = extract("Hartwell recalled 215,000 trucks after a regulator said hoses had caused 19 crashes.").candidates

    assert [(c.text, c.claimant) for c in claims] == [
        ("Hartwell recalled 215,000 trucks", ""),
        ("hoses had caused 19 crashes", "regulator"),
    ]


def test_a_pronoun_in_a_quotation_is_not_taken_for_its_speaker() -> None:
    assert only('"They knew it in 2021," said Ana Berg.').restated == "They knew it in 2021."


def test_a_question_that_was_asked_is_no_claim() -> None:
    assert all("whether" not in c.text for c in extract("Asked whether 40 men would go, Berg left.").candidates)


def test_an_earlier_name_gives_a_later_surname_its_full_form() -> None:
    text = "Advocates, among them Lila Moreno of Safe Roads, wrote in May. Moreno said 12 files were missing."

    assert saying(text, "12 files").claimant == "Lila Moreno"


def test_a_partial_admission_partly_confirms() -> None:
    assert only("Poland acknowledged that some of the money was lost.").stance == "partly_confirms"


def test_declining_to_comment_is_no_comment() -> None:
    claim = only("Poland declined to comment on whether the warnings were sent.")

    assert (claim.stance, claim.restated) == ("no_comment", "The warnings were sent.")


def test_two_verbs_of_one_subject_share_the_speaker() -> None:
    claims = extract("Poland said the dam was safe and insisted that 40 gates were open.").candidates

    assert [(c.claimant, c.text) for c in claims] == [
        ("Poland", "the dam was safe"),
        ("Poland", "40 gates were open"),
    ]


@pytest.mark.parametrize("noun", ["The report was long.", "The United States is large.", "His claims were many."])
def test_nouns_that_look_like_cues_attribute_nothing(noun: str) -> None:
    assert all(c.cue == "" for c in extract(noun).candidates)


def test_an_opinion_scores_below_a_figure_and_says_why() -> None:
    figure = only("Ana Berg said unemployment rose by 3.4 percent to 120,000 in March.")
    opinion = only("Ana Berg said she thinks the plan is a wonderful and important dream.")

    assert figure.score > 0.8 > 0.3 > opinion.score
    assert {"number", "percent"} <= {f.name for f in figure.factors}
    assert any(f.name == "opinion" and f.weight < 0 and "wonderful" in f.evidence for f in opinion.factors)


@pytest.mark.parametrize(
    "weak",
    [
        "Ana Berg said the bridge will be finished soon.",
        "Ana Berg promised to finish the bridge soon.",
        "Ana Berg urged that the bridge be finished soon.",
        "Ana Berg said my mother and I walked on it.",
    ],
)
def test_futures_promises_demands_and_memories_score_low(weak: str) -> None:
    assert only(weak).score < 0.3
