"""What the archive takes and gives: exchanges, documents, and where they are kept."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from sources.fetching.exchanges import Fetched, Headers


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `wire` is the body without chunk framing but still encoded, `body` decoded.

    `cut` says why the body is not whole, as in `exchanges.Fetched`; `hops` are the redirects, one a line.
    `rereads` promises that our own decoder made `body` of all of `wire` without a fault, and so will again: then
    `wire` alone is kept without trying that.
    """

    url: str
    method: str
    request_headers: Headers
    status: int
    reason: str
    http_version: str
    headers: Headers
    wire: bytes
    body: bytes
    address: str
    fetched_at: datetime
    requested_url: str = ""
    hops: tuple[str, ...] = ()
    cut: str = ""
    rereads: bool = False
    tls: str = ""

    @classmethod
    def of(cls, fetched: Fetched, *, fetched_at: datetime) -> Self:
        """The exchange that a fetch ended with."""
        return cls(
            url=fetched.final_url,
            method="GET",
            request_headers=fetched.request_headers,
            status=fetched.status,
            reason=fetched.reason,
            http_version=fetched.http_version,
            headers=fetched.headers,
            wire=fetched.wire,
            body=fetched.body,
            address=fetched.address,
            fetched_at=fetched_at,
            requested_url=fetched.requested_url,
            hops=tuple(f"{hop.status} {hop.url} -> {hop.location} ({hop.address})" for hop in fetched.hops),
            cut=fetched.cut if fetched.truncated else "",
            tls=fetched.tls,
            rereads=not fetched.truncated,
        )


@dataclass(frozen=True, slots=True)
class Document:
    """An uploaded file or a pasted text: bytes that no server sent us."""

    body: bytes
    media_type: str
    name: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """A snapshot that the source has already, and that is no revisit: its row's facts.

    `size` (bytes of the decoded body) is needed only where a 304 may be kept.
    """

    sha256: str
    url: str
    fetched_at: datetime
    path: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Archived:
    """Where something is kept; `sha256` and `size` (bytes) are of its decoded body."""

    path: str
    sha256: str
    size: int
    is_revisit: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot read back: `wire` as received, `body` decoded, `status` None for what was uploaded.

    `metadata` is what was given, and the archive's own notes under `archive-…`. `refers_to` is the path of the file
    that holds the body of a revisit, else "".
    """

    url: str
    kept_at: str
    record_id: str
    status: int | None
    headers: Headers
    media_type: str
    wire: bytes
    body: bytes
    refers_to: str
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def is_revisit(self) -> bool:
        return bool(self.refers_to)

    @property
    def hops(self) -> list[str]:
        """The redirects that led to the page, one a line."""
        hops = [(name, value) for name, value in self.metadata.items() if name.startswith("archive-hop-")]
        return [value for _, value in sorted(hops, key=lambda hop: int(hop[0].rpartition("-")[2]))]
