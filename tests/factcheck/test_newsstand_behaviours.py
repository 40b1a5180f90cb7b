"""Each page of the newsstand changes as its behaviour says."""

import threading
from http import HTTPStatus
from pathlib import Path

import pytest

from factcheck.newsstand import Answer, Newsstand, load_behaviours
from tests.factcheck.small_stand import make_small_stand


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_small_stand(tmp_path)


def statuses(stand: Newsstand, target: str, *, times: int) -> list[HTTPStatus]:
    return [stand.answer(target).status for _ in range(times)]


def bodies(stand: Newsstand, target: str, *, times: int) -> list[bytes]:
    return [stand.answer(target).body for _ in range(times)]


def test_plain_page_stays_as_it_is(root: Path) -> None:
    assert len(set(bodies(Newsstand(root), "/new.html", times=5))) == 1


def test_rewritten_page_shows_its_second_face_from_the_second_visit(root: Path) -> None:
    first, *later = bodies(Newsstand(root), "/toll.html", times=4)

    assert first == b"<title>toll</title>"
    assert later == [b"<title>toll later</title>"] * 3


def test_second_face_waits_for_as_many_visits_as_said(root: Path) -> None:
    shown = bodies(Newsstand(root), "/later.html", times=3)

    assert [b"later later" in body for body in shown] == [False, False, True]


def test_gone_page_answers_410_from_the_second_visit(root: Path) -> None:
    assert statuses(Newsstand(root), "/leaflet.html", times=3) == [200, 410, 410]


def test_redirected_page_answers_301_with_the_new_place(root: Path) -> None:
    stand = Newsstand(root)

    assert statuses(stand, "/old.html", times=2) == [200, 301]
    assert stand.answer("/old.html").headers == {"Location": "/new.html"}


def test_blocked_page_can_refuse_from_the_first_visit(root: Path) -> None:
    assert statuses(Newsstand(root), "/paper.html", times=2) == [403, 403]


def test_slow_page_is_delayed_every_time(root: Path) -> None:
    stand = Newsstand(root)

    assert [stand.answer("/slow.html").delay for _ in range(2)] == [0.05, 0.05]


def test_pages_are_counted_apart_and_queries_together(root: Path) -> None:
    stand = Newsstand(root)
    stand.answer("/leaflet.html?utm_source=letter")

    assert stand.answer("/toll.html").body == b"<title>toll</title>"
    assert stand.answer("/leaflet.html").status == HTTPStatus.GONE


def test_aged_stand_starts_with_every_second_face(root: Path) -> None:
    stand = Newsstand(root, aged=True)

    assert stand.answer("/toll.html").body == b"<title>toll later</title>"
    assert stand.answer("/leaflet.html").status == HTTPStatus.GONE


def test_visits_side_by_side_get_the_first_face_once(root: Path) -> None:
    stand = Newsstand(root)
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(stand.answer("/leaflet.html"))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answer.status for answer in answers) == [200] + [410] * 19


@pytest.mark.parametrize(
    "text",
    [
        '["none.html"]\nbehaviour = "gone"',
        '["new.html"]\nbehaviour = "altered"',
        '["new.html"]\nbehaviour = "redirected"\nto = "none.html"',
        '["new.html"]\nbehaviour = "vanished"',
        '["new.html"]\nbehaviour = "gone"\nafterwards = 1',
    ],
    ids=["no page", "no second face", "no target", "no such kind", "no such key"],
)
def test_nonsense_in_the_behaviours_is_refused(root: Path, text: str) -> None:
    (root / "behaviours.toml").write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=r"html|vanished"):
        load_behaviours(root)
