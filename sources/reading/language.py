"""The language of a text: by its letters, by its commonest words, and by a model only where these do not tell."""

import re
from collections import Counter
from typing import Final

_SAMPLE = 1_200
_SHORTEST_SAMPLE = 100
_SURE_SAMPLE = 500
_ENOUGH = 400
_PROSE = 60
_FEWEST_WORDS = 4
_CLEARLY = 1.5
# Pairs that share most of their words: a page's own `lang` is the better witness.
_CLOSE: Final = (
    {"hr", "sr", "bs", "sl"},
    {"no", "nb", "nn", "da", "sv"},
    {"gl", "pt", "es", "ca"},
    {"cs", "sk"},
    {"id", "ms"},
    {"hi", "mr", "ne"},
    {"he", "yi"},
    {"ru", "be", "bg", "kk", "ky", "tg", "mn", "mk"},
    {"ar", "fa", "ur", "ps", "ku", "ug"},
    {"tr", "az"},
)
_SCRIPTS: Final = {
    "latin": re.compile("[A-Za-zÀ-ɏ]"),
    "cyrillic": re.compile("[Ѐ-ӿ]"),
    "arabic": re.compile("[\u0620-\u06ff\ufb50-\ufdff\ufe70-\ufefc]"),
    "han": re.compile("[\u3400-\u9fff]"),
    "ja": re.compile("[\u3041-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
    "he": re.compile("[\u05d0-\u05ea]"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "th": re.compile("[\u0e01-\u0e5b]"),
    "ka": re.compile("[\u10a0-\u10ff]"),
    "hy": re.compile("[\u0531-\u058f]"),
}
# Letters that only one language of a script has, in the order in which they decide; then the commonest one.
_LETTERS: Final = {
    "cyrillic": (("kk", "әғқңұһ"), ("uk", "їєґ"), ("be", "ў"), ("mk", "ѓќѕ"), ("sr", "ђћџљњј"), ("ru", "ыэё")),
    "arabic": (("ur", "ٹڈڑےں"), ("ps", "ښځڅۍ"), ("ku", "ڵێۆ"), ("fa", "پچژگکی")),
}
_WORDS: Final = {
    "en": "the and of to in is that for was with it on as are be this have from at by not said",
    "de": "der die und das nicht ist mit von den auf ein eine im dem des zu sich für auch wird",
    "fr": "le la les et des est que dans une pour du pas qui sur il au avec en plus ce",
    "es": "el los las que de en una por con del se un para no lo su al como más fue",
    "pt": "o os as que não uma com para do da em um na no se mais dos foi ao pelo",
    "it": "il che di non una per con sono della è del la un nel anche dei gli si le al",
    "nl": "de het een van en niet dat is op zijn te met voor aan werd ook naar bij maar in",
    "sv": "och att det som en är på av inte för med till har ett den de om var men vi",
    "da": "og det at en er på af ikke til med som den de har et der var men fra blev",
    "no": "og det at en er på av ikke til med som den de har et var men fra ble seg",
    "fi": "ja on ei että oli se hän mutta kun kuin myös joka ovat mukaan tämä olisi sen",
    "pl": "i w nie na się z że do jest to jak po ale od przez za co jego oraz był",
    "cs": "a se na je v že s to z do ale jako by pro byl jsou při který podle tak",
    "sk": "a sa na je v že s to z do ale ako by pre bol sú pri ktorý podľa tak",
    "hu": "a az és hogy nem is egy volt meg de ez már csak ha mint vagy még el van",
    "ro": "și în de la cu nu că este pe din o un care mai pentru a fost sau dar ca",
    "tr": "ve bir bu da de için ile olarak çok daha gibi ise ancak en ne olan kadar var sonra her",
    "az": "və bir bu da üçün ilə olan daha kimi isə ki edib sonra çox onun olaraq",
    "id": "yang dan di dengan untuk tidak ini dari pada itu dalam akan ke juga ada oleh",
    "vi": "của và là các có không được trong cho những với này một đã người để khi từ",
    "hr": "je i u na se da za su nije od koji će s o a kao bi što iz po",
    "sl": "je in v na se da za so ni ki s bo pa kot bi kar iz po tudi še",
    "ca": "el la els i de que amb per una del les un en no és va als més aquest",
    "sq": "të e në dhe për me që një nga i është nuk u më si ka por",
    "et": "ja on ei et see oma ka mis kui oli aga seda või veel kes pole",
    "lt": "ir kad yra su iš į ne už kaip tai apie bei dėl buvo jo taip",
    "lv": "un ir ka no ar par uz kas nav bet arī kā pēc bija tas līdz",
    "is": "og að er í á sem um við til var ekki það hefur fyrir en með",
    "sw": "na ya wa kwa ni katika za la kuwa hii huo watu hiyo lakini baada",
}
_SPEAKERS: Final[dict[str, list[str]]] = {}
for _language, _words in _WORDS.items():
    for _word in _words.split():
        _SPEAKERS.setdefault(_word, []).append(_language)
_WORD: Final = re.compile(r"[^\W\d_]+")


def language_of(text: str, stated: str, *, with_model: bool = False) -> str:
    """ISO 639-1 code: what the page states, unless a long enough text is plainly in another language; else "".

    The model takes a hundred megabytes and a second to load, so it is asked only where that was done.
    """
    sample = _prose(text)
    if len(sample) < _SHORTEST_SAMPLE or (stated and len(sample) < _SURE_SAMPLE):
        return stated
    spoken = _plain_language(sample)
    if not spoken:
        spoken = stated or (_by_model(sample) if with_model else "")
    is_close = any({spoken, stated} <= family for family in _CLOSE)
    return stated if stated and is_close else spoken


def _prose(text: str) -> str:
    """A sample of sentences: menus and names of sections may be in any language."""
    lines: list[str] = []
    length = 0
    for line in text.split("\n"):
        if len(line) >= _PROSE:
            lines.append(line)
            length += len(line)
            if length >= _SAMPLE:
                break
    return " ".join(lines)[:_SAMPLE] if length >= _SHORTEST_SAMPLE else text[:_SAMPLE]


def _plain_language(sample: str) -> str:
    """The language when letters and common words leave no doubt, else ""."""
    if sample.isascii():
        return _by_words(sample)
    counts = {name: len(letters.findall(sample[:_ENOUGH])) for name, letters in _SCRIPTS.items()}
    total = sum(counts.values())
    if counts["ja"] * 20 > total:
        return "ja"
    script = max(counts, key=lambda name: counts[name])
    if counts[script] * 2 < total:
        return ""
    if script == "latin":
        return _by_words(sample)
    if script == "han":
        return "zh"
    for language, letters in _LETTERS.get(script, ()):
        if sum(map(sample.count, letters)) >= 3:
            return language
    return {"cyrillic": "", "arabic": "ar"}.get(script, script)


def _by_words(sample: str) -> str:
    """The language whose commonest words are much more frequent than those of any other, or ""."""
    heard = (_SPEAKERS.get(word, ()) for word in _WORD.findall(sample.lower()))
    counts = Counter(language for languages in heard for language in languages).most_common(2)
    if not counts or counts[0][1] < _FEWEST_WORDS:
        return ""
    is_clear = len(counts) == 1 or counts[0][1] >= _CLEARLY * counts[1][1]
    return counts[0][0] if is_clear else ""


def _by_model(sample: str) -> str:
    import py3langid  # type: ignore[import-untyped]

    return str(py3langid.classify(sample)[0])
