"""What the database used for us."""

from django.db import connection
from measuring.machine import own_cpu_seconds


def database_cpu() -> float:
    """CPU of the PostgreSQL backends of this database, where they run on this machine; SQLite's is our own."""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        pids = [pid for (pid,) in cursor.fetchall()]
    try:
        return sum(own_cpu_seconds(pid) for pid in pids)
    except FileNotFoundError:
        return 0.0
