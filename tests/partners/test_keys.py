"""Keys: made, shown once, rotated, revoked, and given at the command line."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from claims.models import Desk, Person
from claims.rules import Invalid, InvalidTransition, NotAllowed
from partners import workflow
from partners.models import ApiKey, Partner
from partners.scopes import Scope
from tests.desk import START, TestDesk

LATER = START + timedelta(days=1)


@pytest.fixture
def key(desk: TestDesk, partner: Partner) -> ApiKey:
    return workflow.create_key(partner, [Scope.VERDICTS_READ], desk.dov, LATER)[0]


# --- create --------------------------------------------------------------------------------------------


def test_only_a_hash_of_the_secret_is_kept(desk: TestDesk, partner: Partner) -> None:
    key, text = workflow.create_key(partner, [Scope.VERDICTS_READ], desk.dov, LATER)

    prefix, _, secret = text.partition(".")
    assert prefix == key.prefix
    assert len(secret) >= 43
    assert key.secret_hash == sha256(secret.encode()).hexdigest()
    stored = ApiKey.objects.filter(pk=key.pk).values().get()
    assert secret not in str(stored)


def test_two_keys_never_share_prefix_or_secret(desk: TestDesk, partner: Partner) -> None:
    texts = [workflow.create_key(partner, ["verdicts:read"], desk.dov, LATER)[1] for _ in range(20)]

    assert len({text.split(".")[0] for text in texts}) == 20
    assert len({text.split(".")[1] for text in texts}) == 20


def test_scopes_are_kept_once_and_in_order(desk: TestDesk, partner: Partner) -> None:
    key, _ = workflow.create_key(partner, ["claims:read", "verdicts:read", "claims:read"], desk.dov, LATER)

    assert key.scopes == ["verdicts:read", "claims:read"]


@pytest.mark.parametrize("scopes", [[], ["verdicts:write"], ["verdicts:read", "*"]])
def test_unknown_and_empty_scopes_are_refused(desk: TestDesk, partner: Partner, scopes: list[str]) -> None:
    with pytest.raises(Invalid, match="verdicts:read, claims:read") as refused:
        workflow.create_key(partner, scopes, desk.dov, LATER)

    assert refused.value.field == "scopes"
    assert not ApiKey.objects.exists()


def test_a_key_cannot_expire_in_the_past(desk: TestDesk, partner: Partner) -> None:
    with pytest.raises(Invalid, match="expires_at"):
        workflow.create_key(partner, ["verdicts:read"], desk.dov, LATER, LATER)


@pytest.mark.parametrize("name", ["ana", "eva", "oli"])
def test_only_editors_of_the_desk_manage_keys(desk: TestDesk, partner: Partner, key: ApiKey, name: str) -> None:
    person: Person = getattr(desk, name)

    with pytest.raises(NotAllowed):
        workflow.create_key(partner, ["verdicts:read"], person, LATER)
    with pytest.raises(NotAllowed):
        workflow.revoke_key(key, by=person, at=LATER)
    with pytest.raises(NotAllowed):
        workflow.rotate_key(key, by=person, at=LATER)
    with pytest.raises(NotAllowed):
        workflow.create_partner(desk=desk.desk, name="Another Wire", by=person, at=LATER)


def test_a_desk_has_each_partner_once(desk: TestDesk, partner: Partner) -> None:
    with pytest.raises(Invalid, match="has a partner of this name"):
        workflow.create_partner(desk=desk.desk, name=f" {partner.name} ", by=desk.dov, at=LATER)


# --- revoke, rotate ------------------------------------------------------------------------------------


def test_a_revoked_key_is_usable_no_more(desk: TestDesk, key: ApiKey) -> None:
    workflow.revoke_key(key, by=desk.fay, at=LATER)

    assert key.revoked_at == LATER
    assert not ApiKey.objects.usable(LATER).exists()


def test_a_key_is_revoked_once(desk: TestDesk, key: ApiKey) -> None:
    workflow.revoke_key(key, by=desk.fay, at=LATER)

    with pytest.raises(InvalidTransition, match="revoked before"):
        workflow.revoke_key(key, by=desk.dov, at=LATER + timedelta(hours=1))
    key.refresh_from_db()
    assert key.revoked_at == LATER


def test_rotation_overlaps_and_keeps_the_scopes(desk: TestDesk, key: ApiKey) -> None:
    successor, text = workflow.rotate_key(key, by=desk.dov, at=LATER, overlap=timedelta(days=2))

    assert text.startswith(successor.prefix)
    assert successor.scopes == key.scopes
    assert key.expires_at == LATER + timedelta(days=2)
    usable = ApiKey.objects.usable
    assert usable(LATER + timedelta(days=1)).count() == 2
    assert list(usable(LATER + timedelta(days=2))) == [successor]


def test_rotation_never_lengthens_the_old_key(desk: TestDesk, partner: Partner) -> None:
    ends = LATER + timedelta(hours=1)
    key, _ = workflow.create_key(partner, ["verdicts:read"], desk.dov, LATER, ends)

    workflow.rotate_key(key, by=desk.dov, at=LATER)

    assert key.expires_at == ends


def test_a_revoked_key_is_not_rotated(desk: TestDesk, key: ApiKey) -> None:
    workflow.revoke_key(key, by=desk.dov, at=LATER)

    with pytest.raises(InvalidTransition, match="revoked"):
        workflow.rotate_key(key, by=desk.dov, at=LATER)
    assert ApiKey.objects.count() == 1


def test_an_overlap_is_not_negative(desk: TestDesk, key: ApiKey) -> None:
    with pytest.raises(Invalid, match="overlap"):
        workflow.rotate_key(key, by=desk.dov, at=LATER, overlap=-timedelta(days=1))


# --- last use ------------------------------------------------------------------------------------------


def test_use_is_noted_at_most_once_a_minute(key: ApiKey) -> None:
    workflow.note_use(key, at=LATER)
    stale = ApiKey.objects.get(pk=key.pk)
    workflow.note_use(stale, at=LATER + timedelta(seconds=59))
    key.refresh_from_db()
    assert key.last_used_at == LATER

    workflow.note_use(key, at=LATER + timedelta(seconds=60))
    key.refresh_from_db()
    assert key.last_used_at == LATER + timedelta(seconds=60)


def test_of_two_requests_at_once_one_notes_the_use(key: ApiKey) -> None:
    other = ApiKey.objects.get(pk=key.pk)  # read before the first one wrote

    workflow.note_use(key, at=LATER)
    workflow.note_use(other, at=LATER + timedelta(seconds=1))

    key.refresh_from_db()
    assert key.last_used_at == LATER


def test_a_use_that_cannot_be_noted_fails_nothing(key: ApiKey, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*args: object, **kwargs: object) -> None:
        raise DatabaseError("database is locked")

    monkeypatch.setattr("django.db.models.query.QuerySet.update", busy)

    workflow.note_use(key, at=LATER)


# --- the command ---------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.usefixtures("desk")
def test_the_command_prints_the_key_and_nothing_else() -> None:
    out, err = run("--desk", "desk", "--partner", "The Wire", "--scopes", "verdicts:read,claims:read")

    key = ApiKey.objects.get()
    assert out.count("\n") == 1
    assert out.startswith(f"{key.prefix}.")
    assert key.secret_hash == workflow.secret_hash(out.strip().split(".")[1])
    assert key.scopes == ["verdicts:read", "claims:read"]
    assert key.partner.name == "The Wire"
    assert key.prefix in err
    assert out.strip() not in err


@pytest.mark.usefixtures("desk")
def test_the_command_gives_a_known_partner_another_key() -> None:
    for _ in range(2):
        run("--desk", "desk", "--partner", "The Wire", "--scopes", "verdicts:read")

    assert Partner.objects.count() == 1
    assert ApiKey.objects.count() == 2


@pytest.mark.usefixtures("desk")
def test_the_command_sets_the_last_day() -> None:
    run("--desk", "desk", "--partner", "The Wire", "--scopes", "verdicts:read", "--expires", "2999-12-31")

    assert ApiKey.objects.get().expires_at == datetime(3000, 1, 1, tzinfo=UTC)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--scopes", "everything", "--desk", "desk"], "everything.*verdicts:read, claims:read"),
        (["--scopes", "", "--desk", "desk"], "verdicts:read, claims:read"),
        (["--scopes", "verdicts:read"], "Name one desk.*desk, other"),
        (["--scopes", "verdicts:read", "--desk", "nowhere"], "Name one desk.*desk, other"),
        (["--scopes", "verdicts:read", "--desk", "desk", "--expires", "soon"], "YYYY-MM-DD"),
        (["--scopes", "verdicts:read", "--desk", "desk", "--expires", "9999-12-31"], "YYYY-MM-DD"),
        (["--scopes", "verdicts:read", "--desk", "desk", "--expires", "2020-01-01"], "has passed"),
    ],
)
def test_the_command_says_what_is_wrong_and_makes_nothing(arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        run("--partner", "The Wire", *arguments)

    assert not ApiKey.objects.exists()
    assert not Partner.objects.exists()


@pytest.mark.usefixtures("desk")
def test_the_only_desk_needs_no_name() -> None:
    Desk.objects.get(slug="other").memberships.all().delete()
    Desk.objects.get(slug="other").delete()

    run("--partner", "The Wire", "--scopes", "verdicts:read")

    assert ApiKey.objects.get().partner.desk.slug == "desk"
