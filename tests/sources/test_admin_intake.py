"""Taking in articles and deciding on their candidates, in the admin."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from claims.models import Claim
from sources.models import Candidate, Source
from tests.desk import TestDesk
from tests.pages import page, sign_in, text_of

TAKE_IN = "/admin/sources/source/take-in/"
ARTICLE = (
    "Officials in Ankara said on Monday that Turkey had given Russia the coordinates of its troops. "
    "Russia's defence ministry denied that Turkey had given Russia the coordinates of its troops. "
    "The mayor said the bridge cost 12 million euros in 2019."
)


def send(client: Client, desk: TestDesk, **data: Any) -> Any:
    return client.post(TAKE_IN, {"desk": desk.desk.pk, "way": "text", **data})


def taken_in(desk: TestDesk) -> Source:
    answer = send(
        sign_in(desk.ana), desk, text=ARTICLE, title="A wire report", published_on="2020-02-04", language="en"
    )
    assert answer.status_code == 302, answer.context["form"].errors
    return Source.objects.get()


def test_a_pasted_article_leads_to_its_candidates(desk: TestDesk) -> None:
    source = taken_in(desk)
    html = text_of(sign_in(desk.ana).get(f"/admin/sources/source/{source.pk}/candidates/"))
    assert source.candidates.exists()
    for candidate in source.candidates.all():
        assert f'id="candidate-{candidate.pk}"' in html
        assert f'id="span-{candidate.pk}"' in html
    assert "Why it is worth a check" in html


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({}, "text", "Paste the article"),
        ({"text": "Too short."}, "text", "fewer than 40 characters"),
        ({"text": "x" * 50 + "\x00" * 3}, "text", "Null characters"),
        ({"way": "url"}, "url", "Give the article"),
        ({"way": "url", "url": "ftp://example.org/x"}, "url", ""),
        ({"way": "url", "url": "http://user:pw@example.org/"}, "url", ""),
        ({"way": "file"}, "file", "Choose a file"),
        ({"way": "smoke"}, "way", "smoke is not one of"),
        ({"text": ARTICLE, "published_on": "2999-01-01"}, "published_on", "in the future"),
        ({"text": ARTICLE, "published_on": "yesterday"}, "published_on", "valid date"),
    ],
)
def test_what_cannot_be_taken_in_is_told_at_its_field_and_kept(
    desk: TestDesk, data: dict[str, str], field: str, message: str
) -> None:
    answer = send(sign_in(desk.ana), desk, title="Keep this title", **data)
    assert answer.status_code == 422
    assert any(message in error for error in answer.context["form"].errors[field]), answer.context["form"].errors
    assert 'value="Keep this title"' in text_of(answer)
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02" * 100, "No text can be read"),
        (b"%PDF-1.4 broken", "No text can be read"),
    ],
)
def test_files_that_cannot_be_read_name_the_file_and_the_fix(desk: TestDesk, content: bytes, message: str) -> None:
    upload = SimpleUploadedFile("report.pdf", content, content_type="application/pdf")
    answer = send(sign_in(desk.ana), desk, way="file", file=upload)
    assert answer.status_code == 422
    assert any(message in error for error in answer.context["form"].errors["file"]), answer.context["form"].errors
    assert not Source.objects.exists()


def test_a_file_above_the_limit_is_refused(desk: TestDesk, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000
    upload = SimpleUploadedFile("long.txt", b"word " * 400, content_type="text/plain")
    answer = send(sign_in(desk.ana), desk, way="file", file=upload)
    assert answer.status_code == 422
    assert "at most" in answer.context["form"].errors["file"][0]


def test_the_same_article_again_leads_to_the_one_that_is_there(desk: TestDesk) -> None:
    source = taken_in(desk)
    answer = sign_in(desk.ben).post(TAKE_IN, {"desk": desk.desk.pk, "way": "text", "text": ARTICLE}, follow=True)
    assert "The desk has this article already: Ana added it" in text_of(answer)
    assert Source.objects.get() == source


def test_an_address_is_fetched_by_a_worker_and_the_page_says_so(desk: TestDesk) -> None:
    answer = sign_in(desk.ana).post(
        TAKE_IN, {"desk": desk.desk.pk, "way": "url", "url": "https://news.example/a"}, follow=True
    )
    assert "A worker is fetching it" in text_of(answer)
    assert "data-refresh" in text_of(answer)


def first_contested(source: Source) -> Candidate:
    found = source.candidates.filter(contested_with__isnull=False).by_worth().first()
    assert found is not None
    return found


def test_accepting_makes_a_claim_with_both_parties(desk: TestDesk) -> None:
    candidate = first_contested(taken_in(desk))
    client = sign_in(desk.ana)
    address = f"/admin/sources/candidate/{candidate.pk}/do/accept/"
    assert candidate.restated in text_of(client.get(address)).replace("&#x27;", "'")
    answer = client.post(address, {"text": "Turkey gave Russia coordinates.", "with_counterpart": "on", "risk": "high"})
    claim = Claim.objects.get()
    assert answer["Location"] == page(claim)
    assert (claim.text, claim.risk) == ("Turkey gave Russia coordinates.", "high")
    assert {position.stance for position in claim.positions.all()} == {"asserts", "denies"}
    assert client.post(address, {"text": "Again."}).status_code == 409


def test_accepting_without_the_counterpart_leaves_it_open(desk: TestDesk) -> None:
    candidate = first_contested(taken_in(desk))
    sign_in(desk.ana).post(f"/admin/sources/candidate/{candidate.pk}/do/accept/", {"text": "One side."})
    other = candidate.contested_with
    assert other is not None
    other.refresh_from_db()
    assert other.state == "open"


def test_accepting_can_add_to_a_near_claim(desk: TestDesk) -> None:
    known = desk.submit(text="Turkey had given Russia the coordinates of its troops.")
    candidate = first_contested(taken_in(desk))
    client = sign_in(desk.ana)
    address = f"/admin/sources/candidate/{candidate.pk}/do/accept/"
    assert known.text in text_of(client.get(address))
    client.post(address, {"claim": known.pk, "with_counterpart": "on"})
    assert Claim.objects.get() == known
    assert known.citations.count() == 2


def test_accepting_needs_words_for_a_new_claim(desk: TestDesk) -> None:
    candidate = first_contested(taken_in(desk))
    answer = sign_in(desk.ana).post(f"/admin/sources/candidate/{candidate.pk}/do/accept/", {"text": "  "})
    assert answer.status_code == 422
    assert not Claim.objects.exists()


def test_dismissing_puts_a_candidate_aside(desk: TestDesk) -> None:
    candidate = first_contested(taken_in(desk))
    client = sign_in(desk.ana)
    assert client.post(f"/admin/sources/candidate/{candidate.pk}/do/dismiss/").status_code == 302
    candidate.refresh_from_db()
    assert (candidate.state, candidate.decided_by) == ("dismissed", desk.ana)


@pytest.mark.parametrize("verb", ["accept", "dismiss"])
def test_an_auditor_decides_nothing(desk: TestDesk, verb: str) -> None:
    candidate = first_contested(taken_in(desk))
    client = sign_in(desk.eva)
    assert client.post(f"/admin/sources/candidate/{candidate.pk}/do/{verb}/", {"text": "x"}).status_code == 403
    assert "/do/" not in text_of(client.get(f"/admin/sources/source/{candidate.source_id}/candidates/"))
    assert sign_in(desk.oli).get(f"/admin/sources/source/{candidate.source_id}/candidates/").status_code == 404
