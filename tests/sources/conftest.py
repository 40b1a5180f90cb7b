"""What the tests of sources share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sources.fetching import connecting
from tests.sources.authority import Authority
from tests.sources.loopback import Origin, Script


@pytest.fixture
def serve() -> Iterator[Callable[..., Origin]]:
    """Start servers on loopback; all are closed after the test."""
    started: list[Origin] = []

    def start(script: Script | bytes, **options: object) -> Origin:
        origin = Origin(script, **options)  # type: ignore[arg-type]
        started.append(origin)
        return origin

    yield start
    for origin in started:
        origin.close()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """An authority that the system's store knows for the length of a test."""
    made = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    connecting.system_trust.cache_clear()
    yield made
    connecting.system_trust.cache_clear()
