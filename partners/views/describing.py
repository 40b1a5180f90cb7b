"""How an address describes itself: one decorator, so that no answer, header or parameter is left out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.serializers import Serializer

from partners.authentication import SCHEME
from partners.exceptions import MEDIA_TYPE, TITLES
from partners.parameters import Parameter
from partners.serializers.examples import problem
from partners.serializers.problems import ProblemSerializer

Method = TypeVar("Method", bound=Callable[..., Any])

_RATE_HEADERS = {
    "RateLimit-Limit": "How many requests a minute this caller has here.",
    "RateLimit-Remaining": "How many of them are left.",
    "RateLimit-Reset": "Seconds until they are all there again.",
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself on definition
    """The security scheme of API keys; public addresses may be read without one."""

    target_class = "partners.authentication.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """The scheme: a header of our own form, which OpenAPI can only call an API key in a header."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": f"`{SCHEME} <prefix>.<secret>`, as the desk gave it to you.",
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[Any]]]:
        """The key, or nothing where anonymous reading is possible."""
        view: Any = auto_schema.view
        is_open = view.scope is None or view.is_public
        return [{"ApiKey": []}, {}] if is_open else [{"ApiKey": []}]


def described(
    operation: str,
    summary: str,
    answer: type[Serializer[Any]],
    *,
    table: Sequence[Parameter] = (),
    path_id: str | None = None,
    has_validator: bool = False,
    example: Mapping[str, Any] | None = None,
    is_public: bool = True,
) -> Callable[[Method], Method]:
    """Describe a GET: its parameters from the table that reads them, and every answer it can give."""
    refusals = [400, 401, 403, 406, 429, 500]
    if path_id:
        refusals.append(404)
    if has_validator:
        refusals.append(412)
    shown = OpenApiExample(summary, value=example, response_only=True, status_codes=["200"])
    responses: dict[Any, Any] = {
        200: OpenApiResponse(answer, summary, [shown] if example else []),
        **{(status, MEDIA_TYPE): _refusal(status) for status in sorted(refusals)},
    }
    if has_validator:
        responses[304] = OpenApiResponse(description="It has not changed since you got this ETag.")
    return extend_schema(
        operation_id=operation,
        summary=summary,
        parameters=[*_given(table, path_id), *_headers(refusals, has_validator=has_validator, pages=table)],
        responses=responses,
        tags=["Public reading" if is_public else "Partners"],
    )


def _refusal(status: int) -> OpenApiResponse:
    slug, title = next((slug, title) for slug, (code, title) in TITLES.items() if code == status)
    shown = OpenApiExample(
        title, value=problem(slug), media_type=MEDIA_TYPE, response_only=True, status_codes=[str(status)]
    )
    return OpenApiResponse(ProblemSerializer, title, [shown])


def _given(table: Sequence[Parameter], path_id: str | None) -> list[OpenApiParameter]:
    given = [
        OpenApiParameter(
            parameter.name,
            dict(parameter.schema),
            OpenApiParameter.QUERY,
            description=parameter.description,
            examples=[OpenApiExample(parameter.name, parameter.example)] if parameter.example else None,
        )
        for parameter in table
    ]
    if path_id:
        schema = {"type": "string", "format": "uuid"}
        given.append(OpenApiParameter(path_id, schema, OpenApiParameter.PATH, description="The public id."))
    return given


def _headers(refusals: Sequence[int], *, has_validator: bool, pages: Sequence[Parameter]) -> list[OpenApiParameter]:
    answers = [200, *refusals]
    headers = [_header(name, text, answers, int) for name, text in _RATE_HEADERS.items()]
    headers.append(_header("Retry-After", "Seconds to wait.", [429], int))
    headers.append(_header("WWW-Authenticate", f"`{SCHEME}`", [401]))
    if any(parameter.name == "cursor" for parameter in pages):
        headers.append(_header("Link", 'The next page: `<…>; rel="next"`.', [200]))
    if has_validator:
        headers.append(_header("ETag", "A strong validator of these bytes.", [200, 304]))
        headers.append(
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="An ETag that you hold: the answer is 304 while it is still the right one.",
            )
        )
    return headers


def _header(name: str, description: str, statuses: Sequence[int], kind: type = str) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.HEADER, description=description, response=[*statuses])
