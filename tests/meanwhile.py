"""Somebody else acts between a verb's check and its writing: races without threads, the same on every run."""

from collections.abc import Callable
from typing import Any

import pytest


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[[], object], *, before: bool = False
) -> None:
    """Let `act` happen once, right after (or before) the next call of the module's function."""
    original = getattr(module, name)

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(module, name, original)
        if before:
            act()
        result = original(*args, **kwargs)
        if not before:
            act()
        return result

    monkeypatch.setattr(module, name, interrupted)
