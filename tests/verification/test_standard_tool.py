"""A verifier that we did not write (aics-tlog) checks the log as it is served: signature, inclusion, consistency.

FACTCHECK_LOG_ENTRIES=2000 is the long form.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import aics_tlog
import pytest
from aics_tlog.note import parse_vkey
from django.core.management import call_command
from django.test import Client

from reviews.models import LogEntry
from reviews.verdict_log import checkpoints
from tests.desk import TestDesk
from tests.verification.building import log_of

ENTRIES = int(os.environ.get("FACTCHECK_LOG_ENTRIES", "300"))


class ServedTiles:
    """The log's addresses as that tool asks for them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.asked = 0

    def get(self, path: str) -> bytes | None:
        self.asked += 1
        answer = self.client.get(f"/log/{path}")
        assert answer.status_code in {200, 404}
        return answer.content if answer.status_code == 200 else None

    def read_tile(self, level: int, index: int, width: int | None) -> bytes | None:
        return self.get(aics_tlog.tiles.tile_path(level, index, width))

    def read_entry_bundle(self, index: int, width: int | None) -> bytes | None:
        return self.get(aics_tlog.tiles.entry_bundle_path(index, width))


@pytest.fixture
def log(desk: TestDesk) -> TestDesk:
    log_of(desk, ENTRIES)
    return desk


def head(client: Client) -> Any:
    """The served checkpoint, once the tool has verified its signature with the served key."""
    note = aics_tlog.parse_note(client.get("/log/checkpoint").content)
    key = parse_vkey(client.get("/log/vkey").content.decode().strip())
    verified = aics_tlog.verify_checkpoint(note, key, expected_origin=checkpoints.origin())
    assert verified.ok, verified.error
    return verified


def test_signature_inclusion_and_consistency_of_every_entry(log: TestDesk, client: Client) -> None:
    top, served = head(client), ServedTiles(client)
    reader = aics_tlog.VerifiedTileReader(served, top.size, top.root)
    logged = {entry.index: entry.entry.encode() for entry in LogEntry.objects.all()}
    assert top.size == len(logged) == ENTRIES

    for index, entry in logged.items():
        proof = aics_tlog.inclusion_proof_from_tiles(reader, index, top.size)
        assert aics_tlog.read_entry(reader, index, top.size) == entry
        assert aics_tlog.verify_leaf_inclusion(entry, index, top.size, proof, top.root)
        root = checkpoints.nodes.root(index + 1)
        consistency = aics_tlog.consistency_proof_from_tiles(reader, index + 1, top.size)
        assert aics_tlog.verify_consistency(index + 1, top.size, root, top.root, consistency)
    report = aics_tlog.audit_tiles(served, top.size, top.root)
    assert (report.size, report.bundles) == (ENTRIES, -(-ENTRIES // 256))
    assert served.asked < ENTRIES, "tiles are read once, not an entry at a time"


def test_control_one_other_letter_and_the_tool_refuses(log: TestDesk, client: Client) -> None:
    top, served = head(client), ServedTiles(client)
    reader = aics_tlog.VerifiedTileReader(served, top.size, top.root)
    entry = aics_tlog.read_entry(reader, 5, top.size)
    proof = aics_tlog.inclusion_proof_from_tiles(reader, 5, top.size)
    assert not aics_tlog.verify_leaf_inclusion(entry.replace(b"Headline", b"headline"), 5, top.size, proof, top.root)
    assert not aics_tlog.verify_leaf_inclusion(entry, 6, top.size, proof, top.root)

    get = served.get
    served.get = lambda path: (get(path) or b"").replace(b"Headline", b"headline", 1) or None  # type: ignore[method-assign]
    with pytest.raises(aics_tlog.TileVerificationError):
        aics_tlog.read_entry(aics_tlog.VerifiedTileReader(served, top.size, top.root), 5, top.size)


def test_the_tree_that_the_tool_builds_of_our_entries_is_ours(log: TestDesk) -> None:
    theirs = aics_tlog.MerkleTree([entry.entry.encode() for entry in LogEntry.objects.order_by("index")])
    assert theirs.root() == checkpoints.nodes.root(ENTRIES)


def test_an_exported_directory_holds_what_the_tool_would_write_and_what_is_served(
    log: TestDesk, client: Client, tmp_path: Path
) -> None:
    call_command("export_log", "--output", str(tmp_path / "mirror"), "--quiet")
    leaves = [entry.entry.encode() for entry in LogEntry.objects.order_by("index")]
    theirs = aics_tlog.tiles.materialise_tiles(leaves)
    ours = {
        str(path.relative_to(tmp_path / "mirror")): path.read_bytes()
        for path in (tmp_path / "mirror").rglob("*")
        if path.is_file()
    }

    assert ours.keys() == theirs.keys() | {"checkpoint", "vkey", "vkeys"}
    assert {path: ours[path] for path in theirs} == theirs
    assert {path: client.get(f"/log/{path}").content for path in ours} == ours


def test_the_tool_as_a_command_verifies_an_exported_directory(log: TestDesk, tmp_path: Path) -> None:
    mirror, key = tmp_path / "mirror", tmp_path / "vkey"
    call_command("export_log", "--output", str(mirror), "--quiet")
    key.write_text(checkpoints.verifier_key(), encoding="ascii")
    command = [sys.executable, "-m", "aics_tlog", "verify-inclusion", "--tiles", str(mirror), "--vkey-file", str(key)]
    done = subprocess.run([*command, "--index", "17"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    bundle = mirror / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b"Headline", b"headline", 1))
    refused = subprocess.run([*command, "--index", "17"], capture_output=True, text=True, timeout=30)
    assert (refused.returncode, "TileVerificationError" in refused.stdout) == (1, True)
