"""Who may read what: every route and every kind of reader; the routes come from the code."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from partners import urls
from partners.models import ApiKey
from partners.scopes import Scope
from partners.views.base import PartnerView
from tests.partners.conftest import with_key

NOBODY = "00000000-0000-7000-8000-000000000000"


def routes(patterns: list[Any], prefix: str = "/api/") -> Iterator[tuple[str, type[PartnerView]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, f"{prefix}{pattern.pattern}")
        elif isinstance(pattern, URLPattern) and issubclass(pattern.callback.view_class, PartnerView):
            path = f"{prefix}{pattern.pattern}".replace("<str:verdict_id>", NOBODY)
            yield (
                path.replace("<str:claim_id>", NOBODY).replace("^.*$", "nothing/"),
                pattern.callback.view_class,
            )


ROUTES = dict(routes(urls.urlpatterns))
SCOPED = {path: view for path, view in ROUTES.items() if view.scope is not None}


def test_the_routes_are_found() -> None:
    assert len(ROUTES) == 10
    assert len(SCOPED) == 7


@pytest.mark.parametrize("path", SCOPED)
def test_a_key_with_the_scope_gets_in(path: str, give_key: Callable[..., str]) -> None:
    scope = SCOPED[path].scope
    assert scope is not None

    assert with_key(give_key(scope)).get(path).status_code in {200, 404}


@pytest.mark.parametrize("path", SCOPED)
def test_a_key_with_every_other_scope_is_refused(path: str, give_key: Callable[..., str]) -> None:
    others = [scope for scope in Scope if scope is not SCOPED[path].scope]

    answer = with_key(give_key(*others)).get(path)

    assert answer.status_code == 403
    assert answer.json()["type"] == "https://desk.example/problems/forbidden"
    assert SCOPED[path].scope in answer.json()["detail"]


@pytest.mark.parametrize("path", SCOPED)
@pytest.mark.parametrize("is_on", [True, False])
def test_anonymous_readers_get_in_where_it_is_public_and_the_desk_lets_them(
    path: str, is_on: bool, db: None, settings: Any
) -> None:
    settings.ANONYMOUS_READ = is_on

    status = Client().get(path).status_code

    assert status in {200, 404} if is_on and SCOPED[path].is_public else status == 401


def test_claims_are_never_public() -> None:
    assert {path for path, view in SCOPED.items() if not view.is_public} == {
        "/api/v1/claims/",
        f"/api/v1/claims/{NOBODY}/",
    }


def test_a_scope_taken_away_counts_at_once(give_key: Callable[..., str]) -> None:
    reader = with_key(give_key(Scope.CLAIMS_READ))
    assert reader.get("/api/v1/claims/").status_code == 200

    ApiKey.objects.update(scopes=[])

    assert reader.get("/api/v1/claims/").status_code == 403


def test_a_view_that_forgets_to_say_its_scope_fails_closed(rf: Any, db: None) -> None:
    class Forgetful(PartnerView):
        def get(self, request: Any) -> None:
            raise AssertionError("it was let in")

    with pytest.raises(AttributeError, match="scope"):
        Forgetful.as_view()(rf.get("/api/"))


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_nothing_can_be_written(path: str, method: str, db: None) -> None:
    answer = getattr(Client(), method)(path)

    assert answer.status_code == (404 if path.endswith("nothing/") else 405)
    assert answer["Content-Type"] == "application/problem+json"
    if answer.status_code == 405:
        assert answer["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ROUTES)
def test_head_answers_like_get_without_a_body(path: str, reader: Client) -> None:
    got, head = reader.get(path), reader.head(path)

    assert head.status_code == got.status_code
    assert head.content == b""
    assert head["Content-Type"] == got["Content-Type"]


@pytest.mark.parametrize("path", ROUTES)
def test_answers_say_that_they_differ_by_key(path: str, reader: Client) -> None:
    for client in (reader, Client()):
        answer = client.get(path)
        assert "Authorization" in answer["Vary"]
        assert "Cookie" not in answer["Vary"]
        assert not answer.cookies


def test_what_caches_may_keep(reader: Client, settings: Any) -> None:
    assert Client().get("/api/v1/verdicts/")["Cache-Control"] == "public, no-cache"
    assert reader.get("/api/v1/verdicts/")["Cache-Control"] == "private, no-cache"
    assert reader.get("/api/v1/claims/")["Cache-Control"] == "private, no-cache"
    settings.ANONYMOUS_READ = False
    assert Client().get("/api/v1/verdicts/")["Cache-Control"] == "no-store"
