"""The demo's desk itself: its people, their passwords, its rating scale and a partner with a key."""

import json
import os
import secrets
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from claims.models import Desk, Membership, Person
from claims.statuses import Role
from factcheck.seeding import SEEDS
from partners.scopes import Scope
from partners.workflow import create_key, create_partner
from reviews.models import Rating, RatingScale

DESK_SLUG = "desk"
PARTNER_NAME = "Demo Partner"
ADMINISTRATOR = "admin"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the demo prints: user names with their passwords, and one API key."""

    users: dict[str, str]
    api_key: str

    def save(self, path: Path) -> None:
        """Write to a file that only its owner reads."""
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"users": self.users, "api_key": self.api_key}, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


def load_desk() -> Desk:
    """Return the default desk, made on the first call."""
    desk, _ = Desk.objects.get_or_create(slug=DESK_SLUG, defaults={"name": settings.DESK_NAME})
    return desk


def load_scale(desk: Desk) -> RatingScale:
    """Return the rating scale of `seeds/ratings.json`, made when this version is new."""
    given = json.loads((SEEDS / "ratings.json").read_text(encoding="utf-8"))
    with transaction.atomic():
        scale, is_new = RatingScale.objects.get_or_create(
            desk=desk,
            code=given["code"],
            version=given["version"],
            defaults={"worst": given["worst"], "best": given["best"], "checklist": given["checklist"]},
        )
        if is_new:
            for position, rating in enumerate(given["ratings"]):
                Rating.objects.create(scale=scale, position=position, **rating)
    return scale


def load_people(desk: Desk) -> dict[str, str]:
    """Make the people of `seeds/people.toml` and an administrator; return the new ones' passwords by name."""
    people = tomllib.loads((SEEDS / "people.toml").read_text(encoding="utf-8"))["people"]
    passwords: dict[str, str] = {}
    for given in people:
        with transaction.atomic():
            person, is_new = Person.objects.get_or_create(
                username=given["username"],
                defaults={
                    "first_name": given["first_name"],
                    "last_name": given["last_name"],
                    "public_name": given["public_name"],
                    "is_staff": True,
                },
            )
            Membership.objects.get_or_create(desk=desk, person=person, defaults={"role": Role(given["role"])})
            if is_new:
                passwords[person.username] = _give_password(person)
    administrator, is_new = Person.objects.get_or_create(
        username=ADMINISTRATOR, defaults={"is_staff": True, "is_superuser": True}
    )
    if is_new:
        passwords[ADMINISTRATOR] = _give_password(administrator)
    return passwords


def _give_password(person: Person) -> str:
    password = secrets.token_urlsafe(12)
    person.set_password(password)
    person.save(update_fields=["password"])
    return password


def load_credentials(desk: Desk, path: Path, *, at: datetime) -> Credentials:
    """Return what `path` holds; on the first call make the people and a key, and write them there.

    The file is written last: a load that was interrupted before it starts the passwords and the key anew.
    """
    if path.exists():
        held = json.loads(path.read_text(encoding="utf-8"))
        return Credentials(held["users"], held["api_key"])
    users = load_people(desk)
    for person in Person.objects.filter(is_staff=True).exclude(username__in=users).order_by("username"):
        users[person.username] = _give_password(person)
    partner = create_partner(desk=desk, name=PARTNER_NAME, at=at)
    _, api_key = create_key(partner, scopes=[Scope.VERDICTS_READ, Scope.CLAIMS_READ], by=None, at=at)
    credentials = Credentials(users, api_key)
    path.parent.mkdir(parents=True, exist_ok=True)
    credentials.save(path)
    return credentials
