"""A desk of its own for a benchmark: a data directory and a database that are thrown away afterwards."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from measuring.processes import ROOT, BenchmarkError, environment
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict


@contextmanager
def desk(settings: dict[str, str]) -> Iterator[tuple[dict[str, str], Path]]:
    """An empty, migrated desk; gives the environment of its processes and its directory.

    On the server of DATABASE_URL a database of its own is made and dropped, else SQLite is used.
    """
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="factcheck-bench-")))
        given = os.environ.get("DATABASE_URL", "")
        url = (
            stack.enter_context(_database(given))
            if given.startswith(("postgres", "pgsql"))
            else f"sqlite:///{directory / 'desk.sqlite3'}"
        )
        own = {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "FACTCHECK_DATA_DIR": str(directory),
            "FACTCHECK_PRODUCTION": "false",
            "REDIS_URL": "",  # hints go nowhere: the batches are run here
            **settings,
        }
        command = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
        if subprocess.run(command, env=environment(own), cwd=ROOT, check=False).returncode:
            raise BenchmarkError("The desk's database could not be migrated.")
        yield own, directory


@contextmanager
def _database(url: str) -> Iterator[str]:
    name = f"{conninfo_to_dict(url)['dbname']}_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            head, _, rest = url.partition("://")
            host, _, path = rest.partition("/")
            _, question, options = path.partition("?")
            yield f"{head}://{host}/{name}{question}{options}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
