"""The database itself refuses to change what happened, on both databases; each refusal with its control."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.deletion import ProtectedError

from claims.models import Change, Event
from reviews.models import LogEntry, LogNode, Verdict
from tests.desk import TestDesk
from tests.protection import lifted, operations

TABLES = sorted(operations())
STATEMENTS = {
    "update": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
}


def key_column(table: str) -> str:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, table)
    return f'"{columns[0].name}"'


def run(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def test_the_record_is_protected() -> None:
    assert TABLES == [
        "claims_change",
        "claims_event",
        "reviews_logentry",
        "reviews_lognode",
        "reviews_verdict",
        "reviews_verdict_citations",
    ]


@pytest.mark.parametrize("verb", sorted(STATEMENTS))
@pytest.mark.parametrize("table", TABLES)
def test_raw_sql_cannot_change_the_record(desk: TestDesk, table: str, verb: str) -> None:
    desk.published()
    with pytest.raises(DatabaseError, match="append-only"):
        run(STATEMENTS[verb].format(table=table, column=key_column(table)))


@pytest.mark.parametrize("table", TABLES)
def test_control_without_the_triggers_raw_sql_changes_the_record(desk: TestDesk, table: str) -> None:
    desk.published()
    with lifted():
        assert run(STATEMENTS["update"].format(table=table, column=key_column(table))) > 0


@pytest.mark.parametrize("model", [Event, Change, Verdict, LogEntry, LogNode])
def test_the_orm_cannot_change_the_record(desk: TestDesk, model: type) -> None:
    desk.published()
    row = model.objects.first()
    field = model._meta.concrete_fields[-1].attname
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        model.objects.filter(pk=row.pk).update(**{field: getattr(row, field)})
    with pytest.raises((DatabaseError, ProtectedError)), transaction.atomic():
        row.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


def test_bulk_update_cannot_change_the_record(desk: TestDesk) -> None:
    desk.submit()
    event = Event.objects.get()
    event.note = "Nothing happened."
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Event.objects.bulk_update([event], ["note"])


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_insert_or_replace_cannot_change_the_record(desk: TestDesk) -> None:
    desk.published()
    for table in TABLES:
        with pytest.raises(DatabaseError, match="append-only"):
            run(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


@pytest.mark.postgresql
def test_truncate_cannot_empty_the_record(desk: TestDesk) -> None:
    desk.published()
    run("SET CONSTRAINTS ALL IMMEDIATE")  # deferred foreign keys would refuse it first, for another reason
    for table in TABLES:
        with pytest.raises(DatabaseError, match="append-only"):
            run(f"TRUNCATE {table} CASCADE")


@pytest.mark.postgresql
def test_on_conflict_cannot_change_the_record(desk: TestDesk) -> None:
    desk.published()
    with pytest.raises(DatabaseError, match="append-only"):
        run(
            "INSERT INTO claims_change SELECT * FROM claims_change ON CONFLICT (seq) DO UPDATE SET type = excluded.type"
        )
