"""The lock files: complete, hashed, current, naming no registry, and above every safety floor."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

HERE = Path(__file__).resolve().parents[2]
LOCKS = ("app.txt", "dev.txt")
# Below these, a known hole is open.
FLOORS = {
    "django": "5.2.19",
    "djangorestframework": "3.18",
    "celery": "5.7",
    "kombu": "5.7",
    "urllib3": "2.8",
    "lxml": "6.1",
    "lxml-html-clean": "0.4",
    "pypdf": "7.1",
    "brotlicffi": "1.2",
}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))? \\$")


def text_of(lock: str) -> str:
    return (HERE / "requirements" / lock).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, Version]:
    """Name and version of every pin; a name with two markers keeps the lowest."""
    found: dict[str, Version] = {}
    for line in text_of(lock).splitlines():
        if match := PIN.match(line):
            name, pinned = canonicalize_name(match["name"]), Version(match["version"])
            found[name] = min(pinned, found.get(name, pinned))
    return found


def asked(group: str) -> list[Requirement]:
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
    lines = {"app": project["project"]["dependencies"], "dev": project["dependency-groups"]["dev"]}[group]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_nothing_else_stands_there(lock: str) -> None:
    blocks = re.split(r"\n(?=[^ ])", text_of(lock).strip())

    assert len(blocks) > 30
    for block in blocks:
        lines = block.split("\n")
        assert PIN.match(lines[0]), lines[0]
        hashes = [line for line in lines[1:] if re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}(?: \\)?", line)]
        rest = [line for line in lines[1:] if line not in hashes]
        assert hashes, f"{lines[0]} has no hash"
        assert all(line.startswith("    #") for line in rest), rest


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_file_names_an_address_or_an_index(lock: str) -> None:
    text = text_of(lock)

    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash", ""), re.M)


@pytest.mark.parametrize(("group", "lock"), [("app", "app.txt"), ("app", "dev.txt"), ("dev", "dev.txt")])
def test_every_requirement_of_the_project_is_locked_within_its_range(group: str, lock: str) -> None:
    locked = pins(lock)

    stale = [
        str(requirement)
        for requirement in asked(group)
        if (pinned := locked.get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(pinned)
    ]

    assert stale == [], "run `make lock`"


def test_developers_run_the_versions_that_production_runs() -> None:
    developers = pins("dev.txt")

    assert {name: developers.get(name) for name in pins("app.txt")} == pins("app.txt")


@pytest.mark.parametrize(("name", "floor"), FLOORS.items())
def test_nothing_is_locked_or_installed_below_its_safety_floor(name: str, floor: str) -> None:
    assert pins("app.txt")[name] >= Version(floor)
    assert Version(version(name)) >= Version(floor)


def test_each_dependency_says_why_it_is_there() -> None:
    listed = re.findall(r'^  "([^"]+)",?(.*)$', (HERE / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    silent = [name for name, rest in listed if re.match(r"[a-z0-9-]+(\[|[<>=]=)", name) and "#" not in rest]

    assert silent == []
