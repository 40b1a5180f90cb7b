"""The lists of sources and of checks: what fails, what is due, and one button for many rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from claims.models import Claim, Membership, Person
from sources.models import Source, SourceCheck
from tests.claims.test_admin_pages import queries
from tests.desk import TestDesk
from tests.pages import sign_in, text_of
from tests.sources.rows import checks_of, cite, failing_sources, web_sources

SOURCES = "/admin/sources/source/"
CHECKS = "/admin/sources/sourcecheck/"
FAILING = f"{SOURCES}?state=failing"
QUARANTINED = f"{CHECKS}?state=quarantined"


def listed(person: Person, address: str) -> list[Any]:
    return [row["row"] for row in sign_in(person).get(address).context["rows"]]


def retry(client: Client, address: str, rows: list[Any], **more: str) -> Any:
    data = {"action": "retry", "index": "0", "_selected_action": [str(row.pk) for row in rows], **more}
    return client.post(address, data, follow=True)


def published(desk: TestDesk) -> Claim:
    return desk.published()


def test_failing_sources_come_by_harm_and_say_since_when_how_often_and_why(desk: TestDesk) -> None:
    claim, other = published(desk), published(desk)
    long_lost, harmful, harmless = failing_sources(desk, 3, failures=7, detail="connect_timeout: no answer came")
    web_sources(desk, 1, host="fine.example")
    Source.objects.filter(pk=long_lost.pk).update(failing_since=desk.at - timedelta(days=40))
    for each in (claim, other):
        cite(desk, each, harmful)
    cite(desk, claim, long_lost)
    cite(desk, desk.submit(), harmless)  # nothing published relies on that one

    assert listed(desk.ana, FAILING) == [harmful, long_lost, harmless]
    html = text_of(sign_in(desk.ana).get(FAILING))
    assert "connect_timeout: no answer came" in html
    assert "fine.example" not in html
    assert '<span class="fc-number">2</span>' in html


def test_a_withdrawn_verdict_relies_on_nothing(desk: TestDesk) -> None:
    (source,) = failing_sources(desk, 1)
    cite(desk, desk.withdrawn(), source)
    assert [row.relied for row in listed(desk.ana, FAILING)] == [0]


def test_sources_are_listed_by_when_they_are_due(desk: TestDesk) -> None:
    now = timezone.now()
    late, soon, later, never = web_sources(desk, 4)
    for source, days in ((late, -1), (soon, 0), (later, 5)):
        Source.objects.filter(pk=source.pk).update(next_check_at=now + timedelta(days=days))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)

    assert listed(desk.ana, f"{SOURCES}?state=today") == [late, soon]
    assert listed(desk.ana, f"{SOURCES}?state=week") == [late, soon, later]
    assert listed(desk.ana, f"{SOURCES}?state=unscheduled") == [never]
    checks_of(desk, never, status="queued", reason="confirmation", next_attempt_at=midnight + timedelta(days=2))
    assert listed(desk.ana, f"{SOURCES}?state=week") == [late, soon, never, later]
    assert listed(desk.ana, f"{SOURCES}?state=unscheduled") == []
    assert listed(desk.ana, f"{SOURCES}?o=7")[0] == late  # the column is sortable


def test_a_quarantined_check_is_listed_until_its_source_is_checked_again(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    (broken,) = checks_of(desk, source, status="quarantined", detail="No outcome after 3 attempts.", attempt=3)
    assert listed(desk.ana, QUARANTINED) == [broken]
    assert "No outcome after 3 attempts." in text_of(sign_in(desk.ana).get(QUARANTINED))
    (again,) = checks_of(desk, source, status="queued")
    assert listed(desk.ana, QUARANTINED) == [broken]
    SourceCheck.objects.filter(pk=again.pk).update(status="done", outcome="alive", finished_at=desk.at)
    assert listed(desk.ana, QUARANTINED) == []


@pytest.mark.parametrize("state", ["nonsense", "", "failing' OR 1=1"])
def test_a_tab_that_is_none_narrows_nothing(desk: TestDesk, state: str) -> None:
    web_sources(desk, 2)
    assert len(listed(desk.ana, f"{SOURCES}?state={state}")) == 2


# --- One button for many rows ------------------------------------------------------------------------------


def test_failing_sources_are_checked_again_in_bulk(desk: TestDesk) -> None:
    rows = failing_sources(desk, 3)
    answer = retry(sign_in(desk.ana), FAILING, rows[:2])
    assert "2 checks queued." in text_of(answer)
    assert answer.redirect_chain == [(FAILING, 302)]
    assert {check.source for check in SourceCheck.objects.open()} == set(rows[:2])


def test_of_a_mixed_selection_the_page_says_row_by_row_what_was_not_done(desk: TestDesk) -> None:
    done, broken = web_sources(desk, 2)
    checks_of(desk, done)
    checks_of(desk, broken, status="quarantined")
    html = text_of(retry(sign_in(desk.ana), CHECKS, list(SourceCheck.objects.all())))
    assert "1 check queued." in html
    assert "Only failed and quarantined checks are retried." in html
    assert str(done) in html
    assert SourceCheck.objects.open().get().source == broken


def test_many_are_asked_about_before_anything_is_queued(desk: TestDesk) -> None:
    rows = failing_sources(desk, 21)
    client = sign_in(desk.ana)
    asked = client.post(FAILING, {"action": "retry", "index": "0", "_selected_action": [str(row.pk) for row in rows]})
    html = text_of(asked)
    assert "Check 21 sources again?" in html
    assert "news.example" in html
    assert not SourceCheck.objects.exists()
    # The confirmed request carries no `index`, as Django's own confirmation pages do.
    data = {"action": "retry", "_selected_action": [str(row.pk) for row in rows], "confirmed": "yes"}
    assert "21 checks queued." in text_of(client.post(FAILING, data, follow=True))
    assert SourceCheck.objects.open().count() == 21


def test_all_pages_of_a_filtered_list_are_selected_and_nothing_else(desk: TestDesk) -> None:
    failing_sources(desk, 60)
    web_sources(desk, 5, host="fine.example")
    client = sign_in(desk.ana)
    first = listed(desk.ana, FAILING)
    assert len(first) == 50
    answer = retry(client, FAILING, first[:1], select_across="1")
    assert "Check 60 sources again?" in text_of(answer)
    confirmed = {"action": "retry", "select_across": "1", "confirmed": "yes", "_selected_action": [str(first[0].pk)]}
    client.post(FAILING, confirmed)
    assert set(SourceCheck.objects.open().values_list("source__host", flat=True)) == {"news.example"}
    assert SourceCheck.objects.open().count() == 60


def test_selecting_all_pages_never_reaches_another_desk(desk: TestDesk) -> None:
    other = Membership.objects.get(person=desk.oli).desk
    mine, theirs = failing_sources(desk, 1), failing_sources(desk, 1, of=other, host="other.example")
    client = sign_in(desk.ana)
    retry(client, FAILING, mine, select_across="1")
    retry(client, FAILING, theirs)  # by its key
    assert list(SourceCheck.objects.values_list("source", flat=True)) == [mine[0].pk]


def test_auditors_read_the_lists_and_ask_for_nothing(desk: TestDesk) -> None:
    rows = failing_sources(desk, 1)
    (check,) = checks_of(desk, rows[0], status="quarantined")
    client = sign_in(desk.eva)
    for address in (FAILING, QUARANTINED):
        html = text_of(client.get(address))
        assert "_selected_action" not in html
        assert str(rows[0]) in html
    retry(client, FAILING, rows)
    retry(client, QUARANTINED, [check])
    assert not SourceCheck.objects.open().exists()


def test_bulk_retries_need_the_token_of_the_page(desk: TestDesk) -> None:
    rows = failing_sources(desk, 1)
    client = Client(enforce_csrf_checks=True)
    client.force_login(desk.ana)
    data = {"action": "retry", "index": "0", "_selected_action": [str(rows[0].pk)]}
    assert client.post(FAILING, data).status_code == 403
    assert client.get(FAILING, data).status_code == 302  # a link never does it: Django drops what it does not know
    assert not SourceCheck.objects.exists()


@pytest.mark.parametrize("address", [SOURCES, CHECKS])
def test_another_desk_sees_none_of_it(desk: TestDesk, address: str) -> None:
    checks_of(desk, failing_sources(desk, 1)[0], status="failed")
    assert listed(desk.oli, address) == []


# --- Home, and the number of queries -----------------------------------------------------------------------


def test_home_names_the_harmful_failures_and_leads_to_the_lists(desk: TestDesk) -> None:
    claim = published(desk)
    rows = failing_sources(desk, 7)
    for source in rows:
        cite(desk, desk.submit(), source)
        checks_of(desk, source, status="quarantined")
    cite(desk, claim, rows[6])
    answer = sign_in(desk.ben).get("/admin/")
    sections = {section.title: section for section in answer.context["desk"]}
    assert sections["Sources that cannot be checked"].rows[0].text == str(rows[6])
    assert "1 published claim relies on it" in text_of(answer)
    assert FAILING in text_of(answer)
    assert QUARANTINED in text_of(answer)
    assert sections["Checks in quarantine"].total == 7


LISTS = [SOURCES, FAILING, f"{SOURCES}?state=week", f"{SOURCES}?o=-7", CHECKS, QUARANTINED, f"{CHECKS}?state=open"]


@pytest.mark.parametrize("address", LISTS)
def test_lists_take_as_many_queries_at_1000_rows_as_at_10(desk: TestDesk, address: str) -> None:
    def more(number: int) -> None:
        claim = desk.submit()
        at = timezone.now()
        for source in failing_sources(desk, number, next_check_at=at):
            cite(desk, claim, source)
            checks_of(desk, source, status="quarantined")

    more(10)
    few = queries(desk.ana, address)
    more(990)
    assert queries(desk.ana, address) == few
    assert few < 25
