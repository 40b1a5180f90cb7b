"""The pages of claims: hostile texts stay texts, filters narrow, and queries do not grow with the rows."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from claims import markdown, workflow
from claims.models import Person, Topic
from tests.desk import TestDesk
from tests.pages import every_page, page, sign_in, text_of

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
LIST = "/admin/claims/claim/"


def test_hostile_texts_are_inert_on_every_page(desk: TestDesk) -> None:
    claim = desk.submit(text=f"Claim {EVIL}", said=f"Said {EVIL}")
    workflow.start_research(claim, by=desk.ana, at=desk.tick(), why=EVIL)
    party = desk.party(EVIL)
    workflow.add_position(claim, party=party, stance="denies", quote=EVIL, place=EVIL, by=desk.ana, at=desk.tick())
    workflow.comment(claim, text=EVIL, by=desk.ana, at=desk.tick())
    workflow.relate(claim, kind="same_as", other=desk.submit(), note=EVIL, by=desk.ana, at=desk.tick())
    source = desk.text_source(f"An article. {EVIL} It said so and nobody denied it at all.", title=EVIL, publisher=EVIL)
    desk.cite(claim, source=source, exact=EVIL, prefix=EVIL, note=EVIL, group="x<b>")
    desk.run_checks()
    link = "[x](javascript:alert(3))"
    desk.draft(claim, justification=f"{EVIL}\n\n{link}\n\n![i](http://spy.example/x.png)", headline=EVIL[:190])
    client = sign_in(desk.ana)
    for address in every_page():
        html = text_of(client.get(address))
        assert "<script>alert" not in html, address
        assert "<img" not in html.replace('<img src="/static', ""), address
        assert 'href="javascript:' not in html, address


def test_markdown_is_rendered_without_html_images_and_with_nofollow() -> None:
    html = markdown.render("**bold** <b>raw</b> [in](https://a.example) ![i](https://b.example/i.png)")
    assert "<strong>bold</strong>" in html
    assert "&lt;b&gt;raw" in html
    assert 'rel="nofollow noopener noreferrer"' in html
    assert "<img" not in html


def test_filters_narrow_the_list(desk: TestDesk) -> None:
    topic = Topic.objects.create(desk=desk.desk, slug="health", name="Health")
    desk.submit(text="Plain claim about bridges.")
    desk.submit(text="Risky claim about water.", risk="high", topics=[topic], language="tr")
    mine = desk.submit(text="Claim that Ben researches.")
    workflow.start_research(mine, by=desk.ben, at=desk.tick(), why="Reach.")
    client = sign_in(desk.ben)

    def found(query: str) -> set[str]:
        return {claim.text for claim in client.get(LIST + query).context["page"]}

    assert found("?risk=high") == {"Risky claim about water."}
    assert found(f"?topic={topic.pk}") == {"Risky claim about water."}
    assert found("?language=tr") == {"Risky claim about water."}
    assert found("?mine=on") == {"Claim that Ben researches."}
    assert found("?status=in_research") == {"Claim that Ben researches."}
    assert found("?q=bridges") == {"Plain claim about bridges."}
    assert found("?alerts=on") == set()


@pytest.mark.parametrize("query", ["?status=nonsense", "?topic=x", "?page=x", "?page=-3", "?q=%00", "?q=" + "a+" * 200])
def test_nonsense_in_the_address_breaks_nothing(desk: TestDesk, query: str) -> None:
    desk.submit()
    assert sign_in(desk.ben).get(LIST + query).status_code == 200


def queries(person: Person, address: str) -> int:
    client = sign_in(person)
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("address", ["/admin/", LIST, f"{LIST}?status=submitted"])
@pytest.mark.parametrize("name", ["ana", "dov", "eva"])
def test_lists_take_as_many_queries_at_200_rows_as_at_10(desk: TestDesk, name: str, address: str) -> None:
    def more(claims: int) -> None:
        grow(desk, claims, desk.submit)
        desk.published()
        desk.in_review()

    more(10)
    few = queries(getattr(desk, name), address)
    more(190)
    assert queries(getattr(desk, name), address) == few
    assert few < 60


def test_home_takes_as_many_queries_whatever_waits(desk: TestDesk) -> None:
    def more() -> None:
        desk.in_research()
        desk.reviewed()
        desk.in_review()

    grow(desk, 10, more)
    few = {name: queries(getattr(desk, name), "/admin/") for name in ("ana", "ben", "dov")}
    grow(desk, 12, more)
    assert {name: queries(getattr(desk, name), "/admin/") for name in few} == few


def test_a_claims_page_takes_as_many_queries_with_200_rows_as_with_10(desk: TestDesk) -> None:
    claim = desk.in_research()
    party = desk.party("Somebody")

    def more() -> None:
        workflow.comment(claim, text="A remark.", by=desk.ana, at=desk.tick())
        workflow.add_position(claim, party=party, stance="denies", by=desk.ana, at=desk.tick())
        desk.cite(claim)

    grow(desk, 10, more)
    few = queries(desk.ana, page(claim))
    grow(desk, 60, more)
    assert queries(desk.ana, page(claim)) == few
    assert few < 100


def grow(desk: TestDesk, times: int, make: Callable[[], object]) -> None:
    for _ in range(times):
        make()


def test_admin_pages_alone_may_evaluate(desk: TestDesk) -> None:
    policy = sign_in(desk.ana).get("/admin/")["Content-Security-Policy"]
    assert "'unsafe-eval'" in policy
    assert "http" not in policy
    assert "'unsafe-eval'" not in sign_in(desk.ana).get("/nowhere/").get("Content-Security-Policy", "")
