"""The shared collection of addresses that lead inside: none may be dialled, whichever way it comes to us.

It is read from the folder named by FACTCHECK_SHARED_DATA (../shared/data beside the repository by default).
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from sources.fetching import Egress, FetchError, Limits
from sources.reading import Reader
from tests.sources.loopback import Canaries, Origin, Visit, answer, read_leniently

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("FACTCHECK_SHARED_DATA", ROOT.parent / "shared" / "data")) / "ssrf"
REDIRECTS = (301, 302, 303, 307, 308)

pytestmark = pytest.mark.skipif(
    not (FOLDER / "vectors.jsonl").exists(),
    reason=f"THE SSRF VECTORS WERE NOT RUN: no {FOLDER}; name the data by FACTCHECK_SHARED_DATA",
)


@pytest.fixture(scope="module")
def vectors() -> list[str]:
    lines = (FOLDER / "vectors.jsonl").read_text().splitlines()
    return [json.loads(line)["url"] for line in lines]


@pytest.fixture(scope="module")
def is_inner() -> Callable[[str], bool]:
    denied = [ip_network(text) for text in json.loads((FOLDER / "denied_ranges.json").read_text())["cidr"]]

    def judge(address: str) -> bool:
        parsed = ip_address(address)
        return any(parsed.version == network.version and parsed in network for network in denied)

    return judge


class Ways:
    """The ways in which an address comes to the egress; each counts the canaries it reached."""

    def __init__(self, origin: Origin, canaries: Canaries) -> None:
        self._origin = origin
        self._canaries = canaries
        self.location = b""
        self.status = 302

    def redirect(self, visit: Visit) -> None:
        visit.send(b"HTTP/1.1 %d Moved\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % (self.status, self.location))

    def count(self, urls: list[str], way: str, *, guard: bool) -> int:
        egress = Egress(
            user_agent="Factcheck-tests/1",
            allow=frozenset({self._origin.pair}),
            ports=frozenset(range(1, 65_536)),
            limits=Limits(deadline_seconds=2),
            resolve=read_leniently,
            guard=guard,
        )
        return sum(self._reaches(egress, url, way) for url in urls)

    def _reaches(self, egress: Egress, url: str, way: str) -> bool:
        self._canaries.reached.clear()
        try:
            if way == "straight":
                egress.fetch(url)
            elif way == "webhook":
                egress.fetch(url, method="POST", body=b"{}", headers={"Content-Type": "application/json"})
            else:
                self.location, self.status = url.encode(), int(way)
                egress.fetch(self._origin.url())
        except FetchError:
            pass
        return bool(self._canaries.reached)


@pytest.fixture
def ways(is_inner: Callable[[str], bool], monkeypatch: pytest.MonkeyPatch) -> Iterator[Ways]:
    with Origin(answer(b"canary")) as canary, Origin(lambda visit: made.redirect(visit)) as origin:
        made = Ways(origin, Canaries(canary, is_inner, monkeypatch, origin))
        yield made


@pytest.mark.parametrize("way", ["straight", "webhook", *map(str, REDIRECTS)])
def test_no_vector_reaches_a_canary_and_the_control_does(vectors: list[str], ways: Ways, way: str) -> None:
    guarded = ways.count(vectors, way, guard=True)
    control = ways.count(vectors, way, guard=False)

    assert len(vectors) >= 500
    assert guarded == 0
    assert control > 200


PAGE = """<html><head><base href="{url}"><link rel="canonical" href="{url}"><meta property="og:url" content="{url}">
<meta http-equiv="refresh" content="0; url={url}"><link rel="alternate" href="{url}"><script src="{url}"></script>
<script type="application/ld+json">{data}</script></head><body><p>What the ministry said on Monday stands here, in a
paragraph long enough to be read as one.</p><img src="{url}"><iframe src="{url}"></iframe></body></html>"""


def test_no_vector_inside_a_page_is_fetched_by_the_reader(vectors: list[str]) -> None:
    """The canary listens where the vectors lead when their port is the canary's."""
    reached = harmful = 0
    with Reader() as reader, Origin(answer(b"canary")) as canary:
        for number, vector in enumerate(vectors):
            url = re.sub(r"(127\.0\.0\.1|localhost|\[::1\])(?=[/?#]|$)", rf"\1:{canary.port}", vector)
            data = json.dumps({"@type": "NewsArticle", "url": url, "mainEntityOfPage": {"@id": url}, "image": url})
            page = PAGE.format(url=html.escape(url), data=data.replace("</", "<\\/")).encode("utf-8", "replace")
            reading = reader.read(page, content_type="text/html", url=canary.url(), with_main_text=number % 25 == 0)
            assert "What the ministry said" in reading.text
            harmful += not is_harmless(reading.canonical_link)
        reached = canary.connections

    assert (reached, harmful) == (0, 0)


def is_harmless(link: str) -> bool:
    """Whether it may be shown as a link: none, or one that leads to a web address and is a single line."""
    return not link or (link.startswith(("http://", "https://")) and not any(ord(letter) < 32 for letter in link))
