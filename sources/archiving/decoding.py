"""From the bytes of the wire to the body that was read, and whether one gives the other."""

from collections.abc import Mapping

from sources.archiving.kept import Exchange
from sources.archiving.warc_reading import Record
from sources.fetching.decoding import Body, content_encoding
from sources.fetching.exchanges import Headers, Refused


def rereads(exchange: Exchange) -> bool:
    """Whether the body can be had again from the wire. It is tried only where the fetcher does not promise it."""
    if exchange.rereads:
        return True
    headers = tuple((name.strip(), value) for name, value in exchange.headers)  # as they will be read back
    return decoded(headers, exchange.wire, len(exchange.body)) == exchange.body


def body_of(main: Record, conversion: Record | None, notes: Mapping[str, str]) -> bytes:
    """The decoded body of a file: beside the answer where it was kept, else from the answer."""
    if conversion is not None:
        return conversion.payload
    size = notes.get("archive-size", "")
    body = decoded(main.headers, main.payload, int(size) if size.isdecimal() else len(main.payload))
    return main.payload if body is None else body


def decoded(headers: Headers, wire: bytes, size: int) -> bytes | None:
    """Up to `size` bytes of the decoded body, or None when its encoding is not one we read."""
    try:
        body = Body(content_encoding(headers), wire_limit=len(wire), decoded_limit=size)
    except Refused:
        return None
    body.take(wire)
    return body.contents()[1]
