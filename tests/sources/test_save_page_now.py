"""Asking for a capture, against the Save Page Now of `web_archive.py`, which plays the API's public description."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from sources.fetching import Egress
from sources.outside_archives import save_page_now
from sources.outside_archives.answers import Answer, Held, NotNow, Refusal, Trouble, Working
from sources.outside_archives.save_page_now import Account, poll, submit
from tests.sources.loopback import QUICK, Origin, Visit, answer, redirect
from tests.sources.web_archive import KEY, SECRET, Archive, error, pending, success, too_many

SERVERS = Callable[..., Origin]
PAGE = "https://example.org/news/notice?id=7&x=a%20b"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def account(origin: Origin, *, secret: str = SECRET) -> Account:
    return Account(origin.url("/save"), KEY, secret)


def way_out(origin: Origin) -> Egress:
    return Egress(user_agent="FactcheckBot/1.0", allow=frozenset({origin.pair}), limits=QUICK)


def submitted(origin: Origin, *, secret: str = SECRET) -> Answer:
    return submit(way_out(origin), account(origin, secret=secret), PAGE, at=AT)


def polled(origin: Origin, job_id: str) -> Answer:
    return poll(way_out(origin), account(origin), PAGE, job_id, at=AT)


def test_a_page_is_submitted_polled_and_held(serve: SERVERS) -> None:
    archive = Archive(progress=[pending(), pending(), success(PAGE)])
    origin = serve(archive)

    job = submitted(origin)

    assert isinstance(job, Working)
    assert archive.submitted == [{"url": PAGE, "skip_first_archive": "1"}]
    assert [polled(origin, job.job_id) for _ in range(2)] == [job, job]
    at = datetime(2026, 3, 2, 9, 1, 30, tzinfo=UTC)
    assert polled(origin, job.job_id) == Held(origin.url(f"/web/20260302090130/{PAGE}"), at)


def test_asking_again_within_the_hour_gives_the_same_job(serve: SERVERS) -> None:
    origin = serve(Archive())
    assert submitted(origin) == submitted(origin)


def test_what_was_saved_after_a_redirect_is_told(serve: SERVERS) -> None:
    origin = serve(Archive(progress=[success("https://example.org/moved")]))
    job = submitted(origin)
    found = polled(origin, job.job_id)  # type: ignore[union-attr]
    assert isinstance(found, Held)
    assert found.url == origin.url("/web/20260302090130/https://example.org/moved")
    assert found.detail == "What was saved is https://example.org/moved"


def test_the_key_goes_to_the_archive_and_not_where_that_redirects(serve: SERVERS) -> None:
    other = serve(answer(b"{}"))
    origin = serve(redirect(other.url("/save/status/1")))
    egress = Egress(user_agent="FactcheckBot/1.0", allow=frozenset({origin.pair, other.pair}), limits=QUICK)
    poll(egress, account(origin), PAGE, "1", at=AT)
    assert f"Authorization: LOW {KEY}:{SECRET}".encode() in origin.requests[0]
    assert b"authorization" not in other.requests[0].lower()


def test_a_wrong_key_is_told_as_a_setting(serve: SERVERS) -> None:
    assert submitted(serve(Archive()), secret="wrong") == Refusal(
        "Save Page Now does not take our key (401). "
        "Check FACTCHECK_SAVE_PAGE_NOW_KEY and FACTCHECK_SAVE_PAGE_NOW_SECRET."
    )


def test_an_address_that_moved_is_told_as_a_setting(serve: SERVERS) -> None:
    assert submitted(serve(redirect("https://web.archive.org/save"))) == Refusal(
        "Save Page Now has moved to https://web.archive.org/save. Set FACTCHECK_SAVE_PAGE_NOW_URL to it."
    )


@pytest.mark.parametrize("when", ["at once", "later"])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("error:user-session-limit", NotNow),
        ("error:too-many-daily-captures", NotNow),
        ("error:max-daily-bandwidth", NotNow),
        ("error:not-found", Refusal),
        ("error:no-access", Refusal),
        ("error:blocked-url", Refusal),
        ("error:invalid-host-resolution", Refusal),
        ("error:job-failed", Trouble),
        ("error:browsing-timeout", Trouble),
        ("error:too-many-requests", Trouble),  # the page's host says so, not the archive
        ("error:never-heard-of", Trouble),
    ],
)
def test_errors_are_read_from_the_answer_also_under_status_200(
    serve: SERVERS, when: str, code: str, kind: type[Answer]
) -> None:
    archive = Archive(refusals=[error(code)]) if when == "at once" else Archive(progress=[error(code)])
    origin = serve(archive)
    found = submitted(origin)
    if isinstance(found, Working):
        found = polled(origin, found.job_id)
    assert type(found) is kind
    assert found.detail == f"Save Page Now: It did not work. ({code})"  # type: ignore[union-attr]


def test_a_page_that_was_captured_often_enough_waits_a_day_and_holds_up_no_other(serve: SERVERS) -> None:
    found = submitted(serve(Archive(refusals=[error("error:too-many-daily-captures")])))
    assert isinstance(found, NotNow)
    assert (found.wait, found.pauses) == (timedelta(days=1), False)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (too_many("120"), NotNow("The archive answered 429 Too Many Requests.", timedelta(minutes=2))),
        (answer(b"", status="502 Bad Gateway"), Trouble("The archive answered 502 Bad Gateway.", is_down=True)),
        (answer(b"<html>Sorry</html>"), Trouble("Save Page Now did not answer in JSON.")),
        (answer(b"[1]"), Trouble("Save Page Now did not answer in JSON.")),
        (answer(b"[" * 100_000), Trouble("Save Page Now did not answer in JSON.")),
        (answer(b'{"a": "' + b"x" * 3_000_000 + b'"}'), Trouble("Save Page Now did not answer in JSON.")),
        (answer(b'{"job_id": 7}'), Trouble("Save Page Now named a job that cannot be asked for.")),
        (answer(b'{"job_id": "../user"}'), Trouble("Save Page Now named a job that cannot be asked for.")),
        (answer(b"{}"), Trouble("Save Page Now: no reason given (no code)", ends_job=True)),
        (answer(b"", status="400 Bad Request"), Refusal("The archive answered 400 Bad Request.")),
    ],
    ids=["429", "502", "HTML", "a list", "deep", "huge", "a number", "a path", "nothing", "400"],
)
def test_what_it_answers_instead_of_a_job(serve: SERVERS, script: bytes, expected: Answer) -> None:
    def play(visit: Visit) -> None:
        visit.send(script)

    assert submitted(serve(play)) == expected


def test_nobody_listens(serve: SERVERS) -> None:
    origin = serve(b"")
    origin.close()
    found = submitted(origin)
    assert isinstance(found, Trouble)
    assert (found.is_down, found.detail.startswith("connect: ")) == (True, True)


def test_a_job_that_is_forgotten_ends(serve: SERVERS) -> None:
    assert polled(serve(Archive()), "spn2-0") == Trouble("Save Page Now no longer knows the job.", ends_job=True)


@pytest.mark.parametrize(
    "state",
    [
        {"status": "success"},
        {"status": "success", "timestamp": "2026", "original_url": PAGE},
        {"status": "success", "timestamp": "20261399000000", "original_url": PAGE},
        {"status": "success", "timestamp": "２０２６０３０２０９０１３０", "original_url": PAGE},
        {"status": "success", "timestamp": "20260302090130", "original_url": None},
    ],
)
def test_a_capture_without_its_time_or_address_is_none(serve: SERVERS, state: dict[str, object]) -> None:
    origin = serve(Archive(jobs={"1": [state]}))
    expected = Trouble("Save Page Now reports a capture without its time or address.", ends_job=True)
    assert polled(origin, "1") == expected


@pytest.mark.parametrize(
    ("original", "why"),
    [
        ("javascript:alert(1)//../../evil", "What was saved has an address that we do not take: "),
        ("https://example.org/a\x00b", "What was saved has an address that we do not take: "),
        ("https://example.org/" + "x" * 2_020, "The archive names an address that we do not take: "),
    ],
    ids=["a script", "a NUL", "too long"],
)
def test_a_capture_at_an_address_that_we_refuse_is_none(serve: SERVERS, original: str, why: str) -> None:
    found = polled(serve(Archive(jobs={"1": [success(original)]})), "1")
    assert isinstance(found, Refusal)
    assert found.detail.startswith(why)


def test_an_answer_that_repeats_our_secret_does_not_give_it_away(serve: SERVERS) -> None:
    origin = serve(Archive(refusals=[error("error:celery", f"bad: LOW {KEY}:{SECRET}")]))
    found = submitted(origin)
    assert found == Trouble("Save Page Now: bad: LOW …:… (error:celery)", ends_job=True)
    assert SECRET not in repr(account(origin))


def test_control_as_it_came_the_answer_gives_the_secret_away(serve: SERVERS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Account, "without_secret", lambda account, text: text)
    found = submitted(serve(Archive(refusals=[error("error:celery", f"bad: LOW {KEY}:{SECRET}")])))
    assert SECRET in found.detail  # type: ignore[union-attr]


def test_the_three_sets_of_errors_do_not_overlap() -> None:
    sets = [save_page_now.BUSY, save_page_now.SPENT, save_page_now.PAGE_SPENT, save_page_now.DEFINITE]
    assert sum(map(len, sets)) == len(frozenset().union(*sets))
