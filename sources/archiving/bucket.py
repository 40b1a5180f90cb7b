"""An S3-compatible bucket for snapshots, through django-storages.

boto3 opens its own connections. That is no way around the egress: the bucket is a part of the desk like its database,
its address comes from the operator's environment and never from a source, a person or an answer, and nothing but the
archive's own files passes.
"""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage

from sources.archiving.walking import KeptFile

PAGE = 1_000
"""Names a listing brings in one round trip; no service gives more."""

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class SnapshotBucket(S3Storage):  # type: ignore[misc]
    """Every file is one put of its whole bytes, which the service checks against their SHA-256.

    Names are the archive's, random in part, so nothing is overwritten. What the service refuses is an OSError.
    """

    def __init__(self, *, bucket_name: str, region_name: str, endpoint_url: str = "", location: str = "") -> None:
        self._shared: Any = None
        self._lock = Lock()
        style = "path" if endpoint_url else "auto"
        super().__init__(
            bucket_name=bucket_name,
            region_name=region_name,
            endpoint_url=endpoint_url or None,
            location=location,
            client_config=Config(
                signature_version="s3v4",
                s3={"addressing_style": style, "payload_signing_enabled": True},
                # Our own checksum goes along; a second one in a trailer is what older services stumble over.
                request_checksum_calculation="when_required",
                connect_timeout=5,
                read_timeout=30,
                retries={"mode": "standard", "total_max_attempts": 3},
            ),
        )

    @property
    def connection(self) -> Any:
        """One for all threads: clients may be shared, and making one takes a tenth of a second."""
        with self._lock:
            if self._shared is None:
                self._shared = super().connection
            return self._shared

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: it is random in part, and asking for it would be another round trip."""
        return name

    def exists(self, name: str) -> bool:
        """Whether there is such a file. Raises OSError when the service does not say."""
        with _as_os_error("look for", name):
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Remove a file; it may be gone already. Raises OSError."""
        with _as_os_error("delete", name):
            super().delete(name)

    def walk(self, below: str) -> Iterator[KeptFile]:
        """Every file below a directory, in the order of their names. Raises OSError."""
        place = self._normalize_name(below) + "/"
        prefix = len(place) - len(below) - 1
        with _as_os_error("list", below):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket_name, Prefix=place, PaginationConfig={"PageSize": PAGE}
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield KeptFile(entry["Key"][prefix:], entry["LastModified"])

    def get_modified_time(self, name: str) -> datetime:
        """When a file was written. Raises FileNotFoundError or OSError."""
        with _as_os_error("look for", name):
            written: datetime = self._client.head_object(**self._at(name))["LastModified"]
            return written

    def _open(self, name: str, mode: str = "rb") -> "ContentFile[bytes]":
        if mode != "rb":
            raise ValueError("files are written with save")
        with _as_os_error("read", name):
            return ContentFile(self._client.get_object(**self._at(name))["Body"].read(), name)

    def _save(self, name: str, content: Any) -> str:
        body = content.read()
        digest = b64encode(sha256(body).digest()).decode()
        with _as_os_error("write", name):
            self._client.put_object(**self._at(name), Body=body, ChecksumSHA256=digest, ContentType="application/warc")
        return name

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}


@contextmanager
def _as_os_error(doing: str, name: str) -> Iterator[None]:
    """Say what the service would not do in the words of a file system, which every caller knows."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            raise FileNotFoundError(name) from error
        raise OSError(f"The snapshot bucket refused to {doing} {name!r}: {error}") from error
    except BotoCoreError as error:
        raise OSError(f"The snapshot bucket could not {doing} {name!r}: {error}") from error
