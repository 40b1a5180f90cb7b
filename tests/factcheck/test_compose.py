"""docker-compose.yml: hardened as it says, and its commands run, outside Docker, on PostgreSQL and Redis."""

import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from django.conf import settings
from packaging.version import Version

from factcheck import loopback
from tests.factcheck.composing import HERE, Stack, example_values, filled, services

OURS = ("web", "worker", "beat", "migrate")
LASTING = ("web", "worker", "beat", "database", "broker")
VALUES = example_values()
ALL = services(VALUES)
HTTPS = {"Host": "desk.example", "X-Forwarded-Proto": "https"}


# --- What the file says ---


def test_the_services_are_these() -> None:
    assert sorted(ALL) == sorted({*OURS, *LASTING})


@pytest.mark.parametrize("name", ALL)
def test_a_service_runs_as_nobody_in_particular_on_a_root_it_cannot_write(name: str) -> None:
    service = ALL[name]

    assert service["read_only"] is True
    assert service["user"].split(":")[0] not in ("", "0", "root")
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service.get("privileged", False) is False


@pytest.mark.parametrize("name", ALL)
def test_a_service_is_bounded_and_restarted(name: str) -> None:
    limits = ALL[name]["deploy"]["resources"]["limits"]

    assert float(limits["cpus"]) > 0
    assert re.fullmatch(r"\d+[mg]", limits["memory"])
    assert limits["pids"] > 0
    assert ALL[name]["restart"] == ("on-failure:3" if name == "migrate" else "unless-stopped")
    assert ALL[name]["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", LASTING)
def test_every_lasting_service_has_a_health_check(name: str) -> None:
    wanted = {"database": "pg_isready", "broker": "valkey-cli"}.get(name, f"healthy {name}")

    assert wanted in " ".join(ALL[name]["healthcheck"]["test"])


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_the_desk_waits_for_the_migrations_the_database_and_the_broker(name: str) -> None:
    assert {on: how["condition"] for on, how in ALL[name]["depends_on"].items()} == {
        "migrate": "service_completed_successfully",
        "database": "service_healthy",
        "broker": "service_healthy",
    }


def test_only_the_web_has_a_port_and_by_default_only_for_a_proxy_on_this_host() -> None:
    assert [name for name, service in ALL.items() if "ports" in service] == ["web"]
    assert ALL["web"]["ports"] == ["127.0.0.1:8000:8000"]
    assert ALL["database"]["networks"] == ALL["broker"]["networks"] == ["inside"]


def test_what_must_last_lies_in_named_volumes() -> None:
    assert ALL["database"]["volumes"] == ["database:/var/lib/postgresql/data"]
    assert ALL["broker"]["volumes"] == ["broker:/data"]
    for name in OURS:
        assert ALL[name]["volumes"] == ["data:/data"]
        assert ALL[name]["environment"]["FACTCHECK_DATA_DIR"] == "/data"


def test_the_broker_keeps_what_it_took() -> None:
    assert "--appendonly yes --appendfsync everysec" in " ".join(ALL["broker"]["command"])
    assert "--maxmemory-policy noeviction" in " ".join(ALL["broker"]["command"])


def test_database_and_broker_are_above_their_floors() -> None:
    name, _, tag = ALL["database"]["image"].partition(":")
    assert (name, tag.split("-")[0]) == ("postgres", "17")

    name, _, tag = ALL["broker"]["image"].partition(":")
    floor = {"valkey/valkey": "8", "redis": "7.2.11"}[name]
    assert Version(tag.split("-")[0]) >= Version(floor)


def test_secrets_come_from_the_env_file_alone() -> None:
    text = (HERE / "docker-compose.yml").read_text(encoding="utf-8")

    assert all(ALL[name]["env_file"] == ".env" for name in OURS)
    assert "SECRET_KEY" not in text
    assert set(re.findall(r"\S*PASSWORD\S*", text)) <= {
        "POSTGRES_PASSWORD:",
        "${POSTGRES_PASSWORD:?set",
        "postgres://factcheck:${POSTGRES_PASSWORD:?set",
    }
    example = (HERE / ".env.example").read_text(encoding="utf-8")
    assert re.search(r"^FACTCHECK_SECRET_KEY=$", example, re.M)
    assert re.search(r"^POSTGRES_PASSWORD=$", example, re.M)


def test_a_missing_password_stops_compose_with_a_reason() -> None:
    with pytest.raises(LookupError, match=r"set it in \.env"):
        filled("${POSTGRES_PASSWORD:?set it in .env}", {})


def test_the_image_is_built_in_stages_by_hash_and_never_runs_as_root() -> None:
    text = (HERE / "Dockerfile").read_text(encoding="utf-8")

    assert len(re.findall(r"^FROM python:3\.13-slim", text, re.M)) == 2
    assert "--require-hashes" in text
    assert "collectstatic" in text
    assert re.findall(r"^USER (.*)$", text, re.M)[-1] == "10001:10001"


def test_the_image_gets_only_what_it_needs() -> None:
    lines = (HERE / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert "*" in lines
    assert all((HERE / line[1:]).exists() for line in lines if line.startswith("!"))


# --- What its commands do ---


def wait_for(condition: Callable[[], bool], what: str, within: float = 45) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.fixture
def database_url() -> Iterator[str]:
    """A fresh PostgreSQL database beside the one of the tests, dropped afterwards."""
    given = settings.DATABASES["default"]
    login = f"{given['USER']}:{given['PASSWORD']}@" if given["PASSWORD"] else f"{given['USER']}@"
    parts = urlsplit(f"postgres://{login}{given['HOST']}:{given['PORT'] or 5432}/postgres")
    name = f"factcheck_compose_{secrets.token_hex(4)}"
    with psycopg.connect(urlunsplit(parts), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def queue() -> Iterator[tuple[redis.Redis, str]]:
    """A prefix of our own in the broker, emptied afterwards."""
    prefix = f"compose.{secrets.token_hex(4)}."
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        yield client, prefix
        for key in client.scan_iter(f"{prefix}*"):
            client.delete(key)


@pytest.fixture
def stack(tmp_path: Path, database_url: str, queue: tuple[redis.Redis, str]) -> Iterator[Stack]:
    port = loopback.first_free(range(17_000 + os.getpid() % 400, 17_500))
    (tmp_path / "data").mkdir()  # as the volume is there
    made = Stack(
        tmp_path,
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": settings.REDIS_URL,
            "FACTCHECK_QUEUE_PREFIX": queue[1],
            "FACTCHECK_DATA_DIR": str(tmp_path / "data"),
            "FACTCHECK_STATIC_ROOT": str(tmp_path / "static"),
            "FACTCHECK_SWEEP_SECONDS": "1",
            "GRANIAN_HOST": loopback.HOST,
            "GRANIAN_PORT": str(port),
        },
    )
    yield made
    made.stop_all()


@pytest.mark.postgresql
@pytest.mark.worker
def test_the_commands_run_with_production_settings(stack: Stack) -> None:
    port = int(stack.overrides["GRANIAN_PORT"])
    built = stack.run("web", ["python", "manage.py", "collectstatic", "--no-input", "--verbosity", "0"])
    assert built.returncode == 0, built.stderr
    migrated = stack.run("migrate")
    assert migrated.returncode == 0, migrated.stderr

    for name in ("web", "worker", "beat"):
        stack.start(name)
    wait_for(lambda: loopback.status_of(port, "/healthz", headers=HTTPS) == 200, "web never answered")

    assert loopback.status_of(port, "/healthz", headers={"Host": "desk.example"}) == 301  # to https
    assert loopback.status_of(port, "/healthz", headers={**HTTPS, "Host": "evil.example"}) == 400
    assert loopback.status_of(port, "/readyz", headers=HTTPS) == 200
    assert loopback.status_of(port, "/admin/login/", headers=HTTPS, timeout=30) == 200
    wait_for(lambda: "sources.tasks.sweep" in stack.log("beat"), "beat never ticked")
    wait_for(
        lambda: len(re.findall(r"sources\.tasks\.sweep\S* succeeded", stack.log("worker"))) >= 2,
        "the worker consumed nothing",
    )
    for name, more in {"web": ["--port", str(port)], "worker": [], "beat": []}.items():
        healthy = stack.run(name, [*stack.health_command(name), *more])
        assert healthy.returncode == 0, healthy.stderr

    assert {name: stack.stop(name) for name in ("web", "worker", "beat")} == {
        "web": 0,
        "worker": 0,
        "beat": 0,
    }


@pytest.mark.postgresql
@pytest.mark.worker
def test_an_unsafe_value_stops_every_command(stack: Stack) -> None:
    """The twin: it is the production settings that ran above."""
    stack.overrides["FACTCHECK_PUBLIC_URL"] = "http://desk.example"

    for name in OURS:
        result = stack.run(name)
        assert result.returncode != 0
        assert "FACTCHECK_PUBLIC_URL must start with https://" in result.stdout + result.stderr
