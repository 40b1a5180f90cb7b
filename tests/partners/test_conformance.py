"""An API client that we did not write: schemathesis asks what the schema allows, and what it forbids."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    CheckFunction,
    not_a_server_error,
)
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from partners.scopes import Scope
from partners.views.schema import description
from reviews.models import Publication
from tests.desk import TestDesk
from tests.partners.dossier import corrected_claim
from tests.partners.test_access import NOBODY, ROUTES

EXAMPLES = 25
PATHS = sorted(
    path.replace(f"verdicts/{NOBODY}", "verdicts/{verdict_id}").replace(f"claims/{NOBODY}", "claims/{claim_id}")
    for path in set(ROUTES) - {"/api/schema/", "/api/nothing/"}
)
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture
def known(desk: TestDesk) -> dict[str, str]:
    """Ids that are there, so that not every path ends in a 404."""
    publication = Publication.objects.get(claim=corrected_claim(desk))
    desk.withdrawn()
    return {"verdict_id": str(publication.pk), "claim_id": str(publication.claim_id)}


@pytest.fixture
def api(known: dict[str, str]) -> Iterator[Any]:
    """The schema as the WSGI application serves it, which must not close the test's own connection."""
    description.cache_clear()
    ends = (signals.request_started, signals.request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application())
    for signal in ends:
        signal.connect(close_old_connections)


def explore(
    operation: Any,
    mode: GenerationMode,
    known: dict[str, str],
    headers: dict[str, str],
    checks: list[CheckFunction],
) -> set[int]:
    """Send the operation's examples, check every answer, and return the statuses seen."""
    seen: set[int] = set()

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def ask(case: Any, is_known: bool) -> None:
        for name in case.path_parameters or {}:
            if is_known and mode is GenerationMode.POSITIVE:
                case.path_parameters[name] = known[name]
        if "version" in (case.query or {}):
            case.query.pop("as_of", None)  # OpenAPI cannot say that they exclude each other
        header = case.meta.components.get(ParameterLocation.HEADER)
        is_forged = header is not None and header.mode.is_negative  # then a key of ours would mend it
        answer = case.call(headers={} if is_forged else headers)
        case.validate_response(answer, checks=checks)
        seen.add(answer.status_code)

    ask()
    return seen


@pytest.mark.parametrize("path", PATHS)
def test_what_the_schema_allows_is_answered_as_it_says(
    path: str, api: Any, known: dict[str, str], give_key: Callable[..., str]
) -> None:
    headers = {"Authorization": f"Api-Key {give_key(*Scope)}"}
    # A cursor can have the right form and still not be one that we gave out.
    checks = CHECKS if "cursor" in str(api[path]["GET"].query) else [*CHECKS, positive_data_acceptance]

    seen = explore(api[path]["GET"], GenerationMode.POSITIVE, known, headers, checks)

    assert 200 in seen


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/api/"])
def test_what_the_schema_forbids_is_refused_as_it_says(
    path: str, api: Any, known: dict[str, str], give_key: Callable[..., str]
) -> None:
    headers = {"Authorization": f"Api-Key {give_key(*Scope)}"}

    seen = explore(api[path]["GET"], GenerationMode.NEGATIVE, known, headers, [*CHECKS, negative_data_rejection])

    assert seen & {400, 404}


@pytest.mark.parametrize("path", PATHS)
def test_without_a_key_answers_are_as_the_schema_says(path: str, api: Any, known: dict[str, str]) -> None:
    seen = explore(api[path]["GET"], GenerationMode.POSITIVE, known, {}, CHECKS)

    assert seen == {401} if "/claims/" in path else 200 in seen
