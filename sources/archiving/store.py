"""Keeping what was fetched or uploaded as evidence: WARC files, content-addressed, written once."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import Storage

from sources.archiving.atomic_files import AtomicDirectory
from sources.archiving.decoding import body_of, rereads
from sources.archiving.describing import (
    address_fields,
    answer_fields,
    answer_head,
    level_of,
    level_of_type,
    notes_of,
    request_head,
    tools,
)
from sources.archiving.fields import as_fields, from_fields, one_line
from sources.archiving.kept import Archived, Document, Exchange, Held, Kept
from sources.archiving.names import Name
from sources.archiving.warc_reading import Corrupt, Missing, Record, Unresolved, read_records
from sources.archiving.warc_writing import RecordFile, record_id
from sources.fetching.exchanges import first_header

_NOT_MODIFIED: Final = 304
_MAIN_KINDS: Final = ("response", "revisit", "resource")
# What a revisit says of its original under WARC-Refers-To…, by the name under which the original says it.
_REFERENCES: Final = {"": "WARC-Record-ID", "-Target-URI": "WARC-Target-URI", "-Date": "WARC-Date"}


class SnapshotStore:
    """Snapshots below `warc/` of a directory, or of any Django storage. It may be shared between threads."""

    def __init__(self, storage: Path | Storage) -> None:
        self.storage: Storage = AtomicDirectory(storage) if isinstance(storage, Path) else storage

    def keep(self, exchange: Exchange, *, known: Held | None = None, metadata: Mapping[str, str]) -> Archived:
        """Write the records of one exchange and say where they are.

        When `known` has the same body, in the same bytes on the wire, and its file is there, a revisit record takes
        the place of the response. An answer 304 becomes a revisit of `known`; raises Missing when that is not there,
        and then the page is to be asked for without conditions. Raises OSError when the file cannot be written;
        nothing of it is left then.
        """
        if exchange.status == _NOT_MODIFIED and not exchange.wire:
            return self._keep_revisit(exchange, self._asked_about(exchange, known), digest="", metadata=metadata)
        body_digest = sha256(exchange.body).hexdigest()
        digest = body_digest if exchange.wire == exchange.body else sha256(exchange.wire).hexdigest()
        if known and known.sha256 == body_digest and self._holds_payload(known, digest):
            return self._keep_revisit(exchange, known, digest=digest, metadata=metadata)
        name = Name.for_payload(body_digest, digest, uuid4())
        file = RecordFile(target=exchange.url, at=exchange.fetched_at)
        head = answer_head(exchange)
        answer = file.add_response(name.key, head, exchange.wire, digest, answer_fields(exchange), level_of(exchange))
        if not rereads(exchange):
            # What was read cannot be had again from what was sent: keep both.
            refers = [("WARC-Refers-To", answer)]
            file.add_block("conversion", "application/octet-stream", exchange.body, fields=refers)
        file.add_request(request_head(exchange), answer=answer)
        return self._finish(file, name, len(exchange.body), answer, metadata, notes_of(exchange))

    def keep_document(self, document: Document, *, metadata: Mapping[str, str] | None = None) -> Archived:
        """Write the records of an upload: a `resource` under an address of its SHA-256. Raises OSError."""
        digest = sha256(document.body).hexdigest()
        name = Name.for_payload(digest, digest, uuid4())
        file = RecordFile(target=f"urn:factcheck:document:{digest}", at=document.received_at)
        media_type = one_line(document.media_type) or "application/octet-stream"
        level = level_of_type(media_type)
        resource = file.add_block("resource", media_type, document.body, key=name.key, level=level)
        about = {"archive-name": document.name} if document.name else {}
        return self._finish(file, name, len(document.body), resource, metadata or {}, about)

    def holds(self, known: Held) -> bool:
        """Whether that snapshot's file is there and has a body of its own, as far as can be told without reading it."""
        name = Name.of(known.path)
        return name is not None and not name.is_revisit and self.storage.exists(known.path)

    def read(self, path: str) -> Kept:
        """What is kept there, every checksum verified; a revisit's body comes from the file it refers to.

        Raises Missing when there is no such file, Unresolved when that of a revisit's body is missing or damaged,
        Corrupt when the file is damaged or does not hold what belongs together.
        """
        main, conversion, metadata = self._load(path)
        refers_to = metadata.get("archive-refers-to", "") if main.kind == "revisit" else ""
        holder, converted, notes = (main, conversion, metadata)
        if main.kind == "revisit":
            holder, converted, notes = self._load_original(main, refers_to)
        return Kept(
            url=main.fields.get("WARC-Target-URI", ""),
            kept_at=main.fields.get("WARC-Date", ""),
            record_id=main.fields.get("WARC-Record-ID", ""),
            status=int(main.status.partition(" ")[0]) if main.status else None,
            headers=main.headers,
            media_type=_media_type(main) or _media_type(holder),
            wire=holder.payload,
            body=body_of(holder, converted, notes),
            refers_to=refers_to,
            metadata=metadata,
        )

    def bytes_of(self, path: str) -> bytes:
        """The WARC file as it is kept. Raises Missing, or OSError when the storage fails."""
        try:
            with self.storage.open(path, "rb") as file:
                return bytes(file.read())
        except (FileNotFoundError, IsADirectoryError, SuspiciousOperation) as error:
            raise Missing(f"{path!r} is not there") from error

    def verify(self, path: str, digest: str) -> None:
        """Check that the body kept there has this SHA-256 (hexadecimal). Raises Corrupt when it has not."""
        found = sha256(self.read(path).body).hexdigest()
        if found != digest:
            raise Corrupt(f"{path} holds a body with SHA-256 {found}, not {digest}")

    def _holds_payload(self, known: Held, digest: str) -> bool:
        name = Name.of(known.path)
        return name is not None and name.holds_payload(digest) and self.holds(known)

    def _asked_about(self, exchange: Exchange, known: Held | None) -> Held:
        """What a 304 answers about: the page that we said we hold."""
        if known is None or not self.holds(known):
            raise Missing(
                f"{exchange.url} answers that nothing has changed, but what it refers to is not there:"
                " ask again without If-None-Match and If-Modified-Since"
            )
        if known.size is None:
            raise ValueError("Held.size must be given where a 304 is kept")
        return known

    def _keep_revisit(self, exchange: Exchange, known: Held, *, digest: str, metadata: Mapping[str, str]) -> Archived:
        """Write a revisit of `known`, which has the payload with this SHA-256, or whatever a 304 has confirmed."""
        name, original = Name.for_revisit(known.sha256, uuid4()), Name.of(known.path)
        assert original is not None  # who calls has looked
        refers_to = (original.key, known.url, known.fetched_at)
        file = RecordFile(target=exchange.url, at=exchange.fetched_at)
        head, fields = answer_head(exchange), address_fields(exchange)
        answer = file.add_revisit(name.key, head, digest=digest, refers_to=refers_to, fields=fields)
        file.add_request(request_head(exchange), answer=answer)
        about = {**notes_of(exchange), "archive-refers-to": known.path}
        size = len(exchange.body) if digest else known.size or 0
        return self._finish(file, name, size, answer, metadata, about)

    def _finish(
        self,
        file: RecordFile,
        name: Name,
        size: int,
        main: str,
        metadata: Mapping[str, str],
        about: Mapping[str, str],
    ) -> Archived:
        """Add the metadata record, where the archive's own notes cannot be overwritten, and save the file."""
        facts = {"archive-sha256": name.sha256, "archive-size": str(size), "archive-tools": tools(), **about}
        given = {key: value for key, value in metadata.items() if not one_line(key).startswith("archive-")}
        block = as_fields(given | facts)
        file.add_block("metadata", "application/warc-fields", block, fields=[("WARC-Refers-To", main)])
        kept_at = self.storage.save(name.path, ContentFile(file.getvalue()))
        return Archived(kept_at, name.sha256, size, is_revisit=name.is_revisit)

    def _load(self, path: str) -> tuple[Record, Record | None, dict[str, str]]:
        """The main record of a file, the decoded body beside it if there is one, and the metadata."""
        records = {record.kind: record for record in read_records(self.bytes_of(path))}
        main = next((records[kind] for kind in _MAIN_KINDS if kind in records), None)
        is_whole = "metadata" in records and ("request" in records or "resource" in records)
        if main is None or not is_whole:
            raise Corrupt(f"{path} does not hold all the records of a snapshot")
        name = Name.of(path)
        if name is not None and main.fields.get("WARC-Record-ID") != record_id(name.key):
            raise Corrupt(f"{path} holds the records of another file")
        return main, records.get("conversion"), from_fields(records["metadata"].payload)

    def _load_original(self, revisit: Record, path: str) -> tuple[Record, Record | None, dict[str, str]]:
        """The records that a revisit refers to, once it is sure that it means these."""
        try:
            original, conversion, notes = self._load(path)
        except Corrupt as error:
            raise Unresolved(f"What it refers to cannot be had: {error}") from error
        said = {name: revisit.fields.get(f"WARC-Refers-To{suffix}") for suffix, name in _REFERENCES.items()}
        said["WARC-Payload-Digest"] = revisit.fields.get("WARC-Payload-Digest")
        others = [name for name, value in said.items() if value not in (None, original.fields.get(name))]
        if original.kind != "response" or others:
            raise Unresolved(f"{path} is not the snapshot that it refers to")
        return original, conversion, notes


def _media_type(record: Record) -> str:
    if record.kind == "resource":
        return record.fields.get("Content-Type", "")
    return first_header(record.headers, "content-type") or ""
