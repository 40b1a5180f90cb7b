"""Measures what a publication costs in the verdict log, and what is read from it, as the log grows.

Usage: python benchmarks/verdict_log.py [--short] [--json FILE]
With DATABASE_URL a database of its own is made on that server, else SQLite is used. Every entry is appended by the
real function. CPU is ours and, on PostgreSQL, that of the database's processes beside it.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).absolute().parent.parent))

from checking import scratch
from measuring import machine
from measuring.processes import BenchmarkError, run_module
from measuring.report import Goal, Report

FULL = ((1_000, 5_000, 20_000, 50_000, 100_000), 1_000)
SHORT = ((1_000, 2_500, 5_000), 300)
FLAT = 1.25  # more than this, from the smallest log to the largest, is growth and not noise


def main() -> int:
    """Measures and prints; a goal that is missed is no error."""
    options = _arguments()
    if not machine.is_supported():
        print("left out: it needs Linux, for /proc.")
        return 0
    sizes, window = SHORT if options.short else FULL
    before = machine.load()
    try:
        with scratch.desk({}) as (env, directory):
            database = "PostgreSQL" if env["DATABASE_URL"].startswith("postgres") else "SQLite"
            rows = run_module(
                "appending.growing", env=env, log=directory / "bench.log", sizes=list(sizes), window=window
            )
    except BenchmarkError as error:
        print(error, file=sys.stderr)
        return 1
    result = report(rows, window)
    result.facts = {
        "database": database,
        "machine": f"{before}; afterwards {machine.load()}",
        "versions": machine.versions("django", "psycopg", "cryptography", "rfc8785"),
    }
    result.print()
    if options.json:
        result.write(options.json)
    return 0


def report(rows: list[dict[str, float]], window: int) -> Report:
    """The tables and goals of the windows."""
    result = Report("The verdict log", raw={"windows": rows})
    head = ["entries", "append", "its database", "with commit", "its database", "statements"]
    names = ("append_ms", "append_db_ms", "commit_ms", "commit_db_ms")
    result.table(
        f"CPU of an append, in ms; {window} each",
        head,
        [[f"{row['entries']:,}", *(row[name] for name in names), _statements(row)] for row in rows],
    )
    reads = ("checkpoint_ms", "tile_ms", "bundle_ms", "proof_ms")
    result.table(
        "CPU of a read, database included, in ms; 100 each",
        ["entries", *(name.removesuffix("_ms") for name in reads)],
        [[f"{row['entries']:,}", *(row[name] for name in reads)] for row in rows],
    )
    first, last = rows[0], rows[-1]
    for name, title in (("append", "append"), ("commit", "append with its commit")):
        ratio = _cpu(last, name) / _cpu(first, name)
        between = f"from {first['entries']:,} to {last['entries']:,} entries"
        result.goals.append(Goal(f"CPU of an {title}, {between}", ratio, "at most", FLAT, " times"))
    most = max(row["statements_most"] for row in rows)
    result.goals.append(Goal("statements of an append at any size", most, "at most", 5))
    return result


def _cpu(row: dict[str, float], name: str) -> float:
    return row[f"{name}_ms"] + row[f"{name}_db_ms"]


def _statements(row: dict[str, float]) -> str:
    least, most = int(row["statements_least"]), int(row["statements_most"])
    return str(least) if least == most else f"{least} to {most}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="a log of 5,000 entries")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
