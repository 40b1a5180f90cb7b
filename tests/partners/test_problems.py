"""Errors: what every exception becomes, and that nothing below /api/ answers anything but a problem."""

from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation, TooManyFieldsSent
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework import exceptions as api

from claims.rules import Invalid, InvalidTransition, NotAllowed, StaleClaim
from partners import exceptions
from partners.exceptions import Fault, InvalidRequest, PreconditionFailed, problem_of

CASES: list[tuple[Exception, int, str]] = [
    (InvalidRequest([Fault("q", "Too long.")]), 400, "invalid-request"),
    (Invalid("text", "Too long."), 400, "invalid-request"),
    (NotAllowed("Only editors."), 403, "forbidden"),
    (InvalidTransition("It is published."), 409, "conflict"),
    (StaleClaim("Somebody was first."), 409, "conflict"),
    (Http404("No such verdict."), 404, "not-found"),
    (Http404(), 404, "not-found"),
    (PermissionDenied(), 403, "forbidden"),
    (PreconditionFailed(), 412, "precondition-failed"),
    (SuspiciousOperation("x"), 400, "invalid-request"),
    (TooManyFieldsSent("x"), 400, "invalid-request"),
    (BadRequest("x"), 400, "invalid-request"),
    (api.NotAuthenticated(), 401, "unauthenticated"),
    (api.AuthenticationFailed(), 401, "unauthenticated"),
    (api.PermissionDenied(), 403, "forbidden"),
    (api.NotFound(), 404, "not-found"),
    (api.MethodNotAllowed("POST"), 405, "method-not-allowed"),
    (api.NotAcceptable(), 406, "not-acceptable"),
    (api.UnsupportedMediaType("text/plain"), 415, "unsupported-media-type"),
    (api.Throttled(3), 429, "rate-limited"),
    (api.ParseError("Bad JSON."), 400, "invalid-request"),
    (api.ValidationError({"url": ["Too long."]}), 400, "invalid-request"),
]


@pytest.mark.parametrize(("error", "status", "slug"), CASES, ids=lambda case: type(case).__name__)
def test_every_known_exception_is_a_problem(error: Exception, status: int, slug: str) -> None:
    problem = problem_of(error)

    assert problem is not None
    answer = problem.response()
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Cache-Control"] == "no-store"
    import orjson

    body = orjson.loads(answer.content)
    assert body["type"] == f"https://desk.example/problems/{slug}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]


def test_every_title_is_reached_by_some_exception() -> None:
    assert {slug for _, _, slug in CASES} | {"internal-error"} == set(exceptions.TITLES)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), RuntimeError("x"), api.APIException("x")])
def test_what_nobody_foresaw_is_left_to_the_log(error: Exception) -> None:
    assert problem_of(error) is None


def test_nested_errors_are_told_by_field() -> None:
    problem = problem_of(api.ValidationError({"a": {"b": ["Wrong."]}, "c": ["Bad.", "Worse."]}))

    assert problem is not None
    assert problem.faults == (Fault("a.b", "Wrong."), Fault("c", "Bad."), Fault("c", "Worse."))


def test_errors_without_a_field_are_of_the_body() -> None:
    problem = problem_of(api.ValidationError("Wrong."))

    assert problem is not None
    assert problem.faults == (Fault("body", "Wrong."),)


# --- Over HTTP -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/x", "/api/x/", "/api/v2/verdicts/", "/api/v1/", "/api/v1/verdicts//", "/api/%00/"]
)
def test_an_unknown_address_is_a_problem(path: str, client: Client, db: None) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/v1/verdicts", "/api/schema", "/api"])
def test_a_forgotten_slash_leads_on_with_the_query(path: str, client: Client, db: None) -> None:
    answer = client.get(f"{path}?q=a%2Bb")

    assert answer.status_code in {301, 308}
    assert answer["Location"] == f"{path}/?q=a%2Bb"


def test_a_forgotten_slash_keeps_the_method(client: Client, db: None) -> None:
    assert client.post("/api/v1/verdicts", {"a": 1}).status_code == 308


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("", 200),
        ("*/*", 200),
        ("application/json", 200),
        ("application/*;q=0.1", 200),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 200),
        ("APPLICATION/JSON; indent=4", 200),
        ("text/html", 406),
        ("rubbish", 406),
        (";;;,,,///", 406),
        ("\x00", 406),
        ("a/b," * 5_000, 406),
    ],
)
def test_accept_headers(accept: str, status: int, client: Client, db: None) -> None:
    answer = client.get("/api/v1/verdicts/", headers={"Accept": accept})

    assert answer.status_code == status
    assert answer["Content-Type"] == ("application/json" if status == 200 else "application/problem+json")


def test_a_format_parameter_is_unknown_like_any_other(client: Client, db: None) -> None:
    assert client.get("/api/v1/verdicts/?format=json").status_code == 400


def test_a_broken_server_tells_nothing_of_its_inside(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the password is 12345")

    monkeypatch.setattr("partners.filters.published", broken)
    client = Client(raise_request_exception=False)

    answer = client.get("/api/v1/verdicts/")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/problems/internal-error")
    assert "12345" not in answer.content.decode()


def test_control_a_broken_server_is_not_hidden_from_the_log(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("seen")

    monkeypatch.setattr("partners.filters.published", broken)

    with pytest.raises(RuntimeError, match="seen"):
        Client().get("/api/v1/verdicts/")


def test_too_many_parameters_are_a_400(client: Client, db: None) -> None:
    answer = client.get("/api/v1/verdicts/?" + "&".join(f"a{n}=1" for n in range(1_500)))

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_a_wrong_host_is_a_problem(client: Client, db: None) -> None:
    answer = client.get("/api/v1/verdicts", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("handler", "status"),
    [("bad_request", 400), ("permission_denied", 403), ("page_not_found", 404), ("server_error", 500)],
)
def test_handlers_answer_problems_below_api_and_pages_elsewhere(handler: str, status: int, rf: RequestFactory) -> None:
    given = () if handler == "server_error" else (Exception("x"),)
    handle = getattr(exceptions, handler)

    below, elsewhere = handle(rf.get("/api/x"), *given), handle(rf.get("/apiary/"), *given)

    assert below.status_code == elsewhere.status_code == status
    assert below["Content-Type"] == "application/problem+json"
    assert elsewhere["Content-Type"].startswith("text/html")
