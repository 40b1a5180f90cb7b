"""Whatever is kept comes back byte for byte, through our reader and through one that we did not write."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import brotlicffi as brotli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.archiving import Document, Exchange, SnapshotStore
from sources.archiving.decoding import decoded
from sources.fetching.decoding import Body
from sources.fetching.exchanges import Headers
from tests.sources.archives import ADDRESS, MONDAY, exchange, fetched, held, records, warcio_check

NO_DEADLINE = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BODIES = st.binary(max_size=400) | st.sampled_from(
    [
        b"\r\n\r\nWARC/1.1\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"\r\n" * 9,
        b"\x1f\x8b",
        b"\0" * 99_000,
    ]
)
HEADERS = st.lists(
    st.tuples(
        st.text("aZ-ü\x00\n: ", max_size=5)
        | st.sampled_from([" Content-Encoding", "transfer-encoding", "Content-Length"]),
        st.text(max_size=20) | st.binary(max_size=20).map(lambda raw: raw.decode("latin-1")) | st.just("gzip"),
    ),
    max_size=4,
)
METADATA = st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3)


def raw_deflate(body: bytes) -> bytes:
    return zlib.compress(body)[2:-4]


ENCODINGS = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body[:7], 1) + gzip.compress(body[7:]) + b"what follows",
    "deflate": zlib.compress,
    "deflate ": raw_deflate,
    "br": brotli.compress,
    "zstd": lambda body: b"(\xb5/\xfd" + body[::-1],  # not read by us: any bytes stand for it
}


@NO_DEADLINE
@given(body=BODIES, encoding=st.sampled_from(sorted(ENCODINGS)), headers=HEADERS, metadata=METADATA, reason=st.text())
def test_exchanges(
    body: bytes, encoding: str, headers: Headers, metadata: dict[str, str], reason: str, tmp_path: Path
) -> None:
    store = SnapshotStore(tmp_path)
    said = (("Content-Encoding", encoding),) if encoding else ()
    sent = exchange(body, ENCODINGS[encoding](body), headers=(*headers, *said), reason=reason)

    archived = store.keep(sent, metadata=metadata)

    file = tmp_path / archived.path
    kept = store.read(archived.path)
    assert (kept.body, kept.wire) == (sent.body, sent.wire)
    assert records(file)[0].payload == sent.wire
    assert warcio_check(file) == 0
    store.verify(archived.path, sha256(body).hexdigest())


@NO_DEADLINE
@given(body=BODIES, headers=HEADERS, metadata=METADATA, status=st.sampled_from([200, 304]))
def test_revisits(body: bytes, headers: Headers, metadata: dict[str, str], status: int, tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    sent = exchange(body, gzip.compress(body))
    first = store.keep(sent, metadata={})
    again = replace(sent, headers=(*headers, ("ETag", "x")), status=status)
    again = replace(again, wire=b"", body=b"") if status == 304 else again

    archived = store.keep(again, known=held(first), metadata=metadata)

    assert archived.is_revisit
    assert (store.read(archived.path).body, archived.size) == (body, len(body))
    assert warcio_check(tmp_path / archived.path) == 0


@NO_DEADLINE
@given(body=BODIES, media_type=st.text(max_size=12), name=st.text(max_size=12))
def test_documents(body: bytes, media_type: str, name: str, tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)

    archived = store.keep_document(Document(body, media_type, name, MONDAY))

    assert store.read(archived.path).body == body
    assert records(tmp_path / archived.path)[0].payload == body
    assert warcio_check(tmp_path / archived.path) == 0


@settings(max_examples=300, deadline=None)
@given(
    wire=st.binary(max_size=60)
    | BODIES.flatmap(lambda body: st.sampled_from([make(body) for make in ENCODINGS.values()])),
    encoding=st.sampled_from(["identity", "gzip", "deflate", "br"]),
    piece=st.integers(1, 70),
    limit=st.integers(0, 500),
)
def test_what_the_fetcher_decodes_without_a_fault_it_decodes_again(
    wire: bytes, encoding: str, piece: int, limit: int
) -> None:
    """The ground on which `Exchange.rereads` stands: in whatever pieces it came, in one piece it gives the same."""
    body = Body(encoding, wire_limit=200_000, decoded_limit=limit)
    fault = ""
    for start in range(0, len(wire), piece):
        fault = fault or body.take(wire[start : start + piece])
    fault = fault or body.finish()
    received, read = body.contents()

    if not fault:
        assert decoded((("Content-Encoding", encoding),), received, len(read)) == read


@NO_DEADLINE
@given(body=BODIES)
def test_what_the_fetcher_gives(body: bytes, tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    sent = Exchange.of(fetched(body, gzip.compress(body)), fetched_at=MONDAY)

    kept = store.read(store.keep(sent, metadata={}).path)

    assert (kept.body, kept.wire, kept.url) == (body, sent.wire, ADDRESS)
