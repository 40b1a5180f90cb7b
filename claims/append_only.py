"""Tables whose rows are written once: a migration operation that lets the database refuse every change."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Columns = Sequence[str]


def forbid_statements(vendor: str, table: str, unique: Sequence[Columns]) -> list[str]:
    """SQL that makes `table` refuse UPDATE and DELETE (and TRUNCATE on PostgreSQL).

    `unique` lists the column sets that are unique: on SQLite, INSERT OR REPLACE would delete the older row, so
    an insert that collides is refused there as well.
    """
    message = f"{table} is append-only"
    if vendor == "postgresql":
        return [
            f"""CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
            f"""CREATE OR REPLACE TRIGGER {table}_keep_rows BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_refuse()""",
            f"""CREATE OR REPLACE TRIGGER {table}_keep_table BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()""",
        ]
    statements = [
        f"""CREATE TRIGGER IF NOT EXISTS {table}_keep_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, '{message}'); END"""
        for verb in ("UPDATE", "DELETE")
    ]
    for number, columns in enumerate(unique):
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
        statements.append(
            f"""CREATE TRIGGER IF NOT EXISTS {table}_keep_insert_{number} BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
            BEGIN SELECT RAISE(ABORT, '{message}'); END"""  # noqa: S608 - names from our own models
        )
    return statements


def allow_statements(vendor: str, table: str, unique: Sequence[Columns]) -> list[str]:
    """SQL that takes the protection of `forbid_statements` away again."""
    if vendor == "postgresql":
        return [
            f"DROP TRIGGER IF EXISTS {table}_keep_rows ON {table}",
            f"DROP TRIGGER IF EXISTS {table}_keep_table ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_refuse()",
        ]
    names = ["update", "delete", *(f"insert_{number}" for number in range(len(unique)))]
    return [f"DROP TRIGGER IF EXISTS {table}_keep_{name}" for name in names]


class ForbidChange(Operation):
    """Make a model's table append-only. Say it again after an operation that rebuilds the table on SQLite."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str, unique: Sequence[Columns] = (("id",),)) -> None:
        self.model_name = model_name
        self.unique = unique

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models' state is unchanged: only the database knows of triggers."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: Any
    ) -> None:
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for statement in forbid_statements(schema_editor.connection.vendor, table, self.unique):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: Any
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        for statement in allow_statements(schema_editor.connection.vendor, table, self.unique):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Make {self.model_name} append-only"
