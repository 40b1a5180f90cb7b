"""Working through the requests to outside archives, one after the other. No transaction is open while one is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from structlog import get_logger

from claims.rules import InvalidTransition
from sources.fetching import Egress
from sources.models import ArchiveCopy
from sources.outside_archives import memento, save_page_now
from sources.outside_archives.answers import Answer, Refusal, Trouble
from sources.outside_archives.asking import check_can_ask
from sources.outside_archives.ledger import record, take_due
from sources.statuses import Archive

log = get_logger(__name__)

MOST_AT_A_TIME = 20


def run_due(*, egress: Egress, now: Callable[[], datetime]) -> int:
    """Run the requests that are due until none is, or the time is up; return how many answers were recorded."""
    # The last request begun may still take three fetches, and must be over before the task's soft time limit.
    recorded, until = 0, now() + settings.CHECK_LEASE / 3
    for _ in range(MOST_AT_A_TIME):
        lease = take_due(at=now()) if now() < until else None
        if lease is None:
            break
        recorded += record(lease, _answer(egress, lease.copy, now()), at=now())
    return recorded


def _answer(egress: Egress, copy: ArchiveCopy, at: datetime) -> Answer:
    """What the archive says. An error of our own counts as a failed attempt and is logged; others go on."""
    url = copy.source.url
    try:
        check_can_ask(copy.source, Archive(copy.archive))  # again: a citation may have been sealed in between
        if copy.archive == Archive.MEMENTO:
            return memento.look_up(egress, settings.MEMENTO_TIMEGATE, url, near=copy.near_at, at=at)
        account = save_page_now.Account(
            settings.SAVE_PAGE_NOW_URL, settings.SAVE_PAGE_NOW_KEY, settings.SAVE_PAGE_NOW_SECRET
        )
        if copy.job_id:
            return save_page_now.poll(egress, account, url, copy.job_id, at=at)
        return save_page_now.submit(egress, account, url, at=at)
    except InvalidTransition as refusal:
        return Refusal(refusal.reason)
    except Exception as error:  # the ledger must learn of any failure, or the request would wait for its lease
        log.exception("asking an outside archive failed", copy=str(copy.pk), attempt=copy.attempt)
        return Trouble(f"An error of ours, {type(error).__name__}: the workers' log has it.")
