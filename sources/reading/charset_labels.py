"""Which codec a charset label means on the web."""

import codecs
from typing import Final

# Labels follow the WHATWG Encoding Standard, where many of them name a superset of what they say ("latin1" is
# windows-1252). Python's own alias table does the spelling; only the differences are here.
_SUPERSETS: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-16-le",
    "utf-8-sig": "utf-8",
    "iso2022_jp": "iso2022_jp_ext",
}
_EXTRA_LABELS: Final = {
    "unicode-1-1-utf-8": "utf-8",
    "x-unicode20utf8": "utf-8",
    "unicode": "utf-16-le",
    "x-sjis": "cp932",
    "ms_kanji": "cp932",
    "x-gbk": "gb18030",
    "x-x-big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "x-mac-roman": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-ukrainian": "mac-cyrillic",
    "logical": "iso8859-8",
    "visual": "iso8859-8",
    "dos-874": "cp874",
    "windows-874": "cp874",
    "x-user-defined": "cp1252",
    "windows-949": "cp949",
    "ks_c_5601-1989": "cp949",
    "koi": "koi8-r",
    "koi8": "koi8-r",
    **{f"x-cp{page}": f"cp{page}" for page in range(1250, 1259)},
}
# Everything else that Python could decode (rot13, base64, utf-7, unicode_escape …) is no charset of the web.
SINGLE_BYTE: Final = frozenset(
    ["cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"]
    + [f"cp{page}" for page in range(1250, 1259)]
    + [f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)]
)
MULTI_BYTE: Final = frozenset(
    ["utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5hkscs", "cp932", "euc_jp", "iso2022_jp_ext", "cp949"]
)
# Browsers refuse to read these, as attackers hide scripts in them; what they spell is not guessed at here either.
_UNREAD: Final = frozenset(
    [
        "hz-gb-2312",
        "iso-2022-cn",
        "iso-2022-cn-ext",
        "iso-2022-kr",
        "csiso2022kr",
        "replacement",
        "utf-7",
        "x-utf-7",
        "unicode-1-1-utf-7",
        "csutf7",
        "csunicode11utf7",
        "unicode-2-0-utf-7",
        "utf-32",
        "utf-32le",
        "utf-32be",
        "iso-10646-ucs-4",
        "ucs-4",
        "scsu",
        "bocu-1",
        "cesu-8",
        "utf-ebcdic",
    ]
)


def codec_for(label: str | None) -> str | None:
    """Python codec for a charset label as the web means it, or None when the web knows no such label.

    Source: WHATWG Encoding Standard, "Names and labels".
    """
    wanted = (label or "").strip(" \t\n\f\r\"'").lower()
    if wanted in _EXTRA_LABELS:
        return _EXTRA_LABELS[wanted]
    try:
        name = codecs.lookup(wanted.removesuffix("-i").removesuffix("-e")).name
    except (LookupError, ValueError):
        return None
    name = _SUPERSETS.get(name, name)
    return name if name in SINGLE_BYTE or name in MULTI_BYTE else None


def is_never_read(label: str | None) -> bool:
    """Whether the label names an encoding that no browser reads."""
    return (label or "").strip(" \t\n\f\r\"'").lower() in _UNREAD
