"""The reader of the environment refuses nonsense, naming the variable and what to set it to."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from factcheck import environment

NAME = "FACTCHECK_TESTED"
READERS: dict[str, Callable[[], object]] = {
    "boolean": lambda: environment.boolean(NAME, default=False),
    "whole_number": lambda: environment.whole_number(NAME, default=5, least=1),
    "loopback_pairs": lambda: environment.loopback_pairs(NAME),
}


@pytest.mark.parametrize(
    ("reader", "value", "why", "fix"),
    [
        ("boolean", "perhaps", "neither yes nor no", "true or false"),
        ("boolean", "", "neither yes nor no", "true or false"),
        ("boolean", "2", "neither yes nor no", "true or false"),
        ("whole_number", "ten", "invalid literal", "a whole number, 1 or more"),
        ("whole_number", "1.5", "invalid literal", "a whole number, 1 or more"),
        ("whole_number", "0", "below 1", "a whole number, 1 or more"),
        ("whole_number", "-3", "below 1", "a whole number, 1 or more"),
        ("loopback_pairs", "127.0.0.1", "has no port", "loopback pairs such as 127.0.0.1:8001"),
        ("loopback_pairs", "127.0.0.1:0", "has no port", "loopback pairs such as 127.0.0.1:8001"),
        ("loopback_pairs", "127.0.0.1:65536", "has no port", "loopback pairs such as 127.0.0.1:8001"),
        ("loopback_pairs", "127.0.0.1:x", "invalid literal", "loopback pairs such as 127.0.0.1:8001"),
        ("loopback_pairs", "10.0.0.1:80", "is not a loopback address", "or leave it empty"),
        ("loopback_pairs", "desk.example:80", "does not appear to be", "or leave it empty"),
        ("loopback_pairs", "127.0.0.1:80,8.8.8.8:80", "is not a loopback address", "or leave it empty"),
    ],
)
def test_nonsense_is_refused_with_its_name_its_reason_and_the_fix(
    monkeypatch: pytest.MonkeyPatch, reader: str, value: str, why: str, fix: str
) -> None:
    monkeypatch.setenv(NAME, value)

    with pytest.raises(ImproperlyConfigured) as refusal:
        READERS[reader]()

    told = str(refusal.value)
    assert told.startswith(f"{NAME}={value!r} is not understood")
    assert why in told
    assert f"Set it to {told.partition('Set it to ')[2]}" in told
    assert fix in told


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ("true", True),
        ("YES", True),
        (" on ", True),
        ("1", True),
        ("False", False),
        ("no", False),
        ("0", False),
    ],
)
def test_yes_and_no_have_their_usual_spellings(monkeypatch: pytest.MonkeyPatch, value: str, meaning: object) -> None:
    monkeypatch.setenv(NAME, value)

    assert environment.boolean(NAME, default=False) is meaning


def test_an_unset_variable_gives_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)

    assert environment.boolean(NAME, default=True) is True
    assert environment.whole_number(NAME, default=5) == 5
    assert environment.names(NAME, default="a,b") == ["a", "b"]
    assert environment.loopback_pairs(NAME) == frozenset()


def test_names_are_split_at_commas_and_stripped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, " desk.example , ,www.desk.example,")

    assert environment.names(NAME) == ["desk.example", "www.desk.example"]


def test_a_folder_becomes_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(NAME, "data/../var")

    assert environment.folder(NAME, default=Path("/")) == tmp_path.resolve() / "var"


def test_loopback_pairs_take_both_families(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "127.0.0.1:8001, [::1]:8002,localhost:8003")

    assert environment.loopback_pairs(NAME) == {("127.0.0.1", 8001), ("::1", 8002), ("localhost", 8003)}
