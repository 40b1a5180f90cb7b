"""Loads the demo desk: people, rating scale, claims at every status, and an article to take in."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from claims.models import Desk, Person
from claims.rules import Invalid, InvalidTransition, NotAllowed
from factcheck.seeding.desk import load_credentials, load_desk, load_scale
from factcheck.seeding.dossiers import Loader, read_dossiers
from sources import checks, intake, leasing
from sources.workflow import add_web_source

INTAKE_PAGE = "today/council-night.html"
PATIENCE = timedelta(seconds=90)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--newsstand", default="", help="address of the newsstand that the citations point to")
        parser.add_argument(
            "--passwords",
            type=Path,
            default=None,
            help="file for the users' passwords and the API key; written on the first load",
        )
        parser.add_argument("--people-only", action="store_true", help="load people and rating scale, no claims")

    def handle(self, *args: Any, **options: Any) -> None:
        desk = load_desk()
        scale = load_scale(desk)
        self._say("Desk, people and rating scale")
        load_credentials(desk, options["passwords"] or settings.DATA_DIR / "demo.json", at=timezone.now())
        if options["people_only"]:
            return
        if not options["newsstand"]:
            raise CommandError("--newsstand is missing: give the address at which the newsstand answers.")
        try:
            self._load_claims(Loader(desk, scale, options["newsstand"].rstrip("/"), timezone.now()))
            self._take_in_article(desk, options["newsstand"].rstrip("/"))
        except (Invalid, InvalidTransition, NotAllowed) as error:
            raise CommandError(f"The seeds cannot be loaded: {error}") from error

    def _load_claims(self, loader: Loader) -> None:
        dossiers = read_dossiers()
        for number, dossier in enumerate(dossiers, 1):
            self._say(f"Claim {number} of {len(dossiers)}: {dossier['text']}")
            loader.take_in(dossier)
        self._run_checks()
        for dossier in dossiers:
            claim = loader.bring_to_status(dossier)
            self._say(f"{claim.get_status_display()}: {claim.text}")
        for dossier in dossiers:
            loader.ask_for_checks(dossier)

    def _run_checks(self) -> None:
        """Check every source once, as a worker would: nothing is published on evidence nobody looked at."""
        started = timezone.now()
        total = 0
        while timezone.now() - started < PATIENCE:
            total += checks.run_due(now=timezone.now)
            due_at = leasing.next_due_at()
            # Confirmations come later, and are the running workers' business.
            if due_at is None or due_at - timezone.now() > settings.CONFIRM_AFTER / 2:
                break
            time.sleep(max((due_at - timezone.now()).total_seconds(), 0.01))
        self._say(f"{total} source checks")

    def _take_in_article(self, desk: Desk, newsstand: str) -> None:
        by, at = Person.objects.get(username="ana"), timezone.now()
        page = f"{newsstand}/{INTAKE_PAGE}"
        source = add_web_source(desk=desk, url=page, by=by, at=at, publisher="Brantholm Evening Mail (demo)")
        intake.ingest(source, by=by, at=at)
        self._run_checks()

    def _say(self, text: str) -> None:
        self.stderr.write(text)
