"""Takes in an article, from a file or an address, and lists the candidate claims in it."""

import json
import mimetypes
import time
from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from claims.models import Desk, Person
from claims.rules import Invalid, NotAllowed
from claims.statuses import Role
from sources import checks, rules
from sources.intake import ingest
from sources.models import Candidate, Source
from sources.workflow import add_document, add_web_source

PATIENCE = timedelta(seconds=60)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("article", help="path of a text, HTML or PDF file, or an http(s) address")
        parser.add_argument("--publisher", default="", help="who published it")
        parser.add_argument("--title", default="")
        parser.add_argument("--published-on", type=date.fromisoformat, default=None, metavar="YYYY-MM-DD")
        parser.add_argument("--language", default="", help="language tag; recognised when not given")
        parser.add_argument("--by", default="", help="user name of who takes it in; default: a fact-checker")
        parser.add_argument("--desk", default="", help="slug of the desk; default: the only one")
        parser.add_argument("--json", action="store_true", help="print the candidates as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            source = self._take_in(options)
        except Invalid as error:
            raise CommandError(f"{error.field}: {error.message}") from error
        except NotAllowed as error:
            raise CommandError(error.reason) from error
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"The database is not ready ({error}). Run `manage.py migrate` first.") from error
        candidates = list(source.candidates.select_related("contested_with").by_worth())
        self.stdout.write(_as_json(source, candidates) if options["json"] else _as_text(source, candidates))

    def _take_in(self, options: dict[str, Any]) -> Source:
        desk = _desk(options["desk"])
        by = _person(desk, options["by"])
        details: dict[str, Any] = {
            "publisher": options["publisher"],
            "title": options["title"],
            "published_on": options["published_on"],
        }
        article = options["article"]
        if "://" in article:
            source = add_web_source(desk=desk, url=article, by=by, at=timezone.now(), **details)
            return self._fetch(ingest(source, by=by, at=timezone.now()))
        source = _from_file(desk, Path(article), by, {**details, "language": options["language"]})
        return ingest(source, by=by, at=timezone.now())

    def _fetch(self, source: Source) -> Source:
        """Check the source here and now; a worker that is quicker serves as well."""
        started = timezone.now()
        while source.candidates_at is None and timezone.now() - started < PATIENCE:
            checks.run_due(now=timezone.now)
            source.refresh_from_db()
            ended = source.outcome_at is not None and not source.checks.open().exists()
            if ended and source.candidates_at is None:
                raise CommandError(f"url: {source.get_outcome_display()}: {source.detail or 'no text in it'}")
            time.sleep(0 if source.candidates_at else 0.2)
        return source


def _desk(slug: str) -> Desk:
    desks = Desk.objects.filter(slug=slug) if slug else Desk.objects.all()
    if len(desks) != 1:
        known = ", ".join(Desk.objects.values_list("slug", flat=True)) or "none yet; `manage.py seed` makes one"
        raise CommandError(f"--desk: name one of the desks ({known}).")
    return desks[0]


def _person(desk: Desk, username: str) -> Person:
    people = Person.objects.filter(memberships__desk=desk, is_active=True).order_by("username")
    chosen = people.filter(username=username) if username else people.filter(memberships__role=Role.FACT_CHECKER)
    person = chosen.first()
    if person is None:
        raise CommandError(f"--by: {username or 'nobody'} works on {desk}. Name one of its fact-checkers.")
    return person


def _from_file(desk: Desk, path: Path, by: Person, details: dict[str, Any]) -> Source:
    try:
        rules.check_size("file", path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise CommandError(f"file: {path} cannot be read ({error.strerror}). Check the path.") from error
    media_type = mimetypes.guess_type(path.name)[0] or "text/plain"
    at = timezone.now()
    return add_document(desk=desk, data=data, file_name=path.name, media_type=media_type, by=by, at=at, **details)


def _as_json(source: Source, candidates: list[Candidate]) -> str:
    listed = [
        {
            "id": str(candidate.pk),
            "span": [candidate.start, candidate.end],
            "text": candidate.text,
            "restated": candidate.restated,
            "claimant": candidate.claimant,
            "claimant_role": candidate.claimant_role,
            "cue": candidate.cue,
            "stance": candidate.stance,
            "score": round(candidate.score, 3),
            "why": candidate.factors,
            "contested_with": candidate.contested_with_id and str(candidate.contested_with_id),
        }
        for candidate in candidates
    ]
    return json.dumps({"source": str(source.pk), "notes": source.intake_notes, "candidates": listed}, indent=2)


def _as_text(source: Source, candidates: list[Candidate]) -> str:
    lines = [f"{source}: {len(candidates)} candidate claims", *source.intake_notes, ""]
    for number, candidate in enumerate(candidates, 1):
        why = ", ".join(f"{factor['name']} “{factor['evidence']}”" for factor in candidate.factors)
        lines += [
            f"{number}. {candidate.text}",
            f"   {candidate.claimant or 'The article itself'} {candidate.get_stance_display().lower()}"
            + (f" (“{candidate.cue}”)" if candidate.cue else ""),
            f"   span {candidate.start}-{candidate.end}; worth {candidate.score:.2f}: {why or 'nothing special'}",
        ]
        if candidate.contested_with:
            lines.append(f"   contested: “{candidate.restated}” against “{candidate.contested_with.text}”")
        lines.append("")
    return "\n".join(lines)
