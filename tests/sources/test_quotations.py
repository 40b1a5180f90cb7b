"""Quotations: each outcome, in five languages, and what must never count as the same."""

from __future__ import annotations

import pytest

from sources.quotations import Match, Quotation, find, finding, select
from sources.quotations.wording import Wording

NORTHPORT = (
    "The council of Northport said on Tuesday that bread prices rose by 12 percent since March. "
    "Ministers have lowered the tax on flour, the mayor added."
)
# One passage per language, with the text around it; our own sentences.
PASSAGES = {
    "English": ("The mayor said: “", "bread prices rose by 12 percent since March", "”, and left."),
    "Turkish": ("Bakan, “", "ekmek fiyatları Mart ayından bu yana yüzde 12 arttı", "” dedi ve gitti."),
    "Russian": ("Министр заявил: «", "цены на хлеб выросли на 12 процентов с марта", "», и ушёл."),
    "Arabic": ("قالت الحكومة: «", "ارتفعت أسعار الخبز بنسبة ١٢ في المئة منذ مارس", "» ثم غادرت."),
    "Chinese": ("政府表示，", "自三月以来面包价格上涨了百分之十二", "，北部省份没有短缺。"),
}
LANGUAGES = pytest.mark.parametrize("language", PASSAGES)


def look(exact: str, text: str, *, complete: bool = True) -> Match:
    return find(Quotation(exact), text, complete=complete)


def text_of(language: str) -> str:
    return "".join(PASSAGES[language])


def quotation_of(language: str) -> Quotation:
    before, exact, _ = PASSAGES[language]
    return select(text_of(language), len(before), len(before) + len(exact))


@LANGUAGES
def test_an_unchanged_passage_is_found_at_its_offsets(language: str) -> None:
    before, exact, after = PASSAGES[language]

    match = find(quotation_of(language), text_of(language), complete=True)

    assert (match.outcome, match.start, match.passage) == ("found", len(before), exact)
    assert (match.prefix, match.suffix) == (before, after)
    assert match.similarity is None


@LANGUAGES
def test_a_passage_in_another_place_is_moved(language: str) -> None:
    text = f"0 1 2 3 4 5 6 7 8 9 = {PASSAGES[language][1]} = 9 8 7 6 5 4 3 2 1 0"

    match = find(quotation_of(language), text, complete=True)

    assert match.outcome == "moved"
    assert match.passage == PASSAGES[language][1]


@LANGUAGES
def test_a_changed_number_is_altered_and_shown(language: str) -> None:
    old, new = ("十二", "十九") if language == "Chinese" else ("١٢", "٢١") if language == "Arabic" else ("12", "21")
    text = text_of(language).replace(old, new)

    match = find(quotation_of(language), text, complete=True)

    assert match.outcome == "altered"
    assert 0.9 < (match.similarity or 0) < 1
    assert ("delete", old[-1] if language == "Chinese" else old) in match.diff
    assert ("insert", new[-1] if language == "Chinese" else new) in match.diff
    assert new in match.passage


@LANGUAGES
def test_what_is_not_there_is_missing(language: str) -> None:
    others = " ".join(text_of(other) for other in PASSAGES if other != language)

    assert find(quotation_of(language), others, complete=True) == Match("missing")


@LANGUAGES
def test_what_was_not_read_whole_is_inconclusive_never_missing_or_altered(language: str) -> None:
    cut = text_of(language)[: len(PASSAGES[language][0]) + 8]

    assert find(quotation_of(language), cut, complete=False) == Match("inconclusive")
    altered = text_of(language).replace(PASSAGES[language][1][5:9], "#")
    assert find(quotation_of(language), altered, complete=False).outcome == "inconclusive"


@LANGUAGES
def test_control_the_same_cut_text_taken_for_whole_would_be_called_missing_or_altered(language: str) -> None:
    cut = text_of(language)[: len(PASSAGES[language][0]) + 8]

    assert find(quotation_of(language), cut, complete=True).outcome in {"missing", "altered"}


@LANGUAGES
def test_an_exact_match_counts_in_a_text_that_was_not_read_whole(language: str) -> None:
    assert find(quotation_of(language), text_of(language), complete=False).outcome == "found"
    assert look(PASSAGES[language][1], text_of(language), complete=False).outcome == "found"


@pytest.mark.parametrize(
    ("exact", "text"),
    [
        ("he said “so” and didn’t stay", 'Then he said "so" and didn\'t stay.'),
        ("he said «so»", "Then he said „so“."),
        ("open — or closed", "It is open - or closed."),
        ("open—or closed", "It is open – or closed."),
        ("a long road home", "It was a long\n\t road\u00a0home."),
        ("the representative spoke", "Then the repre\u00adsentative spoke."),
        ("the representative spoke", "Then the repre-\nsentative spoke."),
        ("the repre-\nsentative spoke", "Then the representative spoke."),
        ("a well-known man", "He was a well-\nknown man."),
        ("a well-\nknown man", "He was a well-known man."),
        ("a well-known representative", "He was a well-\nknown repre-\nsentative."),
        ("the office of finance", "The oﬀice? No: the oﬃce of ﬁnance."),
        ("zero width", "It has ze\u200bro wid\u200dth here."),
        ("abc שלום def", "x \u202babc \u200fשלום\u200e def\u202c y"),
        ("café in Paris", "The cafe\u0301 in Paris."),
        ("wait... what", "But wait… what?"),
        ("12 % of 10 000", "So 12\u202f% of 10\u00a0000."),
        ("fell to −5 degrees", "It fell to -5 degrees."),
        ("５人が（東京）", "昨日、5人が(東京)に。"),
        ("الحكومة قالت", "إن الحكـــومة قالت ذلك"),
        ("می‌خواهم بروم", "من میخواهم بروم"),
        ("ﺍﻟﺤﻜﻮﻣﺔ ﻗﺎﻟﺖ", "إن الحكومة قالت ذلك"),
        ("bold words", "Some 𝗯𝗼𝗹𝗱 words."),
        ("面包价格", "面包 价格"),
    ],
)
def test_what_only_looks_different_is_found(exact: str, text: str) -> None:
    match = look(exact, text)

    assert match.outcome == "found"
    assert match.start is not None
    assert match.end is not None
    assert text[match.start : match.end] == match.passage


@pytest.mark.parametrize(
    ("exact", "text"),
    [
        ("prices rose by 12 percent", "Then prices rose by 21 percent."),
        ("prices rose by 1.5 percent", "Then prices rose by 15 percent."),
        ("prices rose by 1,500 people", "Then prices rose by 1.500 people."),
        ("5 million people were there", "In all 15 million people were there."),
        ("5 million people were there", "In all 1.5 million people were there."),
        ("it fell to 5 degrees", "Then it fell to -5 degrees."),
        ("it cost 10 to the second", "So it cost 10² to the second."),
        ("a field of 10² metres", "It was a field of 102 metres."),
        ("a field of 1½ metres", "It was a field of 11/2 metres."),
        ("ministers have lowered the tax", "So ministers have not lowered the tax."),
        ("ministers have not lowered the tax", "So ministers have lowered the tax."),
        ("he is not able to come now", "They say he is notable to come now."),
        ("the whole council resigned", "They say the whole council re-signed."),
        ("Kardeşim sıkıldı dün gece", "Kardeşim sikildi dün gece"),
        ("Bakan yapmadı demişti", "Bakan yapmalı demişti"),
        ("цены не выросли в марте", "цены выросли в марте"),
        ("لم ترتفع أسعار الخبز اليوم", "ترتفع أسعار الخبز اليوم"),
        ("كُتِبَ هذا الكتابُ أمس", "كَتَبَ هذا الكتابُ أمس"),
        ("北部省份没有短缺现象", "北部省份有短缺现象"),
        ("Prices rose in May", "PRICES ROSE IN MAY"),
    ],
)
def test_a_difference_that_matters_is_altered_however_similar(exact: str, text: str) -> None:
    match = look(exact, text)

    assert match.outcome == "altered"
    assert match.similarity is not None
    assert match.similarity <= 0.99
    assert {"delete", "insert"} & {part for part, _ in match.diff}


def test_case_alone_is_altered_by_a_hundredth() -> None:
    match = look("Bread prices rose", "BREAD PRICES ROSE, it says.")

    assert (match.outcome, match.similarity, match.passage) == ("altered", 0.99, "BREAD PRICES ROSE")


def test_the_diff_reads_as_a_correction_in_the_texts_own_spelling() -> None:
    match = look("Bread “prices” rose by 12 percent since March", "Bread «prices»  rose by 21 percent since May.")

    assert match.diff == (
        ("equal", "Bread «prices» rose by"),
        ("delete", "12"),
        ("insert", "21"),
        ("equal", "percent since"),
        ("delete", "March"),
        ("insert", "May"),
    )


def test_context_decides_between_repeated_passages() -> None:
    text = "Alpha spoke first. He denied it. Then Beta spoke, too. He denied it. Gamma kept silent."
    second = text.rindex("He denied it.")

    match = find(select(text, second, second + 13), "A new start. " + text.replace("first", "last"), complete=True)

    assert (match.outcome, match.start) == ("found", 13 + second - 1)


def test_one_side_of_the_context_is_enough() -> None:
    quotation = select(NORTHPORT, 46, 90)
    text = f"Quite another introduction stands here now, and {NORTHPORT[46:]}"

    assert find(quotation, text, complete=True).outcome == "found"


def test_a_little_change_of_the_context_keeps_the_place() -> None:
    quotation = select(NORTHPORT, 46, 75)

    text = NORTHPORT.replace("on Tuesday", "on Wednesday").replace("March", "the spring")

    assert find(quotation, text, complete=True).outcome == "found"


def test_a_quotation_cut_out_of_a_word_is_found_where_the_word_goes_on() -> None:
    quotation = select("bugün Ankaralılar toplandı", 6, 12)

    assert quotation == Quotation("Ankara", "bugün ", "lılar toplandı")
    assert find(quotation, "dün Ankaralılar toplandı", complete=True).outcome == "found"


def test_a_quotation_cut_out_of_a_number_is_not_found_in_another_number() -> None:
    assert find(select("15 million men", 1, 10), "there were 25 million men", complete=True).outcome == "altered"


@pytest.mark.parametrize("exact", ["", "  \n", "\u00ad\u200b"])
def test_nothing_to_look_for_is_inconclusive(exact: str) -> None:
    assert look(exact, NORTHPORT).outcome == "inconclusive"


def test_context_is_cut_at_word_edges() -> None:
    text = "word " * 40 + "THE PASSAGE" + " word" * 40

    quotation = select(text, 200, 211)

    assert quotation.exact == "THE PASSAGE"
    assert quotation.prefix == "word " * 12
    assert quotation.suffix == " word" * 12


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 3), (0, 1_000)])
def test_selecting_no_passage_is_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match="no passage"):
        select("twelve words", start, end)


def test_words_and_starts_agree_for_every_script() -> None:
    for language in PASSAGES:
        wording = Wording(text_of(language))
        words = [text_of(language)[slice(*wording.span(place, place))] for place in range(len(wording.words))]
        assert len(words) > 5
        assert "".join(words) == "".join(text_of(language).split())


def test_control_a_score_alone_would_call_another_number_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twin of the test above: what the outcome would be if a fuzzy score of 0.9 counted as found."""
    match = look("prices rose by 12 percent since March", "prices rose by 21 percent since March")

    assert match.outcome == "altered"
    assert (match.similarity or 0) > 0.9
    monkeypatch.setattr(finding, "ALTERED_FROM", 0.999)
    monkeypatch.setattr(finding, "SHORT_ALTERED_FROM", 0.999)
    assert look("prices rose by 12 percent since March", "prices rose by 21 percent").outcome == "missing"
