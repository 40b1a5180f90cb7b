"""May this person, may this source: the conditions of the verbs on sources, citations and candidates."""

from django.conf import settings

from claims.models import Claim, Desk, Person
from claims.rules import Invalid, InvalidTransition, NotAllowed, check_can_record, check_is_on_desk
from sources.fetching.addresses import forbidden, is_address
from sources.fetching.exchanges import Refused
from sources.fetching.urls import canonical, parse
from sources.models import Candidate, Citation, Source, SourceCheck
from sources.statuses import CandidateState, CheckStatus

TEXT_LEAST = 40  # characters below which a pasted or uploaded article is taken for empty


def check_can_ingest(desk: Desk, by: Person) -> None:
    check_is_on_desk(desk, by)


def check_can_cite(claim: Claim, source: Source, by: Person) -> None:
    check_can_record(claim, by)
    if source.desk_id != claim.desk_id:
        raise NotAllowed("This source belongs to another desk.")


def check_can_remove_citation(citation: Citation, by: Person) -> None:
    check_can_record(citation.claim, by)
    if citation.removed_at is not None:
        raise InvalidTransition("This citation was already removed.")


def check_can_request_check(source: Source, by: Person) -> None:
    check_is_on_desk(source.desk, by)


def check_can_retry(check: SourceCheck, by: Person) -> None:
    check_is_on_desk(check.source.desk, by)
    if check.status not in {CheckStatus.QUARANTINED, CheckStatus.FAILED}:
        raise InvalidTransition("Only failed and quarantined checks are retried.")


def check_can_decide(candidate: Candidate, by: Person) -> None:
    """Raise unless the candidate is still open and the person is of its desk."""
    check_is_on_desk(candidate.source.desk, by)
    if candidate.state != CandidateState.OPEN:
        raise InvalidTransition(f"This candidate was already {candidate.get_state_display().lower()}.")


def check_url(url: str) -> tuple[str, str]:
    """Return a URL's canonical form and its host; raise Invalid naming what is wrong with it."""
    try:
        target = parse(url.strip(), allow=settings.FETCH_ALLOW)
    except Refused as refused:
        raise Invalid("url", refused.message) from refused
    if (target.host, target.port) not in settings.FETCH_ALLOW and _is_plainly_local(target.host):
        raise Invalid("url", f"{target.host} is not on the public web. Give the address under which readers find it.")
    return canonical(url.strip()), target.host


def _is_plainly_local(host: str) -> bool:
    """Whether no look-up is needed to refuse it: a special-purpose address, or this machine (RFC 6761)."""
    if is_address(host):
        return forbidden(host) is not None
    return host == "localhost" or host.endswith(".localhost")


def check_size(field: str, size: int) -> None:
    """Raise Invalid if an article is empty or larger than an upload may be."""
    most = settings.UPLOAD_MAX_BYTES
    if size > most:
        raise Invalid(
            field,
            f"This has {size / 1e6:,.0f} MB; at most {most / 1e6:,.0f} MB are taken. "
            "Cut it down to the article, or paste the passage as text.",
        )
    if size == 0:
        raise Invalid(field, "This is empty. Choose a file or paste a text that has words in it.")


def check_article(field: str, text: str) -> str:
    """Return an article's text; raise Invalid if there is too little of it to hold a claim."""
    if "\x00" in text:
        raise Invalid(field, "This holds NUL characters, so it is no plain text. Save it as UTF-8 text or PDF.")
    if len(text.strip()) < TEXT_LEAST:
        raise Invalid(field, f"This holds fewer than {TEXT_LEAST} characters of text. Paste the whole article.")
    return text
