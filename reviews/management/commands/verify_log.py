"""Recomputes the verdict log from the database; exits non-zero naming the first entry that differs."""

from argparse import ArgumentParser
from heapq import merge
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.verdict_log import LogUnusable, checkpoints, exporting
from reviews.verdict_log.checkpoints import Checkpoint
from reviews.verdict_log.verifying import Difference, Verification


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--checkpoint",
            type=Path,
            action="append",
            default=[],
            metavar="FILE",
            help="a checkpoint that somebody kept",
        )
        parser.add_argument("--export", type=Path, metavar="DIR", help="compare an exported directory, too")
        parser.add_argument("--quiet", action="store_true", help="no progress")

    def handle(self, *args: Any, **options: Any) -> None:
        self.quiet: bool = options["quiet"]
        try:
            kept = sorted((_kept(path) for path in options["checkpoint"]), key=_size)
            verification = Verification(merge(checkpoints.all_signed(), kept, key=_size), tell=self._tell)
            self._refuse(verification.first_difference())
            if options["export"]:
                self._refuse(exporting.first_difference(options["export"]))
        except LogUnusable as refusal:
            raise CommandError(f"The log does not verify: {refusal.reason}") from refusal
        self._report(verification)

    def _refuse(self, difference: Difference | None) -> None:
        if difference:
            raise CommandError(f"The log does not verify: {difference}.")

    def _report(self, verification: Verification) -> None:
        self.stdout.write(
            f"{verification.size} entries verified, against {verification.checkpoints} signed checkpoints;"
            f" root {verification.root.hex()}"
        )
        if verification.earlier:
            self.stdout.write(
                f"{verification.earlier} entries are of an earlier time than the one before them, as replayed or"
                " imported histories are."
            )

    def _tell(self, done: int) -> None:
        if not self.quiet:
            self.stderr.write(f"{done:,} entries verified", style_func=str)


def _size(signed: Checkpoint) -> int:
    return signed.size


def _kept(path: Path) -> Checkpoint:
    try:
        return checkpoints.opened_checkpoint(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} cannot be taken: {error}.") from error
