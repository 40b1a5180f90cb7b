"""What the tests of sources share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

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
