"""Celery's shells: the ledger's rows are the truth, a message only says that there is work."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError
from structlog import get_logger

from sources import checks

log = get_logger(__name__)


@shared_task(name="sources.tasks.run_checks")
def run_checks() -> None:
    checks.run_due(now=timezone.now)


@shared_task(name="sources.tasks.sweep", expires=60)
def sweep() -> None:
    checks.queue_scheduled(at=timezone.now())
    checks.run_due(now=timezone.now)


def hint() -> None:
    """Tell the workers, once this transaction is committed, that a check waits.

    A broker that is down costs only time: the sweep finds the row. So the failure is logged, not raised.
    """
    transaction.on_commit(_send_hint)


def _send_hint() -> None:
    try:
        run_checks.apply_async(expires=60)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable, the sweep will find the check", error=str(error))
