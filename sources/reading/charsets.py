"""Which character encoding some bytes are in, and the text that they spell."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

import charset_normalizer

from sources.reading.charset_labels import SINGLE_BYTE, codec_for, is_never_read
from sources.reading.garbled import is_encoded_twice, is_garbled

# fmt: off
_PLAUSIBLE: Final = [
    "cp1251", "koi8_r", "cp1254", "cp1256", "gb18030", "big5", "cp932", "euc_jp", "cp949", "cp1252", "cp1250",
    "cp1253", "cp1255", "iso8859_5", "cp866",
]
# fmt: on
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TAG: Final = re.compile(rb"<(script|style)\b.*?</\1|<[^>]*>", re.I | re.S)
_META: Final = re.compile(rb"<meta\b[^>]*?\bcharset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.I)
_XML_DECLARATION: Final = re.compile(rb"\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([^\"']+)[\"']", re.I)
_COMMENT: Final = re.compile(rb"<!--.*?(?:-->|$)", re.S)
_META_REACH = 32_768
_SAMPLE_BYTES = 65_536
_DAMAGE_SHARE = 1_000
_NO_CHANCE = 4
_WIDE: Final = ("utf-16-le", "utf-16-be")
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_HZ: Final = re.compile(rb"~\{(?:[!-}][!-~])+~\}")


class Undecodable(ValueError):
    """The bytes are no text that we can read; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text and the codec that gave it.

    `damaged`: so much was unreadable that the text cannot count as whole. `guessed`: the bytes would be words
    in another charset as well, and nothing says which one is meant.
    """

    text: str
    charset: str
    damaged: bool = False
    guessed: bool = False


def decode_web(data: bytes, *, http_charset: str | None = None) -> Decoded:
    """Decode a fetched document by BOM, HTTP charset, `<meta>` or XML declaration, else by its bytes.

    The order is that of the HTML standard ("Determining the character encoding"), with two deviations: bytes
    that are valid UTF-8 are read as such whatever legacy charset is declared, because such a label is always a
    server's wrong default; and where a declared charset spells no words, another one that does is taken, as
    a guess. Never raises; unreadable bytes become U+FFFD, and more than one in a thousand characters of that
    kind makes the text `damaged`. Encodings that browsers refuse (UTF-7, HZ) are not read.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _replacing(data[len(mark) :], codec)
    label = http_charset if codec_for(http_charset) or is_never_read(http_charset) else _label_inside(data)
    if is_never_read(label):
        return Decoded(data.decode("ascii", "replace"), str(label).lower(), damaged=True)
    declared = codec_for(label)
    if label is not http_charset and declared in ("utf-16-le", "utf-16-be"):
        # A declaration that could be read as ASCII cannot be in UTF-16 (HTML standard, "prescan").
        declared = "utf-8"
    if declared is None and (wide := _undeclared_wide(data)):
        return replace(_replacing(data, wide), guessed=wide != "iso2022_jp_ext")
    if declared is None or declared not in _WIDE:
        text = _utf8(data)
        if text is not None and (declared is None or _is_surely_utf8(text, declared)):
            return Decoded(text, "utf-8", damaged=_is_damaged(text) or is_encoded_twice(data, text))
    if declared is None:
        likeliest, is_sure = _detected(_TAG.sub(b" ", data))
        return replace(_replacing(data, likeliest or "cp1252"), guessed=not is_sure)
    found = _replacing(data, declared)
    if declared in ("utf-8", *_WIDE):
        return found
    if is_garbled(found.text, declared) or (declared in _LATIN[:2] and _is_turkish(_TAG.sub(b" ", data))):
        return _reread(data) or replace(found, damaged=True)
    return found


def _is_surely_utf8(text: str, declared: str) -> bool:
    """Whether valid UTF-8 is UTF-8: in a single-byte charset any, else so much that chance did not do it."""
    if declared == "utf-8":
        return True
    return not text.isascii() and (declared in SINGLE_BYTE or len(_NOT_ASCII.findall(text)) >= _NO_CHANCE)


def _undeclared_wide(data: bytes) -> str | None:
    """The codec of undeclared bytes that only look like ASCII or that hold many NULs, or None."""
    head = data[:_SAMPLE_BYTES]
    if b"\x1b$" in head:
        return "iso2022_jp_ext"
    if len(_HZ.findall(head)) >= 2:
        return "hz"
    if b"\0" in head:
        first, second = head[0::2].count(0), head[1::2].count(0)
        if first + second > len(head) / 20 and min(first, second) * 10 < max(first, second):
            return "utf-16-le" if second > first else "utf-16-be"
    return None


def _reread(data: bytes) -> Decoded | None:
    """The text as its bytes suggest, where they do so clearly; always a guess, as something else is declared."""
    codec, is_sure = _detected(_TAG.sub(b" ", data))
    if codec is None or not is_sure:
        return None
    found = replace(_replacing(data, codec), guessed=True)
    return None if is_garbled(found.text, codec) else found


def decode_text(data: bytes, *, declared: str | None = None) -> str:
    """Decode an uploaded text file: BOM, the declared charset, UTF-8, then charset-normalizer.

    Raises Undecodable, whose message names the fix: the charset is unknown or wrong, or the file binary.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _checked(data[len(mark) :], codec)
    if declared:
        named = codec_for(declared)
        if named is None:
            raise Undecodable(f"“{declared}” is no encoding we know: leave it empty, or save the file as UTF-8.")
        return _checked(data, named)
    text = _utf8(data, whole=True)
    if text is not None:
        return _without_control_characters(text)
    if b"\0" in data:
        raise Undecodable(_BINARY)
    guessed, is_sure = _detected(data)
    if guessed is None or not is_sure:
        raise Undecodable("The encoding could not be told: save the file as UTF-8, or name its encoding.")
    return _checked(data, guessed)


_BINARY: Final = (
    "This looks like a binary file (or UTF-16 without a byte order mark): save it as plain text in UTF-8, "
    "or upload the document as a PDF."
)


def _checked(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        raise Undecodable(
            f"The file is not {codec} at byte {error.start:,}: name its real encoding, or save it as UTF-8."
        ) from error
    return _without_control_characters(text)


def _without_control_characters(text: str) -> str:
    if "\0" in text or len(_CONTROL.findall(text)) > len(text) / 100:
        raise Undecodable(_BINARY)
    return text


_CONTROL: Final = re.compile(r"[\x01-\x08\x0e-\x1a\x7f]")


def _utf8(data: bytes, *, whole: bool = False) -> str | None:
    """The text when the bytes are UTF-8; a last character may be cut in two unless they are `whole`."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if whole or error.end < len(data):
            return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=whole)
    except UnicodeDecodeError:
        return None


def _replacing(data: bytes, codec: str) -> Decoded:
    text = data.decode(codec, errors="replace")
    return Decoded(text, codec, damaged=_is_damaged(text))


def _is_damaged(text: str) -> bool:
    lost = text.count("\ufffd") + text.count("\0")
    return lost > 1 + len(text) / _DAMAGE_SHARE


def _label_inside(data: bytes) -> str | None:
    head = data[:_META_REACH]
    found = _XML_DECLARATION.match(head) or _META.search(_COMMENT.sub(b"", head) if b"<!--" in head else head)
    return found[1].decode("ascii", "replace") if found else None


def _detected(data: bytes) -> tuple[str | None, bool]:
    """The likeliest codec of bytes that are no UTF-8, and whether no other one is as likely.

    charset-normalizer knows scripts other than Latin, given some sixty bytes of them (in single sentences it
    mistook 23 of 36 Hebrew and 10 of 37 KOI8-R ones). Between the Latin code pages it was wrong for up to 35
    texts of 40 (Spanish), so Turkish has a rule of its own (right for 120 of 120 texts of three sentences and
    more) and the others count as told only where both readings are the same.
    """
    best = None
    for cut in range(4):
        # The end of the sample may fall into a character of several bytes.
        best = best or charset_normalizer.from_bytes(data[: _SAMPLE_BYTES - cut], cp_isolation=_PLAUSIBLE).best()
    codec = codec_for(best.encoding) if best is not None else None
    evidence = len(_HIGH.findall(data))
    if codec not in _LATIN:
        return codec, codec is not None and evidence >= _ENOUGH_BYTES
    if _is_turkish(data):
        return "cp1254", evidence >= _ENOUGH_TURKISH_BYTES
    codec = "cp1250" if codec == "cp1250" else "cp1252"
    return codec, data.decode("cp1250", "replace") == data.decode("cp1252", "replace")


def _is_turkish(data: bytes) -> bool:
    """Whether nearly all letters outside ASCII are Turkish, and some of them so only in windows-1254."""
    counts = Counter(_HIGH_LETTER.findall(data))
    turkish = sum(counts[letter] for letter in _TURKISH + _ONLY_TURKISH)
    return sum(counts[letter] for letter in _ONLY_TURKISH) >= 2 and turkish >= 0.95 * counts.total()


_LATIN: Final = ("cp1250", "cp1252", "cp1254")
_ENOUGH_BYTES = 60
_ENOUGH_TURKISH_BYTES = 12
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_HIGH_LETTER: Final = re.compile(rb"[\x8a\x8e\x9a\x9e\xc0-\xff]")
_ONLY_TURKISH: Final = [letter.encode("cp1254") for letter in "ğışĞİŞ"]
_TURKISH: Final = [letter.encode("cp1254") for letter in "çöüÇÖÜâîû"]
