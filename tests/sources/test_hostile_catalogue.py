"""Every hostile origin of the catalogue through the whole pipeline: an outcome, in time and memory."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

import pytest
from django.conf import LazySettings

from claims.models import Claim
from sources import checks, workflow
from sources.archiving import SnapshotStore
from sources.models import Citation, SourceCheck
from sources.reading import Reader
from tests.desk import TestDesk
from tests.sources.authority import Authority
from tests.sources.catalogue import (
    COMPRESSION,
    FRAMING,
    HEADERS,
    HTML,
    MEGABYTES,
    PAGE,
    PASSAGE,
    TIMING,
    Played,
)
from tests.sources.catalogue_pages import PAGES
from tests.sources.catalogue_stage import AT_HOME, PATH, SECONDS, Memory, Stage, urls_on
from tests.sources.catalogue_ways import DNS, REDIRECTS, TLS
from tests.sources.loopback import PUBLIC, Origin, answer

ROOT = Path(__file__).parents[2]
CATALOGUE = Path(os.environ.get("FACTCHECK_SHARED_DATA", ROOT.parent / "shared" / "data")) / "hostile_origin"
PLAYED = TIMING | FRAMING | HEADERS | COMPRESSION | REDIRECTS | TLS | DNS | PAGES
READING_SECONDS = 3.0
pytestmark = pytest.mark.once


@pytest.mark.skipif(
    not CATALOGUE.exists(),
    reason=f"THE CATALOGUE WAS NOT COMPARED: no {CATALOGUE}; name the data by FACTCHECK_SHARED_DATA",
)
def test_every_behaviour_of_the_catalogue_is_played() -> None:
    known = {entry["id"]: entry["name"] for entry in json.loads((CATALOGUE / "catalogue.json").read_text())}

    assert len(known) > 100
    assert {number: name for number, name in known.items() if number not in PLAYED} == {}


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(wall_seconds=READING_SECONDS) as child:
        yield child


@pytest.fixture
def stage(serve: Callable[..., Origin], authority: Authority, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage(serve, authority, monkeypatch)
    monkeypatch.setattr(checks, "egress", made.egress)
    monkeypatch.setattr(checks, "reader", lambda: reader)
    return made


@dataclass
class Clock:
    """Goes on by a second at each look."""

    at: datetime

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@dataclass
class Checking:
    """Cites pages and runs their checks, one after the other."""

    desk: TestDesk
    stage: Stage
    settings: LazySettings

    @cached_property
    def claim(self) -> Claim:
        return self.desk.submit()

    def of(self, url: str) -> tuple[SourceCheck, Citation]:
        self.settings.FETCH_ALLOW = frozenset(self.stage.allow)
        source = workflow.add_web_source(desk=self.desk.desk, url=url, by=self.desk.ana, at=self.desk.tick())
        citation = self.desk.cite(self.claim, source=source, exact=PASSAGE)
        check = source.checks.get()
        clock = Clock(self.desk.tick(hours=2))  # longer than any host may ask us to wait
        checks.run_due(now=clock)
        self.desk.at = clock.at
        check.refresh_from_db()
        citation.refresh_from_db()
        return check, citation

    def of_a_good_page(self) -> None:
        origin = self.stage.plain(answer(PAGE, HTML))
        check, citation = self.of(origin.url(PATH))
        assert (check.outcome, citation.outcome) == ("alive", "found"), check.detail
        assert not any(b"ookie" in request for request in origin.requests)


@pytest.fixture
def checking(desk: TestDesk, stage: Stage, settings: LazySettings) -> Checking:
    return Checking(desk, stage, settings)


@pytest.mark.parametrize("name", PLAYED)
def test_a_hostile_origin_leaves_an_outcome_in_time_and_memory(
    name: str, stage: Stage, checking: Checking, reader: Reader
) -> None:
    played = PLAYED[name]
    urls = urls_on(stage, played)
    reader.read(PAGE, content_type=HTML, with_main_text=False)
    memory = Memory(lambda: reader._child.pid if reader._child else None)

    for url in urls:
        check, citation = checking.of(url)
        assert_recorded(check, citation, played)

    own, child = memory.growth()
    if played.grows != MEGABYTES:
        reader.close()  # what such a document took is not given back to the system before its process ends
    assert max(stage.took) < SECONDS + 1
    assert own < played.grows[0], f"this process grew by {own:.0f} MB"
    assert child < played.grows[1], f"the reading child grew by {child:.0f} MB"
    assert set(stage.dialled) <= {"127.0.0.1", PUBLIC, AT_HOME}
    if played.passage != "found":
        checking.of_a_good_page()


def assert_recorded(check: SourceCheck, citation: Citation, played: Played) -> None:
    could_look = played.outcome not in {"unreachable", "refused"}
    assert (check.status, check.outcome) == ("done" if could_look else "failed", played.outcome), check.detail
    assert played.detail in check.detail
    assert citation.outcome == played.passage
    assert len(check.hops) == played.hops
    if played.body is None:
        assert check.snapshot is None
        return
    kept = SnapshotStore(Path(checks.settings.SNAPSHOT_DIR)).read(check.snapshot.path)
    assert kept.wire == (played.body[: len(kept.wire)] if played.is_cut else played.body)
    assert kept.wire or not played.body


LEADING = """<!doctype html><html><head><base href="{url}">
<link rel="canonical" href="{url}"><link rel="amphtml" href="{url}">
<meta property="og:url" content="{url}"><meta http-equiv="refresh" content="0;url={url}"><script src="{url}"></script>
<script type="application/ld+json">{{"@type": "NewsArticle", "url": "{url}", "mainEntityOfPage": "{url}"}}</script>
</head><body>{page}<img src="{url}"><iframe src="{url}"></iframe><a href="{url}" ping="{url}">on</a></body></html>"""


def test_no_link_of_a_page_is_followed_even_where_it_may_be(stage: Stage, checking: Checking) -> None:
    canary = stage.plain(answer(PAGE, HTML))
    url = canary.url("/elsewhere")
    headers = (HTML, f"Refresh: 0;url={url}", f"Link: <{url}>; rel=canonical", f"Content-Location: {url}")
    origin = stage.plain(answer(LEADING.format(url=url, page=PAGE.decode()).encode(), *headers))

    check, citation = checking.of(origin.url(PATH))

    assert (check.outcome, citation.outcome, check.final_url) == ("alive", "found", origin.url(PATH))
    assert (origin.connections, canary.connections) == (1, 0)
    assert stage.egress().fetch(url).body == PAGE
    assert canary.connections == 1
