"""Keeping what was fetched or uploaded as evidence: WARC files, content-addressed, written once."""

import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sources.archiving.atomic_files import AtomicDirectory, Storage
from sources.archiving.kept import Archived, Document, Exchange, Held, Kept
from sources.archiving.warc_records import (
    FAST,
    STORED,
    Corrupt,
    Record,
    RecordFile,
    as_fields,
    first_fields,
    from_fields,
    one_line,
    payload_digest,
    read_records,
    target_uri,
)
from sources.fetching.decoding import Body, content_encoding
from sources.fetching.exchanges import Headers, Refused, first_header

_TOOLS: Final = ("warcio", "urllib3", "selectolax", "trafilatura", "pypdf")
_MAIN_KINDS: Final = ("response", "revisit", "resource")
_TRUNCATED: Final = {
    "wire_bytes": "length",
    "decoded_bytes": "length",
    "timeout": "time",
    "protocol": "disconnect",
    "tls": "disconnect",
}


class SnapshotStore:
    """Snapshots below `warc/` of a directory, or of any Django storage."""

    def __init__(self, root: Path | Storage) -> None:
        self._storage: Storage = AtomicDirectory(root) if isinstance(root, Path) else root

    def keep(self, exchange: Exchange, *, known: Held | None = None, metadata: Mapping[str, str]) -> Archived:
        """Write the records of one exchange and say where they are.

        When `known` has the same body, in the same bytes on the wire, a revisit record (of the profile
        identical-payload-digest) takes the place of the response. Raises OSError when the file cannot be
        written; nothing of it is left then.
        """
        digest = sha256(exchange.body).hexdigest()
        original = self._original(known, exchange) if known and known.sha256 == digest else None
        file = RecordFile(target=exchange.url, at=exchange.fetched_at)
        about = _about(exchange)
        if original is None:
            answer = _write_response(file, exchange)
        else:
            answer = _write_revisit(file, exchange, original)
            about["archive-refers-to"] = original.path
        request = (exchange.method, f"{_request_target(exchange.url)} {exchange.http_version}")
        file.add_http("request", request, exchange.request_headers, b"", fields=[("WARC-Concurrent-To", answer)])
        return self._finish(file, exchange.body, digest, answer, metadata, about)

    def keep_document(self, document: Document, *, metadata: Mapping[str, str] | None = None) -> Archived:
        """Write the records of an upload: a `resource` under an address of its SHA-256. Raises OSError."""
        digest = sha256(document.body).hexdigest()
        file = RecordFile(target=f"urn:factcheck:document:{digest}", at=document.received_at)
        media_type = one_line(document.media_type) or "application/octet-stream"
        resource = file.add_block("resource", media_type, document.body)
        about = {"archive-name": document.name} if document.name else {}
        return self._finish(file, document.body, digest, resource, metadata or {}, about)

    def read(self, path: str) -> Kept:
        """What is kept there, every checksum verified; a revisit's body comes from the file it refers to.

        Raises Corrupt when a file is missing or damaged, or does not hold what belongs together.
        """
        main, conversion, metadata = self._load(path)
        body_holder, body_converted, body_notes = main, conversion, metadata
        if main.kind == "revisit":
            body_holder, body_converted, body_notes = self._load(metadata.get("archive-refers-to", ""))
            if body_holder.kind != "response":
                raise Corrupt(f"{path} refers to no snapshot with a body of its own")
        return Kept(
            url=main.fields.get("WARC-Target-URI", ""),
            kept_at=main.fields.get("WARC-Date", ""),
            status=int(main.status.partition(" ")[0]) if main.status else None,
            headers=main.headers,
            media_type=first_header(main.headers, "content-type") or main.fields.get("Content-Type", ""),
            wire=body_holder.payload,
            body=_body_of(body_holder, body_converted, body_notes),
            is_revisit=main.kind == "revisit",
            metadata=metadata,
        )

    def verify(self, path: str, digest: str) -> None:
        """Check that the body kept there has this SHA-256 (hexadecimal). Raises Corrupt when it has not."""
        found = sha256(self.read(path).body).hexdigest()
        if found != digest:
            raise Corrupt(f"{path} holds a body with SHA-256 {found}, not {digest}")

    def _load(self, path: str) -> tuple[Record, Record | None, dict[str, str]]:
        """The main record of a file, the decoded body beside it if there is one, and the metadata."""
        records = {record.kind: record for record in read_records(self._bytes(path))}
        main = next((records[kind] for kind in _MAIN_KINDS if kind in records), None)
        is_whole = "metadata" in records and ("request" in records or "resource" in records)
        if main is None or not is_whole:
            raise Corrupt(f"{path} does not hold all the records of a snapshot")
        return main, records.get("conversion"), from_fields(records["metadata"].payload)

    def _original(self, known: Held, exchange: Exchange) -> "_Original | None":
        """The response record that `known` stands for, when its payload is what came over the wire now."""
        digest = payload_digest(exchange.wire)
        for path in [known.path] if known.path else self._paths_of(known.sha256):
            try:
                with self._storage.open(path, "rb") as file:
                    first = first_fields(file)
            except (Corrupt, FileNotFoundError):
                continue
            target, date = first.get("WARC-Target-URI", ""), first.get("WARC-Date", "")
            is_same = first.get("WARC-Type") == "response" and first.get("WARC-Payload-Digest") == digest
            if is_same and (known.path or target == target_uri(known.url)):
                return _Original(path, digest, target, date)
        return None

    def _paths_of(self, digest: str) -> list[str]:
        directory = _directory(digest)
        _, names = self._storage.listdir(directory)
        return [f"{directory}/{name}" for name in names if name.startswith(f"{digest}-")]

    def _finish(
        self,
        file: RecordFile,
        body: bytes,
        digest: str,
        main: str,
        metadata: Mapping[str, str],
        about: Mapping[str, str],
    ) -> Archived:
        """Add the metadata record, where the archive's own notes cannot be overwritten, and save the file."""
        facts = {"archive-sha256": digest, "archive-size": str(len(body)), "archive-tools": _tools(), **about}
        given = {name: value for name, value in metadata.items() if not name.startswith("archive-")}
        block = as_fields(given | facts)
        file.add_block("metadata", "application/warc-fields", block, fields=[("WARC-Refers-To", main)])
        path = f"{_directory(digest)}/{digest}-{secrets.token_hex(8)}.warc.gz"
        kept_at = self._storage.save(path, io.BytesIO(file.getvalue()))
        return Archived(kept_at, digest, len(body), is_revisit="archive-refers-to" in facts)

    def _bytes(self, path: str) -> bytes:
        try:
            with self._storage.open(path, "rb") as file:
                return file.read()
        except (FileNotFoundError, IsADirectoryError, ValueError) as error:
            raise Corrupt(f"{path!r} is not there") from error


@dataclass(frozen=True, slots=True)
class _Original:
    path: str
    digest: str
    target: str
    date: str


@cache
def _tools() -> str:
    return ", ".join(f"{name} {version(name)}" for name in _TOOLS)


def _write_response(file: RecordFile, exchange: Exchange) -> str:
    is_encoded = bool(first_header(exchange.headers, "content-encoding"))
    answer = file.add_http(
        "response",
        (exchange.http_version, f"{exchange.status} {exchange.reason}"),
        exchange.headers,
        exchange.wire,
        fields=_fields(exchange),
        level=STORED if is_encoded else FAST,
    )
    if _decoded(exchange.headers, exchange.wire, len(exchange.body)) != exchange.body:
        # What was read cannot be had again from what was sent: keep both.
        refers = [("WARC-Refers-To", answer)]
        file.add_block("conversion", "application/octet-stream", exchange.body, fields=refers)
    return answer


def _write_revisit(file: RecordFile, exchange: Exchange, original: _Original) -> str:
    return file.add_revisit(
        (exchange.http_version, f"{exchange.status} {exchange.reason}"),
        exchange.headers,
        digest=original.digest,
        refers_to=(original.target, original.date),
        fields=_fields(exchange),
    )


def _fields(exchange: Exchange) -> list[tuple[str, str]]:
    fields = [("WARC-IP-Address", one_line(exchange.address))] if exchange.address else []
    return fields + ([("WARC-Truncated", _TRUNCATED.get(exchange.cut, "unspecified"))] if exchange.cut else [])


def _about(exchange: Exchange) -> dict[str, str]:
    about = {
        "archive-requested-url": exchange.requested_url or exchange.url,
        "archive-final-url": exchange.url,
    }
    return about | {f"archive-hop-{number}": hop for number, hop in enumerate(exchange.hops, start=1)}


def _body_of(main: Record, conversion: Record | None, metadata: Mapping[str, str]) -> bytes:
    if conversion is not None:
        return conversion.payload
    size = metadata.get("archive-size", "")
    decoded = _decoded(main.headers, main.payload, int(size) if size.isdecimal() else len(main.payload))
    return main.payload if decoded is None else decoded


def _decoded(headers: Headers, wire: bytes, size: int) -> bytes | None:
    """Up to `size` bytes of the decoded body, or None when its encoding is not one we read."""
    try:
        body = Body(content_encoding(headers), wire_limit=len(wire), decoded_limit=size)
    except Refused:
        return None
    body.take(wire)
    return body.contents()[1]


def _directory(digest: str) -> str:
    return f"warc/{digest[:2]}/{digest[2:4]}"


def _request_target(url: str) -> str:
    parts = urlsplit(target_uri(url))
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
