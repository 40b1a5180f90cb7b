"""`manage.py create_key`: give a partner an API key; only the key is on stdout."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from claims.models import Desk
from claims.rules import Invalid
from partners import rules, workflow
from partners.models import Partner
from partners.scopes import Scope


class Command(BaseCommand):
    """The partner is made when the desk has none of this name."""

    help = "Give a partner an API key. The key is printed once, on stdout; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--partner", required=True, help="the partner's name; made when it is new")
        parser.add_argument("--scopes", required=True, help=f"separated by commas: {', '.join(Scope.values)}")
        parser.add_argument("--desk", help="the desk's slug; needed when there are several desks")
        parser.add_argument("--expires", help="the last day on which the key works, as YYYY-MM-DD (UTC)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the key; raises CommandError naming what is wrong."""
        at = timezone.now()
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        ends = _end_of_day(options["expires"])
        desk = _desk(options["desk"])
        try:
            partner = Partner.objects.filter(desk=desk, name=options["partner"].strip()).first()
            if partner is None:
                rules.check_scopes(scopes)
                rules.check_expiry(ends, at)
                partner = workflow.create_partner(desk=desk, name=options["partner"], by=None, at=at)
            key, text = workflow.create_key(partner, scopes, None, at, ends)
        except Invalid as error:
            raise CommandError(str(error)) from error
        until = f", until the end of {options['expires']} (UTC)" if ends else ""
        self.stderr.write(
            f"Key {key.prefix} of {partner} for {', '.join(key.scopes)}{until}. "
            "Keep the line on stdout: it is not shown again."
        )
        self.stdout.write(text)


def _desk(slug: str | None) -> Desk:
    desks = Desk.objects.order_by("slug")
    if slug is not None:
        desks = desks.filter(slug=slug)
    found = list(desks[:2])
    if len(found) == 1:
        return found[0]
    known = ", ".join(Desk.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
    raise CommandError(f"Name one desk with --desk. Desks: {known}.")


def _end_of_day(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        last = date.fromisoformat(text)
        return datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"--expires {text!r} is no day. Write it as YYYY-MM-DD.") from error
