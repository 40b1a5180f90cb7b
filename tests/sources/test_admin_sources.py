"""The pages of sources, snapshots and checks, and the verbs on a claim's evidence."""

from datetime import timedelta

import pytest

from sources.models import Citation, Snapshot, Source, SourceCheck
from tests.desk import TestDesk
from tests.pages import do, sign_in, text_of
from tests.sources.rows import checks_of


def test_a_passage_is_cited_with_a_new_web_source(desk: TestDesk) -> None:
    claim = desk.submit()
    data = {
        "url": "https://news.example/a",
        "exact": "they were told",
        "stance": "supports",
        "role": "evidence",
    }
    answer = sign_in(desk.ana).post(do(claim, "cite"), {**data, "visibility": "sealed", "is_primary": "on"})
    assert answer.status_code == 302, answer.context["form"].errors
    cited = claim.citations.get()
    assert (cited.source.host, cited.visibility, cited.is_primary) == ("news.example", "sealed", True)
    assert cited.source.checks.get().status == "queued"


def test_a_quotation_that_is_refused_leaves_no_source_behind(desk: TestDesk) -> None:
    claim = desk.submit()
    data = {"url": "https://news.example/a", "exact": "x" * 5001, "stance": "supports", "role": "evidence"}
    answer = sign_in(desk.ana).post(do(claim, "cite"), {**data, "visibility": "public"})
    assert "at most 5,000 fit" in answer.context["form"].errors["exact"][0]
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "url"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "nonsense"}, "url"),
        ({"stance": "loves"}, "stance"),
    ],
)
def test_a_citation_names_what_is_wrong(desk: TestDesk, data: dict[str, str], field: str) -> None:
    claim = desk.submit()
    given = {
        "exact": "they were told",
        "stance": "supports",
        "role": "evidence",
        "visibility": "public",
        **data,
    }
    answer = sign_in(desk.ana).post(do(claim, "cite"), given)
    if field == "url" and data.get("url", "").startswith("http://127"):
        assert answer.status_code in {302, 422}  # a literal address may also be refused when it is fetched
        return
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_a_citation_is_removed_with_its_reason(desk: TestDesk) -> None:
    claim = desk.in_research()
    cited = claim.citations.first()
    assert cited is not None
    client = sign_in(desk.ana)
    assert cited.exact in text_of(client.get(do(claim, "remove_citation") + f"?citation={cited.pk}"))
    answer = client.post(do(claim, "remove_citation"), {"citation": cited.pk, "reason": "Only a reprint."})
    cited.refresh_from_db()
    assert answer.status_code == 302
    assert cited.removed_by == desk.ana
    assert claim.events.filter(kind="remove_citation", note="Only a reprint.").exists()


def test_a_citation_of_another_claim_cannot_be_removed_here(desk: TestDesk) -> None:
    mine, other = desk.in_research(), desk.in_research()
    cited = other.citations.first()
    assert cited is not None
    answer = sign_in(desk.ana).post(do(mine, "remove_citation"), {"citation": cited.pk, "reason": "x"})
    assert answer.status_code == 422
    assert not Citation.objects.filter(removed_at__isnull=False).exists()


def test_check_now_queues_a_check_and_the_page_renews_itself(desk: TestDesk) -> None:
    claim = desk.in_research()
    cited = claim.citations.first()
    assert cited is not None
    client = sign_in(desk.ben)
    assert "data-refresh" not in text_of(client.get(f"/admin/claims/claim/{claim.pk}/"))
    client.post(do(claim, "check_source"), {"source": cited.source_id})
    assert cited.source.checks.open().get().requested_by == desk.ben
    assert "data-refresh" in text_of(client.get(f"/admin/claims/claim/{claim.pk}/"))
    client.post(do(claim, "check_all"))
    assert SourceCheck.objects.open().count() == 2
    assert client.post(f"/admin/sources/source/{cited.source_id}/do/check/").status_code == 302
    assert sign_in(desk.eva).post(f"/admin/sources/source/{cited.source_id}/do/check/").status_code == 403


def test_an_altered_passage_shows_its_words_and_that_it_awaits_confirmation(desk: TestDesk) -> None:
    claim = desk.submit()
    source = desk.text_source("The ministry said on Monday that it had given no notice of its positions to anybody.")
    desk.cite(claim, source=source, exact="it had given notice of its positions to anybody")
    desk.run_checks()
    html = text_of(sign_in(desk.ana).get(f"/admin/claims/claim/{claim.pk}/"))
    assert "Altered" in html
    assert "awaiting confirmation" in html
    assert "now: </span>no</ins>" in html


def test_a_snapshot_is_inert_and_its_bytes_only_a_download(desk: TestDesk) -> None:
    evil = "<script>alert(1)</script> This is the text of an article that was pasted by somebody."
    source = desk.text_source(evil)
    snapshot = Snapshot.objects.get(source=source)
    client = sign_in(desk.ana)
    html = text_of(client.get(f"/admin/sources/snapshot/{snapshot.pk}/change/"))
    assert "&lt;script&gt;alert(1)" in html
    answer = client.get(f"/admin/sources/snapshot/{snapshot.pk}/download/")
    assert answer.content.decode() == evil
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "unsafe-eval" not in answer["Content-Security-Policy"]
    assert sign_in(desk.oli).get(f"/admin/sources/snapshot/{snapshot.pk}/download/").status_code == 404


def test_a_missing_archive_file_is_told(desk: TestDesk) -> None:
    snapshot = Snapshot.objects.get(source=desk.text_source())
    Snapshot.objects.filter(pk=snapshot.pk).update(path="warc/00/nothing.warc.gz")
    answer = sign_in(desk.ana).get(f"/admin/sources/snapshot/{snapshot.pk}/download/")
    assert answer.status_code == 409
    assert "damaged or missing" in text_of(answer)


def broken(desk: TestDesk, source: Source) -> SourceCheck:
    (check,) = checks_of(desk, source, status="quarantined", reason="asked", attempt=3)
    return check


def test_quarantined_checks_are_retried_in_bulk(desk: TestDesk) -> None:
    check = broken(desk, desk.text_source())
    data = {"action": "retry", "_selected_action": [str(check.pk)]}
    client = sign_in(desk.ana)
    assert "1 check queued." in text_of(client.post("/admin/sources/sourcecheck/", data, follow=True))
    assert SourceCheck.objects.open().get().requested_by == desk.ana
    SourceCheck.objects.open().delete()
    sign_in(desk.eva).post("/admin/sources/sourcecheck/", data)
    assert not SourceCheck.objects.open().exists()


def test_retrying_a_check_that_went_well_is_refused(desk: TestDesk) -> None:
    desk.in_research()
    check = SourceCheck.objects.first()
    assert check is not None
    data = {"action": "retry", "_selected_action": [str(check.pk)]}
    answer = sign_in(desk.ana).post("/admin/sources/sourcecheck/", data, follow=True)
    assert "Only failed and quarantined checks are retried." in text_of(answer)


def test_lists_of_sources_and_checks_are_filtered(desk: TestDesk) -> None:
    source = desk.text_source(title="A failing source")
    desk.text_source(title="A sound source")
    Source.objects.filter(pk=source.pk).update(failing_since=desk.at - timedelta(days=1), failures=3, outcome="gone")
    broken(desk, source)
    client = sign_in(desk.ana)
    html = text_of(client.get("/admin/sources/source/?state=failing"))
    assert "A failing source" in html
    assert "A sound source" not in html
    for address in (
        "/admin/sources/source/?outcome__exact=gone",
        "/admin/sources/source/?state=waiting",
        "/admin/sources/source/?q=sound",
        "/admin/sources/sourcecheck/?status__exact=quarantined",
        "/admin/sources/host/?q=x",
        "/admin/sources/snapshot/?is_complete__exact=1",
    ):
        assert client.get(address).status_code == 200, address
    check = SourceCheck.objects.get()
    answer = client.get(f"/admin/sources/sourcecheck/{check.pk}/change/")
    assert answer["Location"].endswith(f"#check-{check.pk}")
    assert client.get("/admin/sources/sourcecheck/nonsense/change/").status_code == 404
