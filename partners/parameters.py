"""Query parameters as tables: a table reads a request, refuses what it does not know, documents itself."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import QueryDict

from partners.exceptions import Fault, InvalidRequest

# Times outside of these are moved to them: no verdict is so old or new, and databases disagree beyond.
EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
BIGGEST = 2**63 - 1  # what a database's big integer holds

_TIME = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[Tt ](?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?"
    r"(?P<zone>[Zz]|[+-]\d\d:\d\d))?",
    re.ASCII,
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter. `read` returns its value or raises ValueError saying what would do."""

    name: str
    read: Callable[[str], Any]
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    example: Any = None
    default: Any = None


def read_parameters(query: QueryDict, table: Sequence[Parameter]) -> dict[str, Any]:
    """Every parameter of the table by name, the default where it was not given.

    Raises InvalidRequest with all faults at once: unknown, repeated, or of a value that cannot be taken.
    """
    known = {parameter.name: parameter for parameter in table}
    values = {parameter.name: parameter.default for parameter in table}
    faults: list[Fault] = []
    for name, given in query.lists():
        if name not in known:
            faults.append(Fault(_shown(name), f"This parameter is not known here. {_choice(known)}"))
        elif len(given) != 1:
            faults.append(Fault(name, "This parameter is given more than once. Give it once."))
        else:
            try:
                values[name] = _read(known[name], given[0])
            except ValueError as error:
                faults.append(Fault(name, str(error)))
    if faults:
        raise InvalidRequest(faults)
    return values


def _read(parameter: Parameter, raw: str) -> Any:
    if not raw:
        raise ValueError("This is empty. Leave the parameter out, or give it a value.")
    if "\x00" in raw:
        raise ValueError("This holds a NUL character.")
    return parameter.read(raw)


def _choice(known: Iterable[str]) -> str:
    names = ", ".join(known)
    return f"Known: {names}." if names else "This address takes no parameters."


def _shown(text: str) -> str:
    """A client's own words as they may be repeated to it: short, without control characters."""
    return "".join(char if char.isprintable() else "�" for char in text[:100])


def words(most: int) -> Callable[[str], str]:
    """A reader of text up to `most` characters."""

    def read(raw: str) -> str:
        if len(raw) > most:
            raise ValueError(f"This has {len(raw)} characters; at most {most} are taken.")
        return raw

    return read


def pattern(expression: str, what: str) -> Callable[[str], str]:
    """A reader of text that matches the expression; `what` names it to people."""
    compiled = re.compile(expression, re.ASCII)

    def read(raw: str) -> str:
        if not compiled.fullmatch(raw):
            raise ValueError(f"{_shown(raw)!r} is no {what}.")
        return raw

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    """A reader of exactly these words."""

    def read(raw: str) -> str:
        if raw not in choices:
            raise ValueError(f"{_shown(raw)!r} is not one of: {', '.join(choices)}.")
        return raw

    return read


def number(least: int, most: int) -> Callable[[str], int]:
    """A reader of whole decimal numbers between the two, both included."""

    def read(raw: str) -> int:
        if not (raw.isascii() and raw.isdecimal() and len(raw) <= 30 and least <= int(raw) <= most):
            raise ValueError(f"{_shown(raw)!r} is no whole number from {least} to {most}.")
        return int(raw)

    return read


def moment(raw: str) -> datetime:
    """A reader of RFC 3339 times and of dates, i.e. their first moment in UTC; extreme ones are clamped."""
    found = _TIME.fullmatch(raw)
    if not found:
        raise ValueError(
            f"{_shown(raw)!r} is no time. Write 2020-02-04 or 2020-02-04T10:00:00Z (RFC 3339; a + in an "
            "address is written %2B)."
        )
    if not EARLIEST.year <= int(found["year"]) < LATEST.year:
        return EARLIEST if int(found["year"]) < EARLIEST.year else LATEST
    try:
        return _moment_of(found.groupdict())
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{_shown(raw)!r} is no time: {error}.") from error


def _moment_of(parts: Mapping[str, str | None]) -> datetime:
    date = (int(parts["year"] or 0), int(parts["month"] or 0), int(parts["day"] or 0))
    if parts["hour"] is None:
        return datetime(*date, tzinfo=UTC)
    second = int(parts["second"] or 0)
    leap = second == 60  # RFC 3339 has leap seconds, Python has none: the first moment after it
    micros = 0 if leap else int((parts["fraction"] or "0")[:6].ljust(6, "0"))
    local = datetime(*date, int(parts["hour"]), int(parts["minute"] or 0), 59 if leap else second, micros, tzinfo=UTC)
    return local + timedelta(seconds=int(leap)) - _offset(parts["zone"] or "Z")


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta(0)
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 23 or minutes > 59:
        raise ValueError("its offset is out of range")
    size = timedelta(hours=hours, minutes=minutes)
    return -size if zone[0] == "-" else size


def public_id(raw: str) -> UUID:
    """A UUID of an address's path; raises InvalidRequest naming `id`."""
    if not _UUID.fullmatch(raw):
        raise InvalidRequest([Fault("id", f"{_shown(raw)!r} is no id: ids are UUIDs in their usual form.")])
    return UUID(raw)
