"""Taking in articles: what is stored, which candidates are listed, and what accepting one writes."""

import pytest
from django.core.management import CommandError, call_command

from claims.models import Claim
from claims.rules import Invalid, InvalidTransition, NotAllowed
from sources import intake, workflow
from sources.models import Candidate, Citation, Snapshot, Source
from tests.desk import TestDesk
from tests.golden_path.test_golden_path import ARTICLE


def taken_in(desk: TestDesk, text: str = ARTICLE) -> Source:
    source = desk.text_source(text, publisher="Demo Wire", language="en")
    return intake.ingest(source, by=desk.ana, at=desk.tick())


def contested(source: Source) -> Candidate:
    return source.candidates.exclude(contested_with=None).filter(stance="asserts").get()


def test_an_article_becomes_a_source_with_its_candidates(desk: TestDesk) -> None:
    source = taken_in(desk)
    snapshot = Snapshot.objects.get(source=source)
    assert snapshot.text == ARTICLE
    assert source.candidates_at == desk.at
    for candidate in source.candidates.all():
        assert ARTICLE[candidate.start : candidate.end] == candidate.text


def test_a_contested_notice_is_one_claim_with_two_positions(desk: TestDesk) -> None:
    candidate = contested(taken_in(desk))
    assert (candidate.claimant, candidate.contested_with.claimant) == ("Irena Doval", "Moravia")

    claim = intake.accept_candidate(candidate, by=desk.ana, at=desk.tick(), text=candidate.restated)

    assert [(p.party.name, p.stance) for p in claim.positions.in_time_order()] == [
        ("Irena Doval", "asserts"),
        ("Moravia", "denies"),
    ]
    cited = Citation.objects.of(claim)
    assert {(c.role, c.stance) for c in cited} == {("appearance", "supports"), ("appearance", "refutes")}
    assert all(c.position for c in cited)
    desk.run_checks()
    assert {c.outcome for c in Citation.objects.of(claim)} == {"found"}


def test_a_candidate_may_be_taken_without_its_counterpart(desk: TestDesk) -> None:
    candidate = contested(taken_in(desk))
    claim = intake.accept_candidate(candidate, by=desk.ana, at=desk.tick(), text="It was told.", with_counterpart=False)
    assert claim.positions.count() == 1
    candidate.contested_with.refresh_from_db()
    assert candidate.contested_with.state == "open"


def test_a_candidate_may_be_added_to_a_claim_that_is_there(desk: TestDesk) -> None:
    held = desk.submit(text="Harland told Moravia of its patrols.")
    candidate = contested(taken_in(desk))
    assert intake.nearest_claims(candidate)[0].claim == held

    claim = intake.accept_candidate(candidate, by=desk.ana, at=desk.tick(), text="", claim=held)

    assert claim == held
    assert Claim.objects.count() == 1
    assert claim.citations.count() == 2


def test_a_candidate_is_decided_once(desk: TestDesk) -> None:
    candidate = contested(taken_in(desk))
    intake.dismiss_candidate(candidate, by=desk.ana, at=desk.tick())
    with pytest.raises(InvalidTransition, match="already dismissed"):
        intake.accept_candidate(candidate, by=desk.ben, at=desk.tick(), text="Again.")
    assert not Claim.objects.exists()


def test_an_acceptance_that_fails_writes_nothing(desk: TestDesk) -> None:
    candidate = contested(taken_in(desk))
    with pytest.raises(Invalid):
        intake.accept_candidate(candidate, by=desk.ana, at=desk.tick(), text="x" * 2000)
    candidate.refresh_from_db()
    assert (candidate.state, Claim.objects.count(), Citation.objects.count()) == ("open", 0, 0)


@pytest.mark.parametrize("who", ["eva", "oli"])
def test_only_the_desk_takes_in_and_decides(desk: TestDesk, who: str) -> None:
    person = getattr(desk, who)
    with pytest.raises(NotAllowed):
        workflow.add_text_source(desk=desk.desk, text=ARTICLE, by=person, at=desk.tick())
    candidate = contested(taken_in(desk))
    with pytest.raises(NotAllowed):
        intake.dismiss_candidate(candidate, by=person, at=desk.tick())


def test_the_same_text_twice_is_one_source(desk: TestDesk) -> None:
    assert taken_in(desk) == taken_in(desk, ARTICLE.replace("\n", "\r\n"))
    assert Source.objects.count() == 1


def test_the_same_page_written_differently_is_one_source(desk: TestDesk) -> None:
    urls = ["https://Example.org:443/a/../b?x=1#top", "https://example.org/b?x=1"]
    added = {workflow.add_web_source(desk=desk.desk, url=u, by=desk.ana, at=desk.tick()).pk for u in urls}
    assert len(added) == 1
    assert Source.objects.get().url_as_given == urls[0]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a",
        "example.org/a",
        "http://user:secret@example.org/",
        "http://2130706433/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://10.1.2.3/",
        "http://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://example.org:22/",
        "https://example.org/" + "a" * 3000,
        "",
    ],
)
def test_a_refused_address_names_the_field_and_leaves_nothing(desk: TestDesk, url: str) -> None:
    with pytest.raises(Invalid) as caught:
        workflow.add_web_source(desk=desk.desk, url=url, by=desk.ana, at=desk.tick())
    assert caught.value.field == "url"
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"   \n ", "No text"),
        (b"too short", "fewer than"),
        (b"\x00\x01\x02\x03" * 100, "No text"),
        (b"%PDF-1.4 not really", "No text"),
    ],
)
def test_an_unusable_file_names_the_field_and_leaves_nothing(desk: TestDesk, data: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told) as caught:
        workflow.add_document(
            desk=desk.desk, data=data, file_name="a.txt", media_type="text/plain", by=desk.ana, at=desk.tick()
        )
    assert caught.value.field == "file"
    assert not Source.objects.exists()


def test_a_huge_upload_is_refused_before_it_is_read(desk: TestDesk, settings: pytest.FixtureRequest) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(Invalid, match="at most"):
        workflow.add_document(
            desk=desk.desk,
            data=b"x" * 1001,
            file_name="a.txt",
            media_type="text/plain",
            by=desk.ana,
            at=desk.tick(),
        )


def test_a_file_in_an_old_encoding_is_read(desk: TestDesk) -> None:
    words = "Меморандум был передан российской стороне накануне, заявил представитель министерства обороны."
    source = workflow.add_document(
        desk=desk.desk,
        data=words.encode("cp1251"),
        file_name="note.txt",
        media_type="text/plain",
        by=desk.ana,
        at=desk.tick(),
    )
    assert source.snapshots.get().text.strip() == words


def test_the_command_lists_candidates(desk: TestDesk, tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "article.txt"  # type: ignore[operator]
    path.write_text(ARTICLE, encoding="utf-8")
    call_command("ingest", str(path), publisher="Demo Wire", desk="desk")
    told = capsys.readouterr().out
    for expected in ("Irena Doval asserts", "Moravia denies", "contested:", "four soldiers"):
        assert expected in told


@pytest.mark.parametrize("article", ["no/such/file.txt", "ftp://example.org/x", "http://127.0.0.1/"])
def test_the_command_says_what_is_wrong(desk: TestDesk, article: str) -> None:
    with pytest.raises(CommandError, match=r"^(file|url): "):
        call_command("ingest", article, desk="desk")
    assert not Source.objects.exists()
