"""What the tests of partners share: a public address, keys, and a Redis that is only there when asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client

from partners import throttling
from partners.models import Partner
from partners.scopes import Scope
from partners.workflow import create_key, create_partner
from tests.desk import TestDesk

PUBLIC_URL = "https://desk.example"
REDIS = configured.CACHES["default"]["LOCATION"]


@pytest.fixture(autouse=True)
def _surroundings(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The public address of these tests, and no Redis, so that no test counts for another."""
    settings.PUBLIC_URL = PUBLIC_URL
    settings.DESK_NAME = "The Test Desk"
    settings.STATIC_ROOT = tmp_path
    settings.CACHES = {
        **configured.CACHES,
        "default": {**configured.CACHES["default"], "LOCATION": "unix:///none"},
    }
    monkeypatch.setattr(throttling, "_counters", {})


@pytest.fixture
def redis(settings: Any) -> str:
    """The real Redis of this run, without counts of earlier tests."""
    settings.CACHES = {**settings.CACHES, "default": {**settings.CACHES["default"], "LOCATION": REDIS}}
    connection = throttling.Redis.from_url(REDIS)
    for name in connection.scan_iter("factcheck:rate:*"):
        connection.delete(name)
    connection.close()
    return REDIS


@pytest.fixture
def partner(desk: TestDesk) -> Partner:
    return create_partner(desk=desk.desk, name="The Wire", by=desk.dov, at=desk.tick())


@pytest.fixture
def give_key(desk: TestDesk, partner: Partner) -> Callable[..., str]:
    """Make a key with these scopes, and return its text."""

    def give(*scopes: Scope) -> str:
        return create_key(partner, scopes, desk.dov, desk.tick())[1]

    return give


@pytest.fixture
def reader(give_key: Callable[..., str]) -> Client:
    """A client with a key for verdicts and claims."""
    return with_key(give_key(Scope.VERDICTS_READ, Scope.CLAIMS_READ))


def with_key(text: str) -> Client:
    return Client(headers={"Authorization": f"Api-Key {text}"})
