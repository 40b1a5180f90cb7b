"""Celery's shells: the ledger's rows are the truth, a message only says that there is work."""

import threading

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError
from structlog import get_logger

from sources import checks, hinting, outside_archives

log = get_logger(__name__)


@shared_task(name="sources.tasks.run_checks")
def run_checks() -> None:
    checks.run_due(now=timezone.now)


@shared_task(name="sources.tasks.sweep", expires=60)
def sweep() -> None:
    checks.sweep(now=timezone.now)


@shared_task(name="sources.tasks.run_archive_copies", expires=60)
def run_archive_copies() -> None:
    outside_archives.run_due(egress=checks.egress(), now=timezone.now)


class _Sent(threading.local):
    """How many hints this thread has sent: those of one transaction are all served by the first."""

    hints = 0


_sent = _Sent()


def hint() -> None:
    """Tell the workers, once this transaction is committed, that a check waits.

    A broker that is down costs only time: the sweep finds the row. So the failure is logged, not raised.
    """
    before = _sent.hints
    transaction.on_commit(lambda: _send_hint() if _sent.hints == before else None)


def _send_hint() -> None:
    _sent.hints += 1
    try:
        hinting.send(run_checks)
    except (KombuError, RedisError, OSError) as error:
        log.warning("broker unreachable, the sweep will find the check", error=str(error))
