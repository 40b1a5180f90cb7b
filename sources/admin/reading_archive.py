"""What the archive holds of a snapshot: compared with its row, or in words why it cannot be had."""

import re
from hashlib import sha256
from typing import Final

from sources.archiving import Corrupt, Kept, desk_store
from sources.archiving.describing import is_text
from sources.models import Snapshot
from sources.reading.charset_labels import codec_for

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]{1,40})", re.IGNORECASE)


def kept_of(snapshot: Snapshot) -> Kept | str:
    """What one check got, its checksums verified and its body that of the row; in words why it cannot be had."""
    try:
        kept = desk_store().read(snapshot.path)
    except (Corrupt, OSError) as error:
        return f"The archive file is damaged or missing: {error}"
    found = sha256(kept.body).hexdigest()
    if found != snapshot.sha256:
        return f"The archive file is damaged or missing: it holds a body with SHA-256 {found}"
    return kept


def body_of(snapshot: Snapshot) -> bytes | str:
    """The decoded body; in words why it cannot be had."""
    kept = kept_of(snapshot)
    return kept if isinstance(kept, str) else kept.body


def file_of(snapshot: Snapshot) -> bytes | str:
    """The WARC file as it is kept; in words why it cannot be had."""
    kept = kept_of(snapshot)
    return kept if isinstance(kept, str) else desk_store().bytes_of(snapshot.path)


def source_of(snapshot: Snapshot) -> str | None:
    """The body as the letters it was written in, None for what is no text. Raises ValueError saying why it is not had.

    Nothing is guessed here: without a charset that we know it is UTF-8, and what is none becomes U+FFFD.
    """
    if not is_text(snapshot.media_type):
        return None
    body = body_of(snapshot)
    if isinstance(body, str):
        raise ValueError(body)
    declared = _CHARSET.search(snapshot.media_type)
    return body.decode(codec_for(declared[1] if declared else None) or "utf-8", "replace")
