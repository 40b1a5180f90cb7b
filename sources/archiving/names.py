"""The names of kept files, which say what is in them: a file need not be opened to know whether it holds some bytes."""

import re
from dataclasses import dataclass
from typing import Final, Self
from uuid import UUID

DIRECTORY: Final = "warc"
_REVISIT: Final = "revisit"
_TAG: Final = 32
_PATH: Final = re.compile(
    rf"{DIRECTORY}/(?P<a>[0-9a-f]{{2}})/(?P<b>[0-9a-f]{{2}})/(?P<sha256>(?P=a)(?P=b)[0-9a-f]{{60}})"
    rf"-(?P<payload>[0-9a-f]{{{_TAG}}}|{_REVISIT})-(?P<key>[0-9a-f]{{32}})\.warc\.gz"
)


@dataclass(frozen=True, slots=True)
class Name:
    """What a file's name says: SHA-256 of the decoded body, the payload's mark, and the key of the first record.

    The key is random, so no name is used twice. The mark is the start of the SHA-256 of the payload as it came over
    the wire, or "revisit" for a file without one.
    """

    sha256: str
    payload: str
    key: UUID

    @classmethod
    def of(cls, path: str) -> Self | None:
        """What this path says, None if it is none of ours."""
        match = _PATH.fullmatch(path)
        return cls(match["sha256"], match["payload"], UUID(match["key"])) if match else None

    @classmethod
    def for_payload(cls, sha256: str, digest: str, key: UUID) -> Self:
        """The name of a file that holds the payload with this digest."""
        return cls(sha256, digest[:_TAG], key)

    @classmethod
    def for_revisit(cls, sha256: str, key: UUID) -> Self:
        """The name of a file that refers to another one for its body."""
        return cls(sha256, _REVISIT, key)

    @property
    def path(self) -> str:
        return f"{DIRECTORY}/{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}-{self.payload}-{self.key.hex}.warc.gz"

    def holds_payload(self, digest: str) -> bool:
        """Whether the payload with this SHA-256 is in the file, as far as the name says."""
        return self.payload == digest[:_TAG]

    @property
    def is_revisit(self) -> bool:
        return self.payload == _REVISIT
