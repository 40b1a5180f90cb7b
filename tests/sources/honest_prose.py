"""Pages whose passage looks different from the quotation and says the same, or nearly so and does not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from tests.sources.honest_pages import (
    ALTERED,
    FOUND,
    INCONCLUSIVE,
    Case,
    page,
    quotation_of,
    without_context,
)
from tests.sources.honest_words import ARABIC, CHINESE, ENGLISH, GERMAN, HEBREW, JAPANESE, LANGUAGES, TURKISH, Words

# A quotation, what the page says in its markup, and what may be said about it.
_TYPOGRAPHY = {
    "curly quotation marks": ('he said "no" and didn\'t stay', "he said “no” and didn’t stay", FOUND),
    "guillemets": ("he said “no” and left the room", "he said « no » and left the room", FOUND),
    "nested marks of another country": (
        "she read “the word ‘never’ aloud” to us",
        "she read «the word „never“ aloud» to us",
        FOUND,
    ),
    "single for double marks": ("the word “never” was struck out", "the word ‘never’ was struck out", FOUND),
    "an em dash for two hyphens": ("the bridge--all of it--must go", "the bridge—all of it—must go", FOUND),
    "a spaced en dash": ("the bridge — all of it — must go", "the bridge – all of it – must go", FOUND),
    "dots for an ellipsis": ("we waited... and nobody came", "we waited… and nobody came", FOUND),
    "a no-break hyphen": ("a twenty-year plan for the port", "a twenty\u2011year plan for the port", FOUND),
    "a minus sign": ("it fell to -5 degrees that night", "it fell to −5 degrees that night", FOUND),
    "full-width digits": ("in 2019 it cost 450 crowns", "in ２０１９ it cost ４５０ crowns", FOUND),
    "Arabic digits": ("in 2019 it cost 450 crowns", "in ٢٠١٩ it cost ٤٥٠ crowns", FOUND),
    "Persian digits": ("in 2019 it cost 450 crowns", "in ۲۰۱۹ it cost ۴۵۰ crowns", FOUND),
    "ligatures": ("the office of financial affairs", "the oﬃce of ﬁnancial aﬀairs", FOUND),
    "letters composed otherwise": (
        "the café was naïve and cheap",
        unicodedata.normalize("NFD", "the café was naïve and cheap"),
        FOUND,
    ),
    "mathematical letters": ("a bold claim by the mayor", "a 𝗯𝗼𝗹𝗱 claim by the mayor", FOUND),
    "a line end within a word": ("the representatives of the port", "the repre-<br>sentatives of the port", FOUND),
    "thin spaces in a number": ("it cost 12 500 000 crowns then", "it cost 12&thinsp;500&#8239;000 crowns then", FOUND),
    "marks that browsers draw": ("he called it “a lost year” again", "he called it <q>a lost year</q> again", FOUND),
    "marks that browsers draw, as copied": (
        "he called it a lost year again",
        "he called it <q>a lost year</q> again",
        FOUND,
    ),
    "a footnote": (
        "prices rose sharply in the spring",
        "prices rose<sup><a href='#fn1'>1</a></sup> sharply in the spring",
        FOUND,
    ),
    "a footnote in brackets": (
        "prices rose sharply in the spring",
        "prices rose<sup class=reference>[12]</sup> sharply in the spring",
        FOUND,
    ),
    "a footnote that was quoted too": (
        "prices rose[12] sharply in the spring",
        "prices rose<sup>[12]</sup> sharply in the spring",
        FOUND,
    ),
    "an asterisk": ("prices rose sharply in the spring", "prices rose<sup>*</sup> sharply in the spring", FOUND),
    "a footnote behind a space": (
        "prices rose sharply in the spring",
        "prices rose <sup><a href='#n3'>3</a></sup> sharply in the spring",
        FOUND,
    ),
    "a number in brackets": ("he paid [5] crowns for it all", "he paid [6] crowns for it all", ALTERED),
    "a label of an advertisement": (
        "the sea was grey the boats were late",
        "<p>the sea was grey</p><div>Advertisement</div><p>the boats were late</p>",
        FOUND,
    ),
    "a paragraph inserted": (
        "the sea was grey the boats were late",
        "<p>the sea was grey</p><p>and then it cleared</p><p>the boats were late</p>",
        ALTERED,
    ),
    "a word struck out": (
        "prices rose by 12 percent in May",
        "prices rose by <del>12</del> <ins>21</ins> percent in May",
        ALTERED,
    ),
    "a word inserted": (
        "prices rose by 21 percent in May",
        "prices rose by <del>12</del> <ins>21</ins> percent in May",
        FOUND,
    ),
    "a hint in a field": ("the sea was grey that day", "<input placeholder='the sea was grey that day'>", FOUND),
    "ordinals": ("on the 1st of May they met", "on the 1<sup>st</sup> of May they met", FOUND),
    "a formula": ("emissions of CO2 fell by half", "emissions of CO<sub>2</sub> fell by half", FOUND),
    "an abbreviation": (
        "the NATO summit was put off",
        "the <abbr title='North Atlantic Treaty Organization'>NATO</abbr> summit was put off",
        FOUND,
    ),
    "inserted and deleted words": (
        "the new bridge is open to all",
        "the <ins>new</ins> bridge is <b>open</b> to all",
        FOUND,
    ),
    "list items": ("first bread then water and salt", "<ol><li>first bread<li>then water<li>and salt</ol>", FOUND),
    "table cells": (
        "Northport 12 percent of all votes",
        "<table><tr><td>Northport<td>12 percent<td>of all votes</table>",
        FOUND,
    ),
    "lines of a poem": ("the sea was grey the boats were late", "the sea was grey<br>the boats were late", FOUND),
    "preformatted lines": (
        "the sea was grey the boats were late",
        "<pre>the sea was grey\nthe boats were late</pre>",
        FOUND,
    ),
    "spans drawn as blocks": (
        "the sea was grey the boats were late",
        "<span style='display:block'>the sea was grey</span><span style='display:block'>the boats were late</span>",
        FOUND,
    ),
    "lines of an SVG text": (
        "the sea was grey the boats were late",
        (
            "<svg><text><tspan x=0 dy=1em>the sea was grey</tspan><tspan x=0 dy=1em>the boats were "
            "late</tspan></text></svg>"
        ),
        FOUND,
    ),
    "a field's value": ("the sea was grey that day", "<input type=text value='the sea was grey that day'>", FOUND),
    "options": (
        "Northport and Southport and Eastport",
        "<select><option>Northport and<option>Southport and<option>Eastport</select>",
        FOUND,
    ),
    "an emoji between": ("we won the cup at last", "we won \U0001f3c6\ufe0f the cup at last", ALTERED),
    "small capitals by style": (
        "the mayor of Northport spoke first",
        "<span style='font-variant:small-caps'>the mayor of Northport</span> spoke first",
        FOUND,
    ),
    "capitals by style": (
        "the mayor of Northport spoke first",
        "<span style='text-transform:uppercase'>the mayor of Northport spoke first</span>",
        FOUND,
    ),
    "capitals by style, as copied": (
        "THE MAYOR OF NORTHPORT SPOKE FIRST",
        "<span style='text-transform:uppercase'>the mayor of Northport spoke first</span>",
        INCONCLUSIVE,
    ),
    "capitals by a sheet, as copied": (
        "THE MAYOR OF NORTHPORT SPOKE FIRST",
        "<style>.u{text-transform:uppercase}</style><b class=u>the mayor of Northport spoke first</b>",
        INCONCLUSIVE,
    ),
    "generated words": (
        "prices rose by about twelve percent",
        "<style>.n::before{content:'about '}</style>prices rose by <b class=n>twelve</b> percent",
        FOUND,
    ),
    "generated words, as copied": (
        "prices rose by twelve percent",
        "<style>.n::before{content:'about '}</style>prices rose by <b class=n>twelve</b> percent",
        INCONCLUSIVE,
    ),
    "generated signs": (
        "prices rose by twelve percent",
        (
            "<style>.n::before{content:'\\201C'}.n::after{content:'→ '}</style>prices rose by <b "
            "class=n>twelve</b> percent"
        ),
        FOUND,
    ),
    "an icon font": (
        "prices rose by twelve percent",
        "<style>.fa:before{content:'\\f15c'}</style>prices rose by <i class=fa></i>twelve percent",
        FOUND,
    ),
    "words left out": (
        "the mayor said [...] that the bridge is safe",
        "the mayor said on Monday, after a long night, that the bridge is safe",
        FOUND,
    ),
    "words left out by dots": (
        "The mayor said … that the bridge is safe",
        "The mayor said on Monday that the bridge is safe",
        FOUND,
    ),
    "words left out at both ends": (
        "... said on Monday that the bridge ...",
        "The mayor said on Monday that the bridge is safe",
        FOUND,
    ),
    "words left out, one part altered": (
        "the mayor said [...] that the bridge is safe",
        "the mayor said on Monday that the bridge is not safe",
        ALTERED,
    ),
    "an exponent": ("a field of 10 to the second", "a field of 10<sup>2</sup> to the second", ALTERED),
    "an exponent read as digits": ("a field of 102 square metres", "a field of 10<sup>2</sup> square metres", ALTERED),
    "a fraction read as a number": (
        "it took 12 hours to mend",
        "it took <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> hours to mend",
        ALTERED,
    ),
    "a decimal point moved": ("it rose by 1.25 percent in May", "it rose by 12.5 percent in May", ALTERED),
    "a thousand for a unit": ("it cost 4.500 crowns to mend", "it cost 4,500 crowns to mend", ALTERED),
    "a sign lost": ("it fell to −5 degrees that night", "it fell to 5 degrees that night", ALTERED),
    "a negative prefix": ("the measure was lawful and fair", "the measure was unlawful and fair", ALTERED),
    "a negation contracted": ("the minister did resign in March", "the minister didn't resign in March", ALTERED),
    "a digit in full": ("twelve people died in the fire", "twenty people died in the fire", ALTERED),
    "another currency": ("the loan of $40 million was paid", "the loan of €40 million was paid", ALTERED),
    "another unit": ("a wall of 5' was built there", 'a wall of 5" was built there', ALTERED),
    "a struck word": ("the safe old bridge was closed", "the old bridge was closed", ALTERED),
    "an added doubt": ("the bridge was safe, he said", "the bridge was “safe”, he said", ALTERED),
    "a question": ("The bridge is safe for lorries.", "The bridge is safe for lorries?", ALTERED),
    "a letter of another script": ("the Pacific treaty was signed", "the Pаcific treaty was signed", ALTERED),
    "names exchanged": ("Karl sued Emma over the house", "Emma sued Karl over the house", ALTERED),
    "words run together": ("he is not able to come", "he is notable to come", ALTERED),
}
_OTHER_WORDS = {
    "Turkish dotless i": (TURKISH, "ışıklar dün gece söndü", "isiklar dün gece söndü", ALTERED),
    "Turkish dotted capital": (TURKISH, "İzmir bugün çok sıcak olacak", "I\u0307zmir bugün çok sıcak olacak", FOUND),
    "Turkish dotless capital": (TURKISH, "Işık bugün Ankara'ya gitti", "İşık bugün Ankara'ya gitti", ALTERED),
    "Arabic without vowels": (ARABIC, "كتب الولد الدرس في المدرسة", "كَتَبَ الوَلَدُ الدَّرْسَ في المَدْرَسَةِ", FOUND),
    "Arabic with vowels quoted": (ARABIC, "كَتَبَ الوَلَدُ الدَّرْسَ", "كتب الولد الدرس", FOUND),
    "Arabic with other vowels": (ARABIC, "كَتَبَ الوَلَدُ الدَّرْسَ أمس", "كُتِبَ الوَلَدُ الدَّرْسَ أمس", ALTERED),
    "Arabic tatweel": (ARABIC, "قال الوزير إن الجسر آمن", "قــال الوزيــر إن الجســر آمن", FOUND),
    "Arabic presentation forms": (ARABIC, "الحكومة قالت ذلك أمس", "ﺍﻟﺤﻜﻮﻣﺔ ﻗﺎﻟﺖ ﺫﻟﻚ ﺃﻣﺲ", FOUND),
    "Arabic, feminine for masculine": (ARABIC, "قال الوزير إن الجسر آمن", "قالت الوزيرة إن الجسر آمن", ALTERED),
    "Persian joiner": (ARABIC, "می‌خواهم به خانه بروم امروز", "میخواهم به خانه بروم امروز", FOUND),
    "Persian letters from an Arabic keyboard": (
        ARABIC,
        "یک کتاب برای کودکان خریدم",
        "يك كتاب براي كودكان خريدم",
        FOUND,
    ),
    "Hebrew with points": (HEBREW, "שלום לכל הילדים בגן הזה", "שָׁלוֹם לְכׇל הַיְלָדִים בגן הזה", FOUND),
    "Russian stress": (ENGLISH, "на старом замке висит флаг", "на старом за́мке висит флаг", FOUND),
    "Chinese corner brackets": (CHINESE, "他说“大桥很安全”，然后离开了", "他说「大桥很安全」，然后离开了", FOUND),
    "Chinese with spaces": (CHINESE, "大桥明年三月重新开放", "大桥 明年 三月 重新 开放", FOUND),
    "Chinese half-width signs": (CHINESE, "大桥很安全，他说。", "大桥很安全,他说。", FOUND),
    "Chinese, one character negated": (CHINESE, "大桥的检查已经完成", "大桥的检查未经完成", ALTERED),
    "Chinese numbers": (CHINESE, "大桥花了一百二十万元", "大桥花了二百一十万元", ALTERED),
    "Japanese ruby": (
        JAPANESE,
        "漢字を学ぶ子どもたち",
        "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>を<ruby>学<rt>まな</rt></ruby>ぶ子どもたち",
        FOUND,
    ),
    "Japanese half-width kana": (JAPANESE, "カタカナのテスト文です", "ｶﾀｶﾅのテスト文です", FOUND),
    "Japanese in vertical lines": (JAPANESE, "古い橋は来年閉鎖される", "古い橋は<br>来年閉鎖<br>される", FOUND),
    "German sharp s": (GERMAN, "die Straße bleibt gesperrt", "die Strasse bleibt gesperrt", ALTERED),
    "German compound at a line end": (
        GERMAN,
        "der Bauausschuss tagte lange",
        "der Bau-<br>ausschuss tagte lange",
        FOUND,
    ),
    "German hyphen kept": (GERMAN, "die Nord-Süd-Straße ist frei", "die Nord-<br>Süd-Straße ist frei", FOUND),
}


def prose() -> Iterator[Case]:
    """Each pair with the page's other paragraphs around it."""
    for name, (exact, markup, *outcomes) in _TYPOGRAPHY.items():
        yield _pair(ENGLISH, name, exact, markup, outcomes)
    for name, (words, exact, markup, *outcomes) in _OTHER_WORDS.items():
        yield _pair(words, name, exact, markup, outcomes)


def _pair(words: Words, name: str, exact: str, markup: str, outcomes: list[str]) -> Case:
    wanted = replace(quotation_of(words), exact=exact)
    body = page(words, f"<div>{words.before}{words.gap}{markup}{words.gap}{words.after}</div>")
    return Case(f"{words.code}: {name}", body.encode(), wanted, tuple(outcomes))


def prose_cases() -> Iterator[Case]:
    """All of these."""
    yield from prose()
    for words in LANGUAGES:
        yield from without_context(words)
