"""Who is calling: headers that are keys, headers that are not, and keys that work no more."""

import hmac
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from partners import authentication, workflow
from partners.models import ApiKey
from partners.scopes import Scope
from tests.partners.conftest import with_key

VERDICTS = "/api/v1/verdicts/"
CLAIMS = "/api/v1/claims/"


@pytest.fixture
def text(give_key: Callable[..., str]) -> str:
    return give_key(Scope.VERDICTS_READ, Scope.CLAIMS_READ)


def ask(header: str, path: str = VERDICTS):  # type: ignore[no-untyped-def]
    return Client(headers={"Authorization": header}).get(path)


def test_a_key_is_taken(text: str) -> None:
    assert ask(f"Api-Key {text}", CLAIMS).status_code == 200


@pytest.mark.parametrize("scheme", ["api-key", "API-KEY", "Api-Key "])
def test_the_scheme_is_read_in_any_case(text: str, scheme: str) -> None:
    assert ask(f"{scheme} {text}", CLAIMS).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "Bearer {key}",
        "Token {key}",
        "Basic dXNlcjpwYXNz",
        "{key}",
        "Api-Key",
        "Api-Key ",
        "Api-Key {prefix}",
        "Api-Key {prefix}.",
        "Api-Key .{secret}",
        "Api-Key {prefix}.{secret}x",
        "Api-Key {prefix}x.{secret}",
        "Api-Key {prefix} {secret}",
        "Api-Key {prefix}.{secret}\x00",
        "Api-Key {prefix}.sécret",
        "Api-Key {prefix}.ключ",
        "Api-Key " + "x" * 10_000,
        "Api-Key \x00.\x00",
    ],
)
def test_anything_else_is_a_401_and_never_taken_for_anonymous(text: str, header: str) -> None:
    prefix, secret = text.split(".")
    answer = ask(header.format(key=text, prefix=prefix, secret=secret))

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Api-Key"
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("/problems/unauthenticated")
    assert secret not in answer.content.decode()


def test_without_a_header_one_is_anonymous(client: Client, db: None) -> None:
    assert client.get(VERDICTS).status_code == 200
    answer = client.get(CLAIMS)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Api-Key"
    assert "claims:read" in answer.json()["detail"]


def test_a_revoked_key_is_refused_everywhere(text: str) -> None:
    workflow.revoke_key(ApiKey.objects.get(), by=None, at=timezone.now())

    for path in (VERDICTS, CLAIMS):
        answer = ask(f"Api-Key {text}", path)
        assert answer.status_code == 401
        assert "revoked" in answer.json()["detail"]


def test_an_expired_key_is_refused(text: str) -> None:
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    answer = ask(f"Api-Key {text}")

    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


def test_a_wrong_secret_does_not_learn_that_the_key_was_revoked(text: str) -> None:
    workflow.revoke_key(ApiKey.objects.get(), by=None, at=timezone.now())
    prefix = text.split(".")[0]

    wrong = ask(f"Api-Key {prefix}.wrong").json()
    unknown = ask("Api-Key fck_000000000000.wrong").json()

    assert wrong == unknown


def test_hashes_are_compared_in_constant_time_for_unknown_prefixes_too(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[str, str]] = []

    def watched(a: str, b: str) -> bool:
        compared.append((a, b))
        return hmac.compare_digest(a, b)

    monkeypatch.setattr(authentication, "hmac", type("Watched", (), {"compare_digest": staticmethod(watched)}))

    ask(f"Api-Key {text}")
    ask("Api-Key fck_000000000000.wrong")

    assert [len(a) == len(b) == 64 for a, b in compared] == [True, True]


def test_the_empty_secret_is_no_key(db: None) -> None:
    """The stand-in hash of unknown prefixes is that of the empty secret, which no header can send."""
    assert ask("Api-Key fck_000000000000.").status_code == 401


def test_use_is_noted(text: str) -> None:
    before = timezone.now()

    ask(f"Api-Key {text}")
    first = ApiKey.objects.get().last_used_at
    ask(f"Api-Key {text}")

    assert first is not None
    assert first >= before
    assert ApiKey.objects.get().last_used_at == first


def test_a_refused_key_notes_no_use(text: str) -> None:
    ask(f"Api-Key {text}x")

    assert ApiKey.objects.get().last_used_at is None


def test_after_a_rotation_both_keys_work(text: str) -> None:
    _, successor = workflow.rotate_key(ApiKey.objects.get(), by=None, at=timezone.now())

    assert with_key(text).get(CLAIMS).status_code == 200
    assert with_key(successor).get(CLAIMS).status_code == 200
