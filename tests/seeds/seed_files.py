"""The seed files as the tests read them."""

import json
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from selectolax.lexbor import LexborHTMLParser

SEEDS = Path(__file__).resolve().parents[2] / "seeds"
STAND = SEEDS / "newsstand"

Claim = dict[str, Any]
CLAIMS: dict[str, Claim] = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(SEEDS.glob("claims/*.toml"))
}
RATINGS = json.loads((SEEDS / "ratings.json").read_text(encoding="utf-8"))
PEOPLE = {
    person["username"]: person
    for person in tomllib.loads((SEEDS / "people.toml").read_text(encoding="utf-8"))["people"]
}


def normal(text: str) -> str:
    """One form of the same characters, one blank for any white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


@cache
def visible_text(name: str) -> str:
    """What a reader sees of a page of the newsstand, by its path there."""
    path = STAND / name
    if path.suffix == ".pdf":
        with path.open("rb") as file:
            return normal("\n".join(page.extract_text() for page in PdfReader(file).pages))
    if path.suffix == ".txt":
        return normal(path.read_text(encoding="utf-8"))
    body = LexborHTMLParser(path.read_bytes()).body
    assert body is not None
    return normal(body.text(separator="\n"))


def text_of(citation: dict[str, Any]) -> str:
    """The text in which the citation's passage stands: a page of the newsstand, or the text pasted in."""
    return visible_text(citation["page"]) if "page" in citation else normal(citation["text"])
