"""docs/verify-a-verdict.md: its commands are run as they stand there, against a desk that answers over HTTP."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reviews import corrections
from reviews.models import LogEntry, Publication
from reviews.verdict_log import checkpoints, keys
from tests.desk import TEXTS, TestDesk
from tests.protection import lifted
from tests.verification.forgeries import rebuild_tree

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")  # of static files, which nobody asks for here

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "verify-a-verdict.md"
BLOCK = re.compile(r"^## (?P<title>[^\n]+)$|^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.M | re.S)


def blocks() -> list[tuple[str, str, str]]:
    """Every code block with the heading that it stands under and its language."""
    found, title = [], ""
    for match in BLOCK.finditer(DOCUMENT.read_text(encoding="utf-8")):
        title = match["title"] or title
        if match["language"]:
            found.append((title, match["language"], match["code"]))
    return found


class Reader:
    """A partner with an empty directory, who types what the document says."""

    def __init__(self, desk_url: str, verdict: Any, directory: Path) -> None:
        self.directory = directory
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {"DESK": desk_url, "VERDICT": str(verdict), "PATH": tools, "NO_PROXY": "*"}

    def types(self, language: str, code: str) -> subprocess.CompletedProcess[str]:
        command = {"sh": ["bash", "-euo", "pipefail", "-c", code], "python": [sys.executable, "-c", code]}[language]
        return subprocess.run(
            command, cwd=self.directory, env=self.environment, capture_output=True, text=True, timeout=60
        )

    def follows(self, *titles: str) -> dict[str, bool]:
        """Type every block, or those under these headings; return which headings' commands succeeded."""
        went: dict[str, bool] = {}
        for title, language, code in blocks():
            if not titles or title in titles:
                done = self.types(language, code)
                went[title] = went.get(title, True) and done.returncode == 0
                self.said = done.stdout + done.stderr
        return went


@pytest.fixture
def reader(transactional_db: None, live_server: Any, tmp_path: Path) -> Reader:
    """A reader of a desk with three versions of one verdict and one of another."""
    if not shutil.which("curl"):
        pytest.skip("needs curl")
    desk = TestDesk.make()
    claim = desk.published()
    for kind in ("update", "factual"):
        corrections.propose_correction(claim, by=desk.ana, at=desk.tick(), kind=kind, reason="A record.", **TEXTS)
        corrections.correct(claim, by=desk.dov, at=desk.tick())
    desk.published()
    return Reader(live_server.url, Publication.objects.get(claim=claim).pk, tmp_path)


def test_every_command_of_the_document_succeeds(reader: Reader) -> None:
    went = reader.follows()

    assert len(blocks()) == 6
    assert all(went.values()), reader.said
    held = {path.name for path in reader.directory.iterdir()}
    assert held >= {"desk.vkey", "kept.checkpoint", "newer.checkpoint", "entry.json", "verdict.json"}
    assert (reader.directory / "entry.json").read_text(encoding="utf-8") == LogEntry.objects.get(index=2).entry


def test_a_rewritten_log_is_found_by_the_documents_commands(reader: Reader, settings: Any) -> None:
    once, whenever, hashing = (
        "Once: keep the key and a checkpoint",
        "Whenever you like: has the log only grown?",
        ("With nothing but a hash function"),
    )
    assert reader.follows(once, whenever, hashing) == {once: True, whenever: True, hashing: True}
    entry = LogEntry.objects.get(index=1)
    (settings.LOG_KEY_DIR / "verdict-log.roots").unlink()
    with lifted():
        LogEntry.objects.filter(index=1).update(entry=entry.entry.replace("Moscow", "Mosc0w"))
        rebuild_tree()

    assert reader.follows(whenever) == {whenever: False}
    assert "history was rewritten" in reader.said
    assert reader.follows(hashing) == {hashing: False}
    assert "these are not the entries that were signed" in reader.said


def test_a_verdict_that_is_shown_otherwise_is_found_by_the_documents_commands(reader: Reader) -> None:
    reader.follows("Once: keep the key and a checkpoint", "Whenever you like: has the log only grown?")
    publication = Publication.objects.get(pk=reader.environment["VERDICT"])
    Publication.objects.filter(pk=publication.pk).update(
        document=publication.document.replace("neither showed a message", "both showed a message")
    )

    assert not all(reader.follows("Is this verdict in it, as I have it?").values())
    assert "shown otherwise than logged: ['summary']" in reader.said


def test_a_new_key_is_learned_from_the_one_that_is_held(reader: Reader) -> None:
    reader.follows("Once: keep the key and a checkpoint")
    keys.rotate(checkpoints.origin(), with_overlap=True)

    assert all(reader.follows("When the key changes", "Whenever you like: has the log only grown?").values())
    learned = (reader.directory / "desk.vkey.new").read_text(encoding="ascii").strip()
    assert learned == checkpoints.verifier_key()
