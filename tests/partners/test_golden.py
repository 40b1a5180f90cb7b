"""The contract as files: documents as partners get them, with ids, times and digests made alike.

Write them anew with `GOLDEN=write pytest tests/partners/test_golden.py`, and read the difference before it is
committed: partners will see it.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from claims.workflow import decline
from reviews.models import Publication
from tests.desk import TestDesk
from tests.partners.dossier import corrected_claim

GOLDEN = Path(__file__).parent / "golden"
MARKS = {
    "id": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"),
    "sha256": re.compile(r"\b[0-9a-f]{64}\b"),
    "text": re.compile(r"(?<=Report )\d+"),
}


def normalised(text: str) -> str:
    """The JSON, indented, with each id, time and digest replaced by its number in order of appearance."""
    shown = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    for name, pattern in MARKS.items():
        known: dict[str, str] = {}
        shown = pattern.sub(lambda found, n=name, k=known: k.setdefault(found[0], f"<{n} {len(k) + 1}>"), shown)
    return shown + "\n"


def compare(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.json"
    got = normalised(text)
    if os.environ.get("GOLDEN") == "write":
        file.write_text(got, encoding="utf-8")
    assert got == file.read_text(encoding="utf-8"), f"{file.name} is what partners rely on"


@pytest.fixture
def publication(desk: TestDesk) -> Publication:
    return Publication.objects.get(claim=corrected_claim(desk))


def test_verdict(publication: Publication, client: Client) -> None:
    compare("verdict", client.get(f"/api/v1/verdicts/{publication.pk}/").content.decode())


def test_superseded_verdict(publication: Publication, client: Client) -> None:
    answer = client.get(f"/api/v1/verdicts/{publication.pk}/?version=1")

    compare("verdict_superseded", answer.content.decode())


def test_verdicts_page(publication: Publication, client: Client) -> None:
    body = client.get("/api/v1/verdicts/?count=exact").json()
    assert [row["id"] for row in body["results"]] == [str(publication.pk)]
    body["results"] = ["as in verdict.json"]

    compare("verdicts", json.dumps(body))


def test_versions(publication: Publication, client: Client) -> None:
    compare("versions", client.get(f"/api/v1/verdicts/{publication.pk}/versions/").content.decode())


def test_claim(publication: Publication, reader: Client) -> None:
    compare("claim", reader.get(f"/api/v1/claims/{publication.claim_id}/").content.decode())


def test_declined_claim(desk: TestDesk, reader: Client) -> None:
    claim = desk.submit(text="It is a pity.")
    decline(claim, by=desk.ben, at=desk.tick(), reason="opinion", note="A matter of taste.")

    compare("claim_declined", reader.get(f"/api/v1/claims/{claim.pk}/").content.decode())


@pytest.mark.parametrize("who", ["anonymous", "partner"])
def test_changes(publication: Publication, reader: Client, who: str) -> None:
    client = reader if who == "partner" else Client()

    compare(f"changes_{who}", client.get("/api/v1/changes/").content.decode())


def test_index_and_problem(client: Client, db: None) -> None:
    compare("index", client.get("/api/").content.decode())
    compare("problem", client.get("/api/v1/verdicts/?page_size=1000&nonsense=1").content.decode())


def test_control_a_changed_document_is_noticed(
    publication: Publication, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOLDEN", raising=False)
    body: dict[str, Any] = client.get(f"/api/v1/verdicts/{publication.pk}/").json()
    body["claim"]["positions"][0]["stance"] = "denies"

    with pytest.raises(AssertionError, match="partners rely on"):
        compare("verdict", json.dumps(body))
