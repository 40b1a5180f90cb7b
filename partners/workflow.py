"""What a desk does for its partners: take them on, give, rotate and revoke their keys."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q

from claims.models import Desk, Person
from claims.rules import Invalid, InvalidTransition, check_text
from partners import rules
from partners.models import ApiKey, Partner

SECRET_BYTES = 32
# How long the old key of a rotation goes on working unless the desk says otherwise.
OVERLAP = timedelta(days=7)
# `last_used_at` is written at most this often: a busy key must not turn every read into a write.
USE_NOTED_EVERY = timedelta(minutes=1)


def create_partner(*, desk: Desk, name: str, at: datetime, by: Person | None = None, contact: str = "") -> Partner:
    """Take on an organisation that reads verdicts. Raises Invalid when the desk has one of this name."""
    rules.check_can_manage(desk, by)
    name = check_text("name", name, most=200)
    try:
        with transaction.atomic():
            return Partner.objects.create(desk=desk, name=name, contact=contact.strip()[:200], created_at=at)
    except IntegrityError as error:
        raise Invalid("name", "The desk has a partner of this name. Give that one a key.") from error


def secret_hash(secret: str) -> str:
    """What is kept of a secret. The secret has 256 random bits, so a plain SHA-256 cannot be searched."""
    return sha256(secret.encode()).hexdigest()


def create_key(
    partner: Partner,
    scopes: Iterable[str],
    by: Person | None,
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Return a new key and its text `prefix.secret`, which nobody can be shown again."""
    rules.check_can_manage(partner.desk, by)
    known = rules.check_scopes(scopes)
    rules.check_expiry(expires_at, at)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey.objects.create(
        partner=partner,
        prefix=f"fck_{secrets.token_hex(6)}",
        secret_hash=secret_hash(secret),
        scopes=known,
        created_at=at,
        created_by=by,
        expires_at=expires_at,
    )
    return key, f"{key.prefix}.{secret}"


def revoke_key(key: ApiKey, *, by: Person | None, at: datetime) -> ApiKey:
    """End a key at once. Raises InvalidTransition when it was revoked before."""
    rules.check_can_manage(key.partner.desk, by)
    if not ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=at):
        raise InvalidTransition("This key was revoked before.")
    key.refresh_from_db()
    return key


def rotate_key(
    key: ApiKey,
    *,
    by: Person | None,
    at: datetime,
    overlap: timedelta = OVERLAP,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Return a successor with the same scopes; the old key works on for `overlap`, then expires.

    Raises InvalidTransition for a key that is no longer usable.
    """
    rules.check_is_usable(key, at)
    if overlap < timedelta(0):
        raise Invalid("overlap", "The overlap cannot be negative. Use 0 to end the old key at once.")
    ends = at + overlap
    with transaction.atomic():
        successor = create_key(key.partner, key.scopes, by, at, expires_at)
        later = Q(expires_at__isnull=True) | Q(expires_at__gt=ends)
        ApiKey.objects.usable(at).filter(later, pk=key.pk).update(expires_at=ends)
    key.refresh_from_db()
    return successor


def note_use(key: ApiKey, *, at: datetime) -> None:
    """Note that a key was used, at most once a minute; a busy database must not fail the partner's read."""
    since = at - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at > since:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=since)
    try:
        with transaction.atomic():
            ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=at)
    except DatabaseError:  # e.g. a SQLite writer that holds the lock for long: the next use is noted instead
        return
