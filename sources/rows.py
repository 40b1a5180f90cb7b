"""Inserts and updates by equality whose SQL is built once: a check's outcome is six of them.

Django builds each statement anew, which takes three times as long as running it. Values pass through the
models' own fields, so that both databases get what Django would have sent them; there is nothing else here.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models
from django.db.models import Field

Values = Mapping[str, Any]


def insert(*rows: models.Model) -> None:
    """Insert rows of one model, all fields of each, in one statement."""
    if not rows:
        return
    fields = rows[0]._meta.concrete_fields
    sql = _insert_sql(type(rows[0]), len(rows), connection.vendor)
    _execute(sql, [_prepared(field, getattr(row, field.attname)) for row in rows for field in fields])


def update(model: type[models.Model], where: Values, changes: Values) -> int:
    """Change the rows whose fields equal `where`; return how many there were. Names are fields' or columns'."""
    sql = _update_sql(model, tuple(where), tuple(changes), connection.vendor)
    given = [*changes.items(), *where.items()]
    return _execute(sql, [_prepared(_field(model, name), value) for name, value in given])


def update_returning(model: type[models.Model], where: Values, changes: Values, returning: str) -> tuple[Any] | None:
    """Change the one row whose fields equal `where`; return a field of it in its column's form, None without a row."""
    sql = _update_sql(model, tuple(where), tuple(changes), connection.vendor)
    column = _quoted(_field(model, returning).column)
    given = [*changes.items(), *where.items()]
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING {column}", [_prepared(_field(model, name), value) for name, value in given])
        row: tuple[Any] | None = cursor.fetchone()
        return row


def _execute(sql: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def _prepared(field: "Field[Any, Any]", value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


@lru_cache(maxsize=256)
def _field(model: type[models.Model], name: str) -> "Field[Any, Any]":
    return next(field for field in model._meta.concrete_fields if name in {field.name, field.attname})


@lru_cache(maxsize=64)
def _insert_sql(model: type[models.Model], count: int, vendor: str) -> str:
    columns = [_quoted(field.column) for field in model._meta.concrete_fields]
    row = f"({', '.join(['%s'] * len(columns))})"
    names = ", ".join(columns)
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({names}) VALUES {', '.join([row] * count)}"  # noqa: S608


@lru_cache(maxsize=64)
def _update_sql(model: type[models.Model], where: tuple[str, ...], changes: tuple[str, ...], vendor: str) -> str:
    assignments = ", ".join(f"{_quoted(_field(model, name).column)} = %s" for name in changes)
    conditions = " AND ".join(f"{_quoted(_field(model, name).column)} = %s" for name in where)
    return f"UPDATE {_quoted(model._meta.db_table)} SET {assignments} WHERE {conditions}"  # noqa: S608


def _quoted(name: str | None) -> str:
    """A table's or a column's name; no column of ours is without one."""
    assert name is not None
    return connection.ops.quote_name(name)
