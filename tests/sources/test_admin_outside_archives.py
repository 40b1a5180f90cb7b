"""Outside archives on a source's page: buttons only where they work, and each request with its status."""

from typing import Any

import pytest
from django.urls import reverse

from sources import workflow
from sources.models import ArchiveCopy, Source
from sources.outside_archives import ask_after_loss, ask_for_copy
from sources.outside_archives.answers import Held, Refusal, Trouble
from sources.outside_archives.ledger import record, take_due
from sources.statuses import Archive
from tests.desk import START, TestDesk
from tests.pages import sign_in, text_of

LOOK, SAVE = "Look for an archived copy", "Ask the Wayback Machine to save it"
URL = "https://example.org/news"


@pytest.fixture
def switched_on(settings: Any) -> None:
    settings.MEMENTO_TIMEGATE = "https://web.archive.org/web/"
    settings.SAVE_PAGE_NOW_URL = "https://web.archive.org/save"


@pytest.fixture
def source(desk: TestDesk) -> Source:
    return workflow.add_web_source(desk=desk.desk, url=URL, by=desk.ana, at=desk.tick())


def page(source: Source) -> str:
    return reverse("admin:sources_source_change", args=[source.pk])


def do(source: Source, archive: Archive) -> str:
    return reverse("admin:sources_source_do", args=[source.pk, archive.value])


def end(desk: TestDesk, answer: Any) -> None:
    lease = take_due(at=desk.tick())
    assert lease is not None
    record(lease, answer, at=desk.tick())


def test_while_both_are_off_the_page_says_nothing_of_them(desk: TestDesk, source: Source) -> None:
    html = text_of(sign_in(desk.ana).get(page(source)))
    assert "outside archives" not in html
    assert LOOK not in html
    assert sign_in(desk.ana).post(do(source, Archive.MEMENTO)).status_code == 409


@pytest.mark.usefixtures("switched_on")
def test_buttons_are_shown_to_those_who_may(desk: TestDesk, source: Source, settings: Any) -> None:
    mine, hers = (text_of(sign_in(person).get(page(source))) for person in (desk.ana, desk.eva))
    assert (LOOK in mine, SAVE in mine) == (True, True)
    assert (LOOK in hers, SAVE in hers) == (False, False)
    assert sign_in(desk.eva).post(do(source, Archive.MEMENTO)).status_code == 403
    assert sign_in(desk.oli).post(do(source, Archive.MEMENTO)).status_code == 404
    assert LOOK not in text_of(sign_in(desk.ana).get(page(desk.text_source())))
    settings.SAVE_PAGE_NOW_URL = ""
    half = text_of(sign_in(desk.ana).get(page(source)))
    assert (LOOK in half, SAVE in half) == (True, False)


@pytest.mark.usefixtures("switched_on")
@pytest.mark.parametrize("archive", Archive)
def test_asking_is_explained_and_then_queued(desk: TestDesk, source: Source, archive: Archive) -> None:
    client = sign_in(desk.ana)
    assert "archive" in text_of(client.get(do(source, archive))).lower()
    assert not ArchiveCopy.objects.exists()
    answer = client.post(do(source, archive), follow=True)
    copy = ArchiveCopy.objects.get()
    assert (copy.archive, copy.status, copy.requested_by) == (archive, "queued", desk.ana)
    assert answer.redirect_chain[-1][0] == page(source) + "#archives"
    assert f"copy-{copy.pk}" in text_of(answer)


@pytest.mark.usefixtures("switched_on")
def test_each_request_is_listed_with_its_status_and_a_held_copy_as_a_link(desk: TestDesk, source: Source) -> None:
    ask_for_copy(source, archive=Archive.MEMENTO, by=desk.ana, at=desk.tick())
    end(desk, Held("https://web.archive.org/web/20260302090000/https://example.org/news?a=1&b=2", START))
    html = text_of(sign_in(desk.eva).get(page(source)))
    assert 'href="https://web.archive.org/web/20260302090000/https://example.org/news?a=1&amp;b=2"' in html
    assert 'rel="noopener noreferrer external"' in html
    assert "asked" in html
    assert "by Ana" in html


@pytest.mark.usefixtures("switched_on")
def test_a_failed_request_says_why_and_the_newest_can_be_tried_again(desk: TestDesk, source: Source) -> None:
    for _ in range(2):
        ask_for_copy(source, archive=Archive.MEMENTO, by=desk.ana, at=desk.tick())
        end(desk, Refusal("The archive has no copy of <this> address."))
    client = sign_in(desk.ana)
    html = text_of(client.get(page(source)))
    assert html.count("The archive has no copy of &lt;this&gt; address.") == 2
    assert html.count("Try again") == 1
    client.post(do(source, Archive.MEMENTO))
    assert ArchiveCopy.objects.open().count() == 1
    assert "Try again" not in text_of(client.get(page(source)))


@pytest.mark.usefixtures("switched_on")
def test_a_request_of_the_desks_own_accord_and_its_next_attempt_are_told(desk: TestDesk, source: Source) -> None:
    ask_after_loss(source, at=desk.tick())
    end(desk, Trouble("The archive answered 502 Bad Gateway."))
    html = text_of(sign_in(desk.ana).get(page(source)))
    assert "after a loss" in html
    assert "1 failed attempt " in html
    assert "next from" in html


@pytest.mark.usefixtures("switched_on")
def test_what_was_asked_for_stays_listed_when_the_archives_are_switched_off(
    desk: TestDesk, source: Source, settings: Any
) -> None:
    ask_for_copy(source, archive=Archive.MEMENTO, by=desk.ana, at=desk.tick())
    end(desk, Refusal("None."))
    settings.MEMENTO_TIMEGATE = settings.SAVE_PAGE_NOW_URL = ""
    html = text_of(sign_in(desk.ana).get(page(source)))
    assert "Copies in outside archives" in html
    assert "Try again" not in html


@pytest.mark.usefixtures("switched_on")
def test_the_list_costs_the_same_with_one_request_and_with_many(
    desk: TestDesk, source: Source, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(desk.ana)
    counts = []
    for number in (1, 30):
        for _ in range(number):
            ask_for_copy(source, archive=Archive.MEMENTO, by=desk.ben, at=desk.tick())
            end(desk, Refusal("None."))
        with django_assert_max_num_queries(60) as queries:
            assert client.get(page(source)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
