"""Nothing in the tree names a machine it was written on, or a registry it was installed from."""

import re
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2]
# Put together here so that this file does not find itself.
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:{})/".format("|".join(["wo" + "rk", "ro" + "ot", "Us" + "ers", r"ho" + r"me/\w+"]))
)
REGISTRIES = re.compile(
    "|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", r"deb\." + r"debian\.org"])
)


def tracked() -> list[Path]:
    """Every file that is or would be committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True).stdout.split("\0")
    return [HERE / name for name in names if name and (HERE / name).is_file()]


def lines_matching(pattern: re.Pattern[str], files: list[Path]) -> list[str]:
    found = []
    for file in files:
        text = file.read_bytes().decode("utf-8", "replace")
        for number, line in enumerate(text.splitlines(), 1):
            if match := pattern.search(line):
                found.append(f"{file.name}:{number}: {match[0]}")
    return found


@pytest.fixture(scope="module")
def files() -> list[Path]:
    found = tracked()
    if not found:
        pytest.skip("not a git checkout")
    return found


def test_no_file_carries_a_machine_path(files: list[Path]) -> None:
    assert lines_matching(MACHINE_PATH, files) == []


def test_no_file_names_a_registry_host(files: list[Path]) -> None:
    assert lines_matching(REGISTRIES, files) == []


@pytest.mark.parametrize("planted", ["/wo" + "rk/main/x", "see /ro" + "ot/.cache", "'/ho" + "me/ana/desk'"])
def test_a_planted_machine_path_is_found(tmp_path: Path, planted: str) -> None:
    file = tmp_path / "notes.md"
    file.write_text(f"first\n{planted}\n", encoding="utf-8")

    assert len(lines_matching(MACHINE_PATH, [file])) == 1


def test_a_planted_registry_is_found(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("--index" + "-url https://py" + "pi.org/simple", encoding="utf-8")

    assert len(lines_matching(REGISTRIES, [file])) == 1


@pytest.mark.parametrize("planted", ["/framework/", "docs.example/work/", "~/work", "the /work-flow"])
def test_words_that_only_look_like_one_are_left_alone(tmp_path: Path, planted: str) -> None:
    file = tmp_path / "notes.md"
    file.write_text(planted, encoding="utf-8")

    assert lines_matching(MACHINE_PATH, [file]) == []
