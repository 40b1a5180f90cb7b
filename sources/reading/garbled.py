"""Whether decoded text spells words or only the signs of a wrong charset."""

import re
from typing import Final

_SAMPLE = 50_000
_FEW = 12
_MARKUP: Final = re.compile(r"<[^>]*>")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f\s\u00a0\u00ab\u00bb\u2010-\u2026]")
_STRANGE: Final = re.compile(r"[^\x00-\x7f]")
_RUN: Final = re.compile(r"[^\x00-\x7f\s\u00a0\u00ab\u00bb\u2010-\u2026]{3,}")
_CONTROL: Final = re.compile(r"[\x80-\x9f]")
# UTF-8 taken for windows-1252 and encoded once more: a letter of two bytes has become two characters.
_SECOND: Final = r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
_TWICE: Final = re.compile(f"[Â-ß]{_SECOND}|[à-ï]{_SECOND}{_SECOND}")
_LATIN_LEAD: Final = b"\xc3"
_TWICE_LEADS: Final = "ÃÐÑØÙÂÅÄ×åæç"
# Signs inside words ("³ód¼"), and capitals there: letters of another code page, or of a Macintosh.
_SIGN_INSIDE: Final = re.compile(
    r"(?<=[^\W\d_])[\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b4\u00b6\u00b8\u00b9\u00bb-\u00bf\u00d7\u00f7](?=[a-zß-ÿ])"
)
_CAPITAL_IN_LATIN: Final = re.compile(r"(?<=[a-zß-ÿ])[À-ÖØ-ÞŒŠŽŸ](?=[a-zß-ÿ])")
_CAPITALS: Final = re.compile(r"[А-ЯЁІЇЄҐЎЂ-Џ]")
_CYRILLIC: Final = re.compile(r"[Ѐ-ҁҊ-ӿ]")
_CAPITAL_INSIDE: Final = re.compile(r"(?<=[а-яёіїєґўђ-џ])[А-ЯЁІЇЄҐЎЂ-Џ]")
_SERBIAN: Final = re.compile(r"[ђћџјљњ]")
_UKRAINIAN: Final = re.compile(r"[єїўќѓ№§]")
_OTHERS: Final = r"[\u0370-\u04ff\u05d0-\u05ea\u0621-\u064a\u0e01-\u0e5b]"
_OTHER: Final = re.compile(_OTHERS)
_LATIN_LETTERS: Final = r"[A-Za-zÀ-ÖØ-öø-ƿ]"
_SCRIPTS_TOUCH: Final = re.compile(f"(?<={_LATIN_LETTERS}){_OTHERS}|{_OTHERS}(?={_LATIN_LETTERS})")
# Forms that end words in Hebrew and Arabic; inside words they speak for another charset or a reversed order.
_FINAL: Final = re.compile(r"[ךםןףץةى]")
_FINAL_INSIDE: Final = re.compile(r"[ךםןףץ](?=[א-ת])|[ةى](?=[\u0621-\u064a])")
_HAN_INSIDE: Final = re.compile(r"(?<=[A-Za-z])[\u3400-\u9fff\uff61-\uff9f]+(?=[a-z])")
_HALF_KANA: Final = re.compile(r"[\uff61-\uff9f]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_KANA: Final = re.compile(r"[\u3041-\u30fa]")
_HANGUL: Final = re.compile(r"[\uac00-\ud7a3]")
# A tenth and more of any Chinese prose.
_COMMON_HAN: Final = re.compile(
    r"[的一是不了在人有我他这這个個们們中来來上大为為和国國地到以說说时時要就出会會可也你对對生能而子那得于於年月日市]"
)
_ENOUGH_HAN = 40
_ENOUGH_LETTERS = 100
_LATIN: Final = re.compile(r"cp125[02478]$|iso8859-(?:[234]|1[03456])$|mac-roman$")
_EAST_ASIAN: Final = frozenset(["gb18030", "big5hkscs", "cp932", "euc_jp", "iso2022_jp_ext", "cp949"])


def is_garbled(text: str, codec: str) -> bool:
    """Whether text decoded by this legacy codec is plainly not what its author wrote; in doubt it is not."""
    if text.isascii():
        return False
    sample = _MARKUP.sub(" ", text[:_SAMPLE])
    strange = len(_NOT_ASCII.findall(sample))
    if len(_CONTROL.findall(sample)) > 1:
        return True
    if _LATIN.match(codec):
        return strange >= 3 and _is_no_latin(sample, strange)
    if codec in _EAST_ASIAN:
        return _is_no_east_asian(sample, codec, strange)
    others = len(_OTHER.findall(sample))
    if others > 1 and len(_SCRIPTS_TOUCH.findall(sample)) > 0.3 * others:
        return True
    if strange < _FEW:
        return False
    finals = len(_FINAL.findall(sample))
    is_inside_out = finals >= 6 and len(_FINAL_INSIDE.findall(sample)) > 0.5 * finals
    return others < 0.75 * strange or is_inside_out or _is_no_cyrillic(sample)


def is_encoded_twice(data: bytes, text: str) -> bool:
    """Whether most letters outside ASCII, in a text whose UTF-8 this is, are UTF-8 read as windows-1252 once more."""
    if data.count(_LATIN_LEAD) < _FEW or sum(text.count(lead) for lead in _TWICE_LEADS) < _FEW:
        return False
    return sum(map(len, _TWICE.findall(text))) > 0.5 * len(_STRANGE.findall(text))


def _is_no_latin(sample: str, strange: int) -> bool:
    """Runs of letters outside ASCII, which no language in Latin letters has, or signs and capitals inside words."""
    in_runs = sum(map(len, _RUN.findall(sample))) if strange >= _FEW else 0
    misplaced = len(_SIGN_INSIDE.findall(sample)) + len(_CAPITAL_IN_LATIN.findall(sample))
    return in_runs > 0.3 * strange or (misplaced > 1 and misplaced > 0.2 * strange)


def _is_no_cyrillic(sample: str) -> bool:
    """More capitals than small letters (KOI8 taken for windows-1251, and back), or letters that never meet."""
    letters = len(_CYRILLIC.findall(sample))
    if letters < _FEW:
        return False
    capitals = len(_CAPITALS.findall(sample))
    rare = [len(kind.findall(sample)) for kind in (_SERBIAN, _UKRAINIAN)]
    is_miscast = capitals > 0.5 * letters or (not capitals and letters >= _ENOUGH_LETTERS)
    return is_miscast or len(_CAPITAL_INSIDE.findall(sample)) > 0.05 * letters or min(rare) > 0.02 * letters


def _is_no_east_asian(sample: str, codec: str, strange: int) -> bool:
    if len(_HAN_INSIDE.findall(sample)) > 0.3 * strange:
        return True
    if strange < _FEW or len(_HALF_KANA.findall(sample)) > 0.2 * strange:
        return strange >= _FEW
    han, kana, hangul = (len(kind.findall(sample)) for kind in (_HAN, _KANA, _HANGUL))
    if codec in ("gb18030", "big5hkscs"):
        is_uncommon = han >= _ENOUGH_HAN and len(_COMMON_HAN.findall(sample)) < 0.04 * han
        return is_uncommon or kana > 0.5 * han
    if codec == "cp949":
        return han + hangul >= _ENOUGH_HAN and hangul < 0.3 * (han + hangul)
    return han >= _ENOUGH_HAN and kana < 0.1 * han
