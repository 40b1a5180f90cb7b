"""The proof that a version is in the verdict log, for those who do not read its tiles."""

from typing import Any
from uuid import UUID

import orjson
import structlog
from django.http import Http404, HttpResponse
from rest_framework.request import Request

from partners import filters
from partners.exceptions import Problem
from partners.parameters import Parameter, number, public_id, read_parameters
from partners.scopes import Scope
from partners.serializers.proofs import PROOF, ProofSerializer
from partners.views.base import JSON, PartnerView
from partners.views.describing import described
from partners.views.verdicts import ABSENT
from reviews.models import LogEntry
from reviews.verdict_log import LogUnusable, checkpoints, nodes

MOST = 2**53 - 1

logger = structlog.get_logger(__name__)

PROOFS: tuple[Parameter, ...] = (
    next(parameter for parameter in filters.VERSION if parameter.name == "version"),
    Parameter(
        "from_size",
        number(1, MOST),
        "The size of a checkpoint that you kept: prove as well that the log extends it.",
        {"type": "integer", "minimum": 1, "maximum": MOST},
    ),
)


class ProofView(PartnerView):
    """`GET verdicts/{id}/proof/`: four queries without a key."""

    scope = Scope.VERDICTS_READ
    is_public = True
    route_class = "verdict"

    @described(
        "prove_verdict",
        "The proof that a version is in the log",
        ProofSerializer,
        table=PROOFS,
        path_id="verdict_id",
        example=PROOF,
    )
    def get(self, request: Request, verdict_id: str) -> HttpResponse:
        """The newest version's entry, or that of `version`, and the hashes that lead from it to a signed checkpoint."""
        key = public_id(verdict_id)
        asked = read_parameters(request.query_params, PROOFS)
        entry = _entry(key, asked["version"])
        try:
            body = _proof(key, entry, asked["from_size"])
        except LogUnusable as refusal:
            logger.error("the verdict log cannot be signed", reason=refusal.reason)
            return Problem("internal-error", "The log cannot be signed at the moment. Try again later.").response()
        return HttpResponse(orjson.dumps(body), content_type=JSON)


def _entry(key: UUID, version: int | None) -> LogEntry:
    rows = LogEntry.objects.filter(verdict__verdict_id=key).select_related("verdict").order_by("-verdict__number")
    rows = rows.only("index", "entry", "leaf_hash", "verdict__number")
    entry = (rows if version is None else rows.filter(verdict__number=version)).first()
    if entry is None:
        raise Http404(ABSENT if version is None else "There is no such verdict, or no such version of it.")
    return entry


def _proof(key: UUID, entry: LogEntry, since: int | None) -> dict[str, Any]:
    present, note = checkpoints.checkpoint()
    if since is not None and since > present.size:
        raise Http404(f"The log has {present.size} entries: there is no tree of {since} that it extends.")
    inclusion, consistency = nodes.proofs(entry.index, tree_size=present.size, since=since)
    extends = {"from_size": since, "hashes": [digest.hex() for digest in consistency]}
    return {
        "id": str(key),
        "version": entry.verdict.number,
        "entry": entry.entry,
        "log": {"index": entry.index, "leaf_hash": entry.leaf_hash},
        "tree_size": present.size,
        "root_hash": present.root.hex(),
        "inclusion": [digest.hex() for digest in inclusion],
        "consistency": None if since is None else extends,
        "checkpoint": note,
    }
