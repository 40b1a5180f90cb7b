"""The description: valid, complete, true of what is served, and readable without any other host."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from partners.exceptions import TITLES
from partners.views import schema as served
from reviews.models import Publication
from tests.desk import TestDesk
from tests.partners.dossier import corrected_claim
from tests.partners.test_access import NOBODY, ROUTES

OPEN_MAPS = {"gate_exceptions"}  # objects whose keys are data


@pytest.fixture
def document(client: Client, db: None) -> Iterator[dict[str, Any]]:
    served.description.cache_clear()
    yield client.get("/api/schema/").json()
    served.description.cache_clear()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        assert item.keys() == {"get"}, path
        yield path, item["get"]


def strict(node: Any) -> Any:
    """The schema with every object closed, so that what is served but not described fails."""
    if isinstance(node, list):
        return [strict(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    closed = {key: inner if key in OPEN_MAPS else strict(inner) for key, inner in node.items() if key != "example"}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


def check(document: dict[str, Any], name: str, answer: Any) -> None:
    """Raise ValidationError unless the answer is exactly what the component describes."""
    whole = {"components": strict(document["components"]), "$ref": f"#/components/schemas/{name}"}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(answer)


# --- Valid and complete -----------------------------------------------------------------------------------


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_it_is_made_without_a_warning(document: dict[str, Any]) -> None:
    GENERATOR_STATS.reset()
    served.description.cache_clear()

    served.description("https://desk.example")

    assert not GENERATOR_STATS, dict(GENERATOR_STATS._warn_cache)


def test_every_address_is_described(document: dict[str, Any]) -> None:
    described = {path.replace("{verdict_id}", NOBODY).replace("{claim_id}", NOBODY) for path in document["paths"]}

    assert described == set(ROUTES) - {"/api/schema/", "/api/nothing/"}


def test_every_operation_says_everything(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, operation in operations(document):
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["security"], path
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter)
            assert parameter["schema"], (path, parameter)
        for status, answer in operation["responses"].items():
            assert answer["description"], (path, status)
            if status == "304":
                continue
            for name in ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"):
                assert name in answer["headers"], (path, status)
            (media,) = answer["content"]
            assert media == ("application/json" if status == "200" else "application/problem+json")
            assert answer["content"][media]["examples"]


def test_every_refusal_is_a_problem_with_its_example(document: dict[str, Any]) -> None:
    codes = {status for status, _ in TITLES.values()}
    for path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status in {"200", "304"}:
                continue
            assert int(status) in codes
            content = answer["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}, (path, status)
            (example,) = content["examples"].values()
            assert example["value"]["status"] == int(status)
            check(document, "Problem", example["value"])


def test_claims_need_a_key_and_verdicts_need_none(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["ApiKey"]["name"] == "Authorization"
    for path, operation in operations(document):
        wanted = [{"ApiKey": []}] if "/claims/" in path else [{"ApiKey": []}, {}]
        assert operation["security"] == wanted


def test_enumerations_have_names_that_are_not_made_up(document: dict[str, Any]) -> None:
    made_up = [name for name in document["components"]["schemas"] if re.search(r"[0-9A-F]{3}Enum$|\dEnum$", name)]

    assert made_up == []


# --- True -------------------------------------------------------------------------------------------------


def test_examples_are_as_described(document: dict[str, Any]) -> None:
    for _, operation in operations(document):
        content = operation["responses"]["200"]["content"]["application/json"]
        name = content["schema"]["$ref"].rsplit("/", 1)[-1]
        for example in content["examples"].values():
            check(document, name, example["value"])


def test_answers_are_exactly_as_described(document: dict[str, Any], desk: TestDesk, reader: Client) -> None:
    publication = Publication.objects.get(claim=corrected_claim(desk))
    desk.withdrawn()
    declined = desk.declined()
    verdict, claim = f"/api/v1/verdicts/{publication.pk}/", f"/api/v1/claims/{publication.claim_id}/"

    answers = {
        "/api/": "Index",
        "/api/v1/verdicts/?status=all&count=exact": "VerdictPage",
        verdict: "Verdict",
        f"{verdict}?version=1": "Verdict",
        f"{verdict}versions/": "Versions",
        "/api/v1/claims/?count=exact": "ClaimPage",
        claim: "Claim",
        f"/api/v1/claims/{declined.pk}/": "Claim",
        "/api/v1/changes/": "Changes",
        "/api/v1/verdicts/?nonsense=1": "Problem",
        "/api/v1/verdicts/x/": "Problem",
    }
    for path, name in answers.items():
        check(document, name, reader.get(path).json())
    check(document, "Changes", Client().get("/api/v1/changes/").json())


def test_control_an_undescribed_key_is_found(document: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="Additional properties"):
        check(document, "Log", {"index": 1, "leaf_hash": "x", "extra": 1})


# --- Served -----------------------------------------------------------------------------------------------


def test_the_schema_is_made_once_and_has_a_validator(document: dict[str, Any], client: Client) -> None:
    answer = client.get("/api/schema/")
    made = served.description.cache_info().misses

    again = client.get("/api/schema/", headers={"If-None-Match": answer["ETag"]})

    assert again.status_code == 304
    assert served.description.cache_info().misses == made
    assert answer["Content-Type"] == "application/json"


def test_the_page_needs_no_other_host_and_no_inline_script(client: Client, db: None) -> None:
    page = client.get("/api/docs/?lang=en&x=<script>")
    html = page.content.decode()

    assert page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(addresses) >= 4
    assert all(address.startswith(("/static/", "/api/docs/?")) for address in addresses)
    assert re.findall(r"<script(?![^>]*src=)[^>]*>", html) == []
    assert "x=<script>" not in html


def test_the_pages_script_is_a_script_that_loads_the_schema(client: Client, db: None) -> None:
    script = client.get("/api/docs/?script=")

    assert script["Content-Type"] == "application/javascript"
    assert "/api/schema/" in script.content.decode().replace("\\u002D", "-")


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_the_page_is_only_read(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/api/docs/").status_code == 405
