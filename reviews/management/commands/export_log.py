"""Writes the verdict log as the static files it is served as, for mirrors; runs again and adds what is new."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.verdict_log import LogUnusable
from reviews.verdict_log.exporting import export

PROGRESS = 100


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="an empty one or an older export")
        parser.add_argument(
            "--since", type=int, default=0, metavar="SIZE", help="only what a log of so many entries does not have"
        )
        parser.add_argument("--quiet", action="store_true", help="no progress")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["since"] < 0:
            raise CommandError("--since is a number of entries, 0 or more.")
        self.quiet: bool = options["quiet"]
        self.written = 0
        try:
            present = export(options["output"], since=options["since"], tell=self._tell)
        except LogUnusable as refusal:
            raise CommandError(refusal.reason) from refusal
        self.stdout.write(f"{present.size} entries in {options['output']}: {self.written} files written")

    def _tell(self, done: int) -> None:
        self.written = done
        if not self.quiet and done % PROGRESS == 0:
            self.stderr.write(f"{done:,} files written", style_func=str)
