"""Imports go one way only: what is planted against a contract fails the build, naming the contract."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
PACKAGES = ("claims", "sources", "reviews", "partners", "factcheck", "tests")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the linters read."""
    copy = tmp_path / "tree"
    for package in PACKAGES:
        shutil.copytree(
            HERE / package,
            copy / package,
            ignore=lambda _, names: {name for name in names if Path(name).suffix not in ("", ".py")},
        )
    shutil.copy(HERE / "pyproject.toml", copy)
    return copy


def plant(tree: Path, name: str, line: str) -> None:
    with (tree / name).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    return subprocess.run(
        command,
        cwd=tree,
        env={"PYTHONPATH": str(tree), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_tree_as_it_stands_passes(tree: Path) -> None:
    """The twin of the plants below."""
    result = lint_imports(tree)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("name", "line", "broken", "chain"),
    [
        (
            "claims/workflow.py",
            "from reviews import workflow as planted",
            "Apps import downwards only",
            "claims.workflow -> reviews.workflow",
        ),
        (
            "claims/rules.py",
            "from claims import workflow as planted",
            "Inside an app",
            "claims.rules -> claims.workflow",
        ),
        (
            "sources/models/__init__.py",
            "import sources.tasks",
            "Inside an app",
            "sources.models -> sources.tasks",
        ),
        (
            "partners/apps.py",
            "import urllib3",
            "Only the egress below sources.fetching opens a connection",
            "partners.apps -> urllib3",
        ),
    ],
)
def test_a_planted_import_fails_and_names_its_contract(
    tree: Path, name: str, line: str, broken: str, chain: str
) -> None:
    plant(tree, name, line)

    result = lint_imports(tree)

    assert result.returncode == 1
    failures = result.stdout.partition("Broken contracts")[2]
    assert broken in failures
    assert chain in failures


@pytest.mark.parametrize(
    "line",
    [
        "import http.client",
        "from http.client import HTTPSConnection",
        "import urllib.request",
        "from urllib.request import urlopen",
        "import requests",
        "import httpx",
        "import socket",
        "import urllib3",
    ],
)
def test_ruff_refuses_every_other_way_out(tree: Path, line: str) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251"]
    before = subprocess.run([*ruff, "."], cwd=tree, capture_output=True, text=True, check=False)
    plant(tree, "partners/apps.py", line)

    after = subprocess.run([*ruff, "."], cwd=tree, capture_output=True, text=True, check=False)

    assert before.returncode == 0, before.stdout
    assert after.returncode == 1
    assert "sources/fetching is the only code that opens an outward connection" in after.stdout
