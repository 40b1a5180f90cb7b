"""The seven steps of the golden path, through admin and API, with a real web server, worker and schedule."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection

from tests.golden_path.running_desk import RunningDesk, running
from tests.golden_path.visitor import Page, Visitor

pytestmark = [pytest.mark.worker]

# Our own text, of the shape of a wire report: headline, dateline, direct and indirect speech, a contested notice.
ARTICLE = """Harland and Moravia trade blame after border fire

PORT LUCE (Demo Wire) - Harland's foreign minister said Wednesday that talks with Moravia would go on despite a deadly
exchange of fire on the Sella river.

On Tuesday, Moravian artillery shelled a Harland outpost near Sella, killing four soldiers, officials said.

"We will not leave the talks," Irena Doval told reporters in Port Luce.

Doval said the shelling came despite a prior notification by Harland of its patrols' positions on the Sella. Moravia
insisted that Harland had failed to notify the Moravian army about patrol movements on Tuesday.
"""
STATEMENT = "Harland sent us no notice of any patrol on Tuesday, the army staff said in writing."
PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body><main><h1>{title}</h1>
<p>{before} {passage} {after}</p><p>This page was written for a test and tells of places that do not exist.</p>
</main></body></html>"""
SECRET = "I weighed the two letters for an hour"


def wait_for(what: str, look: Callable[[], Any], *, seconds: float = 60) -> Any:
    """Look until it is there; fail saying what never came."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"never came: {what}"
        time.sleep(0.5)
    return found


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "behaviours.toml").write_text("", encoding="utf-8")
    write(folder, "statement", STATEMENT)
    write(folder, "log", "The liaison office's log for Tuesday shows one call from Harland at 09:14.")
    return folder


def write(folder: Path, name: str, passage: str) -> None:
    before, after = "From the files of the demo press.", "Nothing more was said that day."
    page = PAGE.format(title=name.capitalize(), before=before, passage=passage, after=after)
    (folder / f"{name}.html").write_text(page, encoding="utf-8")


@pytest.fixture
def services() -> Iterator[dict[str, str]]:
    """Nothing on the embedded default; else a database of its own beside the one this run is on, and Redis."""
    if connection.vendor != "postgresql":
        yield {}
        return
    import psycopg

    name = f"golden_{uuid4().hex[:8]}"
    told = settings.DATABASES["default"]
    user, host, port = told["USER"], told["HOST"], told["PORT"] or 5432
    admin = {"dbname": "postgres", "user": user, "password": told["PASSWORD"], "host": host, "port": port}
    with psycopg.connect(**admin, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    try:
        password = f":{told['PASSWORD']}" if told["PASSWORD"] else ""
        yield {
            "DATABASE_URL": f"postgres://{user}{password}@{host}:{port}/{name}",
            "REDIS_URL": os.environ["REDIS_URL"],
            "FACTCHECK_QUEUE_PREFIX": f"{name}.",
        }
    finally:
        with psycopg.connect(**admin, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def desk(tmp_path: Path, pages: Path, services: dict[str, str]) -> Iterator[RunningDesk]:
    with running(tmp_path / "var", pages, services) as started:
        yield started


def test_the_golden_path(desk: RunningDesk, pages: Path) -> None:
    ana = desk.signed_in("ana")
    candidate = take_in_an_article(ana)
    claim = accept_the_contested_pair(ana, candidate)
    gather_evidence(ana, claim, desk)
    review_blind_and_publish(desk, ana, claim)
    verdict = partners_see_it(desk)
    a_source_is_edited(desk, ana, claim, pages, verdict)
    the_desk_corrects(desk, ana, claim, verdict)


def take_in_an_article(ana: Visitor) -> str:
    """1. An article is pasted; its candidate claims are listed with claimant, cue and reason."""
    fields = {"way": "text", "text": ARTICLE, "publisher": "Demo Wire", "published_on": "2026-03-04"}
    page = ana.submit("/admin/sources/source/take-in/", **fields)
    assert "/candidates/" in page.url
    for expected in (
        "Irena Doval",
        "prior notification by Harland",
        "Moravia",
        "insisted",
        "failed to notify",
    ):
        assert expected in page.text
    accepts = page.links("/do/accept/")
    assert accepts
    about = [link for link in accepts if "failed to notify" in ana.get(link).text]
    return about[0]


def accept_the_contested_pair(ana: Visitor, accept: str) -> str:
    """2. She accepts one, after seeing what the desk already has: claim, source, passages, both positions."""
    assert "Take the opposing statement along" in ana.get(accept).text
    page = ana.submit(accept, text="Harland told Moravia of its patrols before the shelling on the Sella.")
    assert "/admin/claims/claim/" in page.url
    for expected in ("Irena Doval", "Moravia", "Asserts", "Denies"):
        assert expected in page.text
    return page.url.split("#")[0].replace("/change/", "/")


def gather_evidence(ana: Visitor, claim: str, desk: RunningDesk) -> None:
    """3. Workers check the source at once; she adds a passage for and one against."""
    wait_for("the first passage is found", lambda: outcomes(ana, claim).count("found") >= 2)
    ana.submit(f"{claim}do/start_research/", reason="Both governments repeat it.")
    cite = f"{claim}do/cite/"
    ana.submit(cite, url=f"{desk.newsstand_url}/statement.html", exact=STATEMENT, stance="refutes", is_primary="on")
    log = "shows one call from Harland at 09:14"
    page = ana.submit(cite, url=f"{desk.newsstand_url}/log.html", exact=log, stance="supports")
    assert page.status == 200
    wait_for("all four passages are found", lambda: outcomes(ana, claim).count("found") >= 4)


def outcomes(visitor: Visitor, claim: str) -> list[str]:
    """The badges of the claim page, a passage's outcome among them."""
    page = visitor.get(claim)
    assert page.status == 200
    return [node.text(strip=True).lower() for node in page.tree.css(".fc-badge")]


def review_blind_and_publish(desk: RunningDesk, ana: Visitor, claim: str) -> None:
    """4. Two reviewers judge blind and agree; an editor who took no part publishes."""
    ana.submit(
        f"{claim}do/log_contact/",
        contacted="Both ministries",
        how="e-mail",
        on="2026-03-05",
        response="None.",
    )
    ana.submit(f"{claim}do/save_draft/", rating=rating(ana, claim, "save_draft", "Unproven"), **draft("Unproven"))
    names = people(ana, f"{claim}do/open_round/", "reviewers")
    page = ana.submit(f"{claim}do/open_round/", reviewers=[names["Ben"], names["Chi"]])
    assert "In review" in page.text

    ben, chi, dov = (desk.signed_in(name) for name in ("ben", "chi", "dov"))
    review(ben, claim, SECRET)
    for person in (ana, chi, dov):
        assert SECRET not in person.get(claim).body
        assert SECRET not in person.get("/admin/").body
    assert ana.get(f"{claim}do/publish/").status == 403
    review(chi, claim, "Both letters say what the draft says they say.")
    assert SECRET in dov.get(claim).body

    page = dov.submit(f"{claim}do/publish/", confirmed=checklist(dov, claim))
    assert "Published" in page.text


def review(person: Visitor, claim: str, reasons: str, label: str = "Unproven") -> None:
    path = f"{claim}do/submit_review/"
    chosen = rating(person, claim, "submit_review", label)
    page = person.submit(path, rating=chosen, decision="endorse", reasons=reasons)
    assert page.status == 200, page.text


def draft(label: str) -> dict[str, str]:
    return {
        "headline": f"{label}: who knew of the patrols",
        "summary": "Both sides made statements; one log shows a call.",
        "justification": "**What was claimed.** A notice.\n\n**What we found.** A call, not its content.",
        "what_would_change_it": "A record of what was said in the call.",
        "searched": "Both ministries' statements, the liaison office's log.",
    }


def rating(visitor: Visitor, claim: str, action: str, label: str) -> str:
    """The value of the rating with this label in the action's form."""
    tree = visitor.get(f"{claim}do/{action}/").tree
    for option in tree.css("select[name=rating] option"):
        if label in option.text():
            return option.attributes.get("value") or ""
    for option in tree.css("input[name=rating]"):
        around = option.parent
        while around is not None and label not in around.text():
            around = around.parent if len(around.css("input[name=rating]")) < 2 else None
        if around is not None and len(around.css("input[name=rating]")) == 1:
            return option.attributes.get("value") or ""
    raise AssertionError(f"no rating {label!r}")


def people(visitor: Visitor, path: str, field: str) -> dict[str, str]:
    """Who may be chosen in a form, by first name."""
    found = {}
    for box in visitor.get(path).tree.css(f"input[name={field}]"):
        label = box.parent
        while label is not None and not label.text(strip=True):
            label = label.parent
        if label is not None:
            found[label.text(strip=True).split()[0]] = box.attributes.get("value") or ""
    return found


def checklist(visitor: Visitor, claim: str) -> list[str]:
    boxes = visitor.get(f"{claim}do/publish/").tree.css("input[name=confirmed]")
    return [box.attributes.get("value") or "" for box in boxes]


def partners_see_it(desk: RunningDesk) -> str:
    """5. REST, change feed, public page and log show it at once."""
    partner, anybody = desk.partner(), Visitor(desk.url)
    [document] = partner.get("/api/v1/verdicts/").json()["results"]
    assert document["rating"]["code"] == "unproven"
    assert {p["stance"] for p in document["claim"]["positions"]} == {"asserts", "denies"}
    assert {c["outcome"] for c in document["citations"]} == {"found"}
    path = f"/api/v1/verdicts/{document['id']}/"
    assert partner.get(path).json() == document
    assert partner.get(f"/api/v1/claims/{document['claim']['id']}/").json()["status"] == "published"
    changes = partner.get("/api/v1/changes/?after=0").json()["results"]
    assert [change["seq"] for change in changes] == list(range(1, len(changes) + 1))
    assert changes[-1]["type"] == "verdict.published"
    assert document["headline"] in anybody.get(document["url"]).text
    assert anybody.get("/log/checkpoint").body.splitlines()[1] == "1"
    assert document["log"]["index"] == 0
    return path


def a_source_is_edited(desk: RunningDesk, ana: Visitor, claim: str, pages: Path, verdict: str) -> None:
    """6. A source is silently edited: after a confirmation the verdict is degraded and Ana has a task."""
    partner = desk.partner()
    before = partner.get("/api/v1/changes/?after=0").json()["results"][-1]["seq"]
    write(pages, "statement", "The army staff does not comment on notices.")
    ana.submit(f"{claim}do/check_all/", version=version(ana, claim))
    wait_for("the verdict is degraded", lambda: partner.get(verdict).json()["evidence_status"] == "degraded")
    lost = [c for c in partner.get(verdict).json()["citations"] if c["outcome"] not in {"found", "moved"}]
    assert len(lost) == 1
    told = partner.get(f"/api/v1/changes/?after={before}").json()["results"]
    assert "verdict.evidence_changed" in [change["type"] for change in told]
    assert claim.split("/claim/")[1].strip("/") in desk.signed_in("ana").get("/admin/").body
    wait_for("the claim page shows the loss", lambda: {"missing", "altered"} & set(outcomes(ana, claim)))


def version(visitor: Visitor, claim: str) -> str:
    page = visitor.get(f"{claim}do/check_all/")
    return page.tree.css_first("input[name=version]").attributes.get("value") or ""


def the_desk_corrects(desk: RunningDesk, ana: Visitor, claim: str, verdict: str) -> None:
    """7. Another rating after a full round: a new version, typed and with a reason; the old one stays readable."""
    partner = desk.partner()
    first = partner.get(verdict).json()
    path = f"{claim}do/correct_rating/"
    names = people(ana, path, "reviewers")
    fields = {**draft("False"), "reason": "The army staff took its statement back."}
    chosen = rating(ana, claim, "correct_rating", "False")
    page = ana.submit(path, rating=chosen, reviewers=[names["Ben"], names["Chi"]], **fields)
    assert "In review" in page.text
    assert partner.get(verdict).json()["version"] == 1
    for name in ("ben", "chi"):
        review(desk.signed_in(name), claim, "The statement fell away.", "False")
    dov = desk.signed_in("dov")
    dov.submit(f"{claim}do/publish/", confirmed=checklist(dov, claim))

    second: dict[str, Any] = partner.get(verdict).json()
    assert (second["version"], second["rating"]["code"]) == (2, "false")
    assert second["correction"]["type"] == "rating_change"
    assert second["correction"]["reason"] == fields["reason"]
    old: Page = partner.get(f"{verdict}?version=1")
    assert (old.json()["status"], old.json()["headline"]) == ("superseded", first["headline"])
    changes = partner.get("/api/v1/changes/?after=0").json()["results"]
    assert ("verdict.corrected", 2) in [(change["type"], change.get("version")) for change in changes]
    assert Visitor(desk.url).get("/log/checkpoint").body.splitlines()[1] == "2"
