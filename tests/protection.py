"""Taking the append-only protection away: for emptying tables between tests, and for control twins."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from claims.append_only import ForbidChange, allow_statements, forbid_statements


def operations() -> dict[str, ForbidChange]:
    """Every append-only table with the operation that protects it, as the migrations say."""
    found: dict[str, ForbidChange] = {}
    for (app, _), migration in MigrationLoader(None, ignore_no_migrations=True).disk_migrations.items():
        for operation in migration.operations:
            if isinstance(operation, ForbidChange):
                found[apps.get_model(app, operation.model_name)._meta.db_table] = operation
    return found


@contextmanager
def lifted() -> Iterator[None]:
    """Run a block without the triggers; they stand again afterwards."""
    protected = operations()
    try:
        with connection.cursor() as cursor:
            for table, operation in protected.items():
                for statement in allow_statements(connection.vendor, table, operation.unique):
                    cursor.execute(statement)
        yield
    finally:
        with connection.cursor() as cursor:
            for table, operation in protected.items():
                for statement in forbid_statements(connection.vendor, table, operation.unique):
                    cursor.execute(statement)
