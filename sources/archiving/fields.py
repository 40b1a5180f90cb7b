"""The lines that WARC and HTTP headers are made of: addresses, times, values that cannot end their line."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

Pairs = Iterable[tuple[str, str]]

_URI_CHARACTERS: Final = "%:/?#[]@!$&'()*+,;=-._~"
_LINE_ENDS: Final = {0: " ", 10: " ", 13: " "}


def target_uri(url: str) -> str:
    """The address as a WARC-Target-URI: without spaces or letters outside ASCII."""
    return quote(url, safe=_URI_CHARACTERS)


def warc_date(at: datetime) -> str:
    """A WARC-Date, in UTC with microseconds. Raises ValueError for a time without zone."""
    if at.tzinfo is None:
        raise ValueError("a time without zone says nothing")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def as_fields(values: Mapping[str, str]) -> bytes:
    """The block of a metadata record (application/warc-fields)."""
    return "".join(f"{one_line(name)}: {one_line(value)}\r\n" for name, value in values.items()).encode()


def from_fields(block: bytes) -> dict[str, str]:
    """What `as_fields` wrote."""
    lines = block.decode("utf-8", "replace").split("\r\n")
    return {name: value for line in lines if line for name, _, value in [line.partition(": ")]}


def one_line(value: str) -> str:
    """The value without what would end its line or start another record."""
    if value.isascii() and value.isprintable():
        return value.strip()
    return "".join(" " if ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" else letter for letter in value).strip()


def http_head(first_line: str, headers: Pairs) -> bytes:
    """Start line and headers of an HTTP message, each in the bytes that came (read as ISO 8859-1 on the way in).

    Chunk framing was taken off on the way in: a reader must not look for it.
    """
    lines = [_line(first_line)]
    for name, value in headers:
        prefix = "X-Archive-Orig-" if name.lower() == "transfer-encoding" else ""
        lines.append(_line(f"{prefix}{name.strip()}: {value}"))
    return b"\r\n".join([*lines, b"", b""])


def _line(text: str) -> bytes:
    if not text.isprintable():
        text = text.translate(_LINE_ENDS)
    text = text.strip()
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
