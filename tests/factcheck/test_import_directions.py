"""Imports go one way only: what is planted against a contract fails the build, naming the contract."""

import shutil
import subprocess
import sys
import tomllib
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
        (
            "sources/fetching/egress.py",
            "import requests",
            "Only the egress below sources.fetching opens a connection",
            "sources.fetching.egress -> requests",
        ),
        (
            "factcheck/apps.py",
            "from smtplib import SMTP",
            "Only the egress below sources.fetching opens a connection",
            "factcheck.apps -> smtplib",
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


def banned() -> list[str]:
    """What pyproject.toml bans, as whoever would use it writes it."""
    settings = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))
    return sorted(settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"])


CLIENTS = {
    *("aiohttp", "asyncio.open_connection", "dns", "ftplib", "http.client", "httpcore", "httpx", "imaplib", "poplib"),
    *("pycurl", "requests", "smtplib", "socket", "telnetlib", "trafilatura.fetch_url", "urllib.request"),
    *("urllib.robotparser", "urllib3", "websockets", "xmlrpc"),
}


def test_every_client_that_we_know_of_is_banned() -> None:
    assert set(banned()) >= CLIENTS


@pytest.mark.parametrize("package", ["claims", "sources", "reviews", "partners", "factcheck"])
def test_ruff_refuses_every_other_way_out_in_every_package(tree: Path, package: str) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "--output-format", "concise"]
    before = subprocess.run([*ruff, "."], cwd=tree, capture_output=True, text=True, check=False)
    lines = [f"import {name}" for name in banned()]
    lines += [f"from {home} import {name}" for home, _, name in map(partition_at_last_dot, banned()) if home]
    (tree / package / "planted.py").write_text("\n".join(lines), encoding="utf-8")

    after = subprocess.run([*ruff, "."], cwd=tree, capture_output=True, text=True, check=False)

    assert before.returncode == 0, before.stdout
    refused = [line for line in after.stdout.splitlines() if "opens an outward connection" in line]
    assert {int(line.split(":")[1]) for line in refused} == set(range(1, len(lines) + 1))


def partition_at_last_dot(name: str) -> tuple[str, str, str]:
    return name.rpartition(".")


@pytest.mark.parametrize(
    "line",
    [
        "import asyncio; asyncio.open_connection('example.org', 80)",
        "import trafilatura; trafilatura.fetch_url('http://example.org/')",
        "from urllib import request; request.urlopen('http://example.org/')",
        "from http import client; client.HTTPConnection('example.org')",
        "import importlib, urllib; urllib.request.urlopen('http://example.org/')",
    ],
)
def test_ruff_sees_through_other_spellings(tree: Path, line: str) -> None:
    (tree / "partners" / "planted.py").write_text(line, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "partners/planted.py"]

    found = subprocess.run(ruff, cwd=tree, capture_output=True, text=True, check=False)

    assert found.returncode == 1
    assert "sources/fetching is the only code that opens an outward connection" in found.stdout
