"""The typed reader of the environment: a value that makes no sense stops the start and names the fix."""

import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

env = environ.Env()


def read(name: str, parse: Callable[[str], T], default: str, *, fix: str) -> T:
    """Return the environment's `name` as `parse` understands it; raise ImproperlyConfigured naming `fix`."""
    raw = env.str(name, default=default)
    try:
        return parse(raw.strip())
    except (ValueError, TypeError) as error:
        raise ImproperlyConfigured(f"{name}={raw!r} is not understood ({error}). Set it to {fix}.") from error


def boolean(name: str, *, default: bool) -> bool:
    """Read yes/no; anything but true/false, yes/no, on/off, 1/0 is refused."""
    words = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}

    def parse(raw: str) -> bool:
        if raw.lower() not in words:
            raise ValueError("neither yes nor no")
        return words[raw.lower()]

    return read(name, parse, "true" if default else "false", fix="true or false")


def whole_number(name: str, *, default: int, least: int = 0) -> int:
    """Read an integer that is at least `least`."""

    def parse(raw: str) -> int:
        number = int(raw)
        if number < least:
            raise ValueError(f"below {least}")
        return number

    return read(name, parse, str(default), fix=f"a whole number, {least} or more")


def names(name: str, *, default: str = "") -> list[str]:
    """Read a comma-separated list; empty parts are dropped."""
    return read(
        name,
        lambda raw: [part.strip() for part in raw.split(",") if part.strip()],
        default,
        fix="names separated by commas",
    )


def folder(name: str, *, default: Path) -> Path:
    """Read a directory as an absolute path; it is made when the desk first writes."""
    return read(name, lambda raw: Path(raw).expanduser().resolve(), str(default), fix="a directory")


def loopback_pairs(name: str) -> frozenset[tuple[str, int]]:
    """Read `host:port` pairs that fetching may reach although they are on this machine; only loopback is taken."""

    def parse_pair(part: str) -> tuple[str, int]:
        host, separator, port = part.rpartition(":")
        if not separator or not 0 < int(port) < 65536:
            raise ValueError(f"{part!r} has no port")
        host = host.strip("[]")
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"{host!r} is not a loopback address")
        return host, int(port)

    return read(
        name,
        lambda raw: frozenset(parse_pair(part.strip()) for part in raw.split(",") if part.strip()),
        "",
        fix="loopback pairs such as 127.0.0.1:8001, separated by commas, or leave it empty",
    )
