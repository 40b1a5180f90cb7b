"""Partners and their keys in the admin: editors only, and a secret is shown once."""

from partners.models import ApiKey, Partner
from tests.desk import TestDesk
from tests.pages import sign_in, text_of


def taken_on(desk: TestDesk) -> Partner:
    data = {"desk": desk.desk.pk, "name": "Northern Wire", "contact": "desk@northern.example"}
    assert sign_in(desk.dov).post("/admin/partners/partner/add/", data).status_code == 302
    return Partner.objects.get(name="Northern Wire")


def test_an_editor_takes_a_partner_on_and_gives_a_key_whose_secret_shows_once(desk: TestDesk) -> None:
    partner = taken_on(desk)
    client = sign_in(desk.dov)
    answer = client.post(f"/admin/partners/partner/{partner.pk}/do/give_key/", {"scopes": ["verdicts:read"]})
    key = ApiKey.objects.get(partner=partner)
    secret = text_of(answer).split(f"{key.prefix}.")[1].split("<")[0]
    assert "no-store" in answer["Cache-Control"]
    assert len(secret) > 30
    for address in (f"/admin/partners/partner/{partner.pk}/change/", "/admin/partners/apikey/", "/admin/"):
        html = text_of(client.get(address))
        assert secret not in html
        assert key.secret_hash not in html


def test_a_key_is_revoked_once(desk: TestDesk) -> None:
    partner = taken_on(desk)
    client = sign_in(desk.dov)
    client.post(f"/admin/partners/partner/{partner.pk}/do/give_key/", {"scopes": ["verdicts:read"]})
    key = ApiKey.objects.get(partner=partner)
    address = f"/admin/partners/apikey/{key.pk}/do/revoke/"
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert client.post(address).status_code == 409


def test_wrong_answers_are_told_at_their_fields(desk: TestDesk) -> None:
    partner = taken_on(desk)
    client = sign_in(desk.dov)
    give = f"/admin/partners/partner/{partner.pk}/do/give_key/"
    assert "scopes" in client.post(give, {}).context["form"].errors
    past = client.post(give, {"scopes": ["verdicts:read"], "expires_on": "2001-01-01"})
    assert "This time has passed" in past.context["form"].errors["expires_on"][0]
    again = client.post("/admin/partners/partner/add/", {"desk": desk.desk.pk, "name": "Northern Wire"})
    assert "has a partner of this name" in again.context["form"].errors["name"][0]
    assert not ApiKey.objects.filter(partner=partner).exists()


def test_others_see_and_do_nothing(desk: TestDesk) -> None:
    partner = taken_on(desk)
    give = f"/admin/partners/partner/{partner.pk}/do/give_key/"
    data = {"scopes": ["verdicts:read"]}
    assert sign_in(desk.ana).get("/admin/partners/partner/").status_code == 403
    assert sign_in(desk.ana).get(f"/admin/partners/partner/{partner.pk}/change/").status_code == 403
    assert sign_in(desk.eva).get(f"/admin/partners/partner/{partner.pk}/change/").status_code == 200
    assert sign_in(desk.ana).post(give, data).status_code == 403
    assert sign_in(desk.eva).post(give, data).status_code == 403
    assert sign_in(desk.oli).post(give, data).status_code == 404
    assert sign_in(desk.ana).post("/admin/partners/partner/add/", {"name": "x"}).status_code == 403
    assert not ApiKey.objects.filter(partner=partner).exists()
