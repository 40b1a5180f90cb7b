"""The mutation drill: random changes of the database; each is refused by it, or found and located by verify_log.

Usage: python -m tests.verification.mutation_drill [--mutations 10000] [--entries 60] [--seed 1]
       [--without-documents | --without-memory]
Each mutation is tried twice, and taken back: with the triggers in place, and with them lifted. The two options
are controls: with the comparison of documents or the memory of signed roots switched off, some must be missed.
The database is made for the drill, on the server of DATABASE_URL or as SQLite in memory, and dropped again.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.verification.mutations import Log, Where

PROGRESS = 500


@dataclass
class Tally:
    """What became of the mutations, by their kind."""

    done: int = 0
    guarded: Counter[str] = field(default_factory=Counter)  # refused with the triggers in place
    refused: Counter[str] = field(default_factory=Counter)  # refused by a constraint, the triggers lifted
    found: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The tally for people."""
        kinds = sorted(self.refused.keys() | self.found.keys() | self.guarded.keys())
        rows = [
            f"{kind:18} {self.guarded[kind]:6,} refused in place   {self.refused[kind]:6,} refused, lifted"
            f"   {self.found[kind]:6,} found"
            for kind in kinds
        ]
        faults = [f"MISSED {one}" for one in self.missed[:20]] + [f"MISPLACED {one}" for one in self.misplaced[:20]]
        return [
            *rows,
            *faults,
            f"{self.done:,} mutations: {self.refused.total():,} refused by the database, {self.found.total():,} found"
            f" and located, {len(self.missed):,} missed, {len(self.misplaced):,} misplaced",
        ]


def _repeatable(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a drill that can be repeated


class _TakenBack(Exception):
    """Rolls a mutation back."""


def run(mutations: int, *, seed: int, tell: Callable[[int], None] = lambda done: None) -> Tally:
    """Try so many random mutations of the log that is there, and take each back."""
    from django.db import connection

    from reviews.verdict_log import checkpoints, verifying
    from tests.protection import lifted
    from tests.verification.mutations import MUTATIONS, Log

    log, tally, chance = Log(), Tally(), _repeatable(seed)
    kinds, weights = list(MUTATIONS), [weight for _, weight in MUTATIONS.values()]
    drawn = [(kind, chance.getrandbits(64)) for kind in chance.choices(kinds, weights, k=mutations)]
    for kind, start in drawn:
        _try(log, kind, start, tally, is_lifted=False)
    connection.check_constraints()  # pending checks would keep the triggers from being dropped
    with lifted():
        for tally.done, (kind, start) in enumerate(drawn, 1):
            _try(log, kind, start, tally, is_lifted=True)
            tell(tally.done)
        connection.check_constraints()
    assert verifying.first_difference(checkpoints.all_signed()) is None, "a mutation was not taken back"
    return tally


def _try(log: "Log", kind: str, start: int, tally: Tally, *, is_lifted: bool) -> None:
    from django.db import DatabaseError, connection, transaction

    from tests.verification.mutations import MUTATIONS

    mutate, _ = MUTATIONS[kind]
    try:
        with transaction.atomic():
            where = mutate(log, _repeatable(start))
            connection.check_constraints()
            _look(where, f"{kind} ({start})", tally, kind if is_lifted else None)
            raise _TakenBack
    except _TakenBack:
        return
    except DatabaseError:
        (tally.refused if is_lifted else tally.guarded)[kind] += 1


def _look(where: "Where", what: str, tally: Tally, counted_as: str | None) -> None:
    from reviews.verdict_log import checkpoints, verifying

    difference = verifying.first_difference(checkpoints.all_signed())
    if difference is None:
        tally.missed.append(what)
    elif difference.index not in where:
        tally.misplaced.append(f"{what}: in {sorted(map(str, where))}, and reported as “{difference}”")
    elif counted_as:
        tally.found[counted_as] += 1


def main() -> int:
    """Build a log in a database of its own, and drill it."""
    options = _arguments()
    with tempfile.TemporaryDirectory(prefix="factcheck-drill-") as directory:
        os.environ["FACTCHECK_DATA_DIR"] = directory
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")
        import django

        django.setup()
        from django.db import connection

        if connection.vendor == "postgresql":  # the tests may run beside it
            connection.settings_dict["TEST"]["NAME"] = f"{connection.settings_dict['NAME']}_drill_{os.getpid()}"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            tally = _drill(options, Path(directory))
        finally:
            connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
    sys.stdout.write("\n".join([*tally.lines(), ""]))
    is_control = options.without_documents or options.without_memory
    if is_control:
        return 0 if tally.missed else 1
    return 1 if tally.missed or tally.misplaced else 0


def _drill(options: argparse.Namespace, directory: Path) -> Tally:
    from reviews.verdict_log import comparing
    from tests.desk import TestDesk
    from tests.verification.building import log_of

    started = time.monotonic()
    log_of(TestDesk.make(), options.entries, remember=True)
    sys.stderr.write(f"{options.entries} entries after {time.monotonic() - started:.0f} s\n")
    if options.without_documents:
        comparing.fault_of = lambda entry, records: None
    if options.without_memory:
        (directory / "keys" / "verdict-log.roots").unlink()

    def tell(done: int) -> None:
        if done % PROGRESS == 0:
            sys.stderr.write(f"{done:,} mutations after {time.monotonic() - started:.0f} s\n")

    return run(options.mutations, seed=options.seed, tell=tell)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=10_000)
    parser.add_argument("--entries", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without-documents", action="store_true", help="control: entries are not compared with rows")
    parser.add_argument("--without-memory", action="store_true", help="control: what was signed is forgotten")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
