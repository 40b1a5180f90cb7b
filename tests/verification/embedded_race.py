"""Eight who publish at once on the embedded database: a file, a connection each, and one log without gaps.

Usage: python -m tests.verification.embedded_race [--publishers 8] [--deferred]
--deferred is the control: transactions that do not begin IMMEDIATE; then some publications must be refused.
"""

import argparse
import os
import sys
import tempfile
import threading
from pathlib import Path


def main() -> int:
    """Publish at once, say what became of it; 0 when that is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--publishers", type=int, default=8)
    parser.add_argument("--deferred", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="factcheck-race-") as directory:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{Path(directory) / 'desk.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "FACTCHECK_DATA_DIR": directory,
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        refused, fault, entries = _race(options.publishers, is_deferred=options.deferred)
    sys.stdout.write(f"{entries} entries, {len(refused)} refused, {fault or 'no difference'}\n")
    sys.stdout.writelines(f"  {error!r}\n" for error in refused)
    is_whole = fault is None and entries == options.publishers - len(refused)
    return 0 if is_whole and bool(refused) == options.deferred else 1


def _race(publishers: int, *, is_deferred: bool) -> tuple[list[Exception], object, int]:
    from django.db import connection, connections, transaction

    from claims.models import Claim
    from reviews import workflow as reviews
    from reviews.models import LogEntry
    from reviews.verdict_log import checkpoints, verifying
    from tests.desk import TestDesk

    desk = TestDesk.make()
    opened = [desk.reviewed() for _ in range(publishers)]
    confirmed, at = opened[0].draft.rating.scale.checklist, desk.tick()
    barrier, refused = threading.Barrier(publishers), []
    if is_deferred:
        connections.settings["default"]["OPTIONS"] |= {"transaction_mode": "DEFERRED", "timeout": 2}

    def publish(claim: Claim) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            with transaction.atomic():  # as a page does that looks first
                LogEntry.objects.count()
                reviews.publish(claim, by=desk.dov, at=at, confirmed=confirmed)
        except Exception as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=(round_.claim,)) for round_ in opened]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return refused, verifying.first_difference(checkpoints.all_signed()), LogEntry.objects.count()


if __name__ == "__main__":
    sys.exit(main())
