"""Recomputes the verdict log from the database; exits non-zero naming the first entry that differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews import verdict_log


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        difference = verdict_log.first_difference()
        if difference:
            raise CommandError(f"The log does not verify: {difference}.")
        size = verdict_log.size()
        self.stdout.write(f"{size} entries verified; root {verdict_log.root(size).hex()}")
