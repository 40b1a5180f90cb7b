"""Whether the desk is alive, ready, and getting anywhere: for load balancers and container health checks."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from factcheck.broker import ONCE
from sources.models import SourceCheck

BEAT_SAVES_WITHIN = timedelta(minutes=10)  # it saves its schedule every three


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; asks nobody else."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and has every migration, else 503.

    The broker is reported, not required: pages are served and work is recorded without it.
    """
    parts = {**_database(), "broker": "ok" if broker_answers() else "unreachable"}
    is_ready = parts["database"] == "ok" and parts["migrations"] == "applied"
    return JsonResponse(parts, status=200 if is_ready else 503)


def _database() -> dict[str, str]:
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return {"database": "unreachable", "migrations": "unknown"}
    return {"database": "ok", "migrations": f"{len(waiting)} not applied" if waiting else "applied"}


def broker_answers(within: float = 2) -> bool:
    """Whether the configured broker answers a ping within so many seconds."""
    try:
        with _broker(within) as client:
            return bool(client.ping())
    except (redis.exceptions.RedisError, OSError):
        return False


def messages_waiting(within: float = 2) -> int:
    """How many messages no worker has taken yet; 0 when the broker does not answer within so many seconds."""
    queue = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] + current_app.conf.task_default_queue
    try:
        with _broker(within) as client:
            return int(client.llen(queue))
    except (redis.exceptions.RedisError, OSError):
        return 0


def _broker(within: float) -> redis.Redis:
    url = settings.REDIS_URL or f"unix://{settings.BROKER_SOCKET}"
    options: dict[str, Any] = {"socket_timeout": within, "retry": ONCE}
    if settings.REDIS_URL and not url.startswith("unix:"):
        options["socket_connect_timeout"] = within
    return redis.Redis.from_url(url, **options)


def stuck_checks(at: datetime, *, within: timedelta) -> int:
    """How many source checks have been due for longer than `within` while none was taken or finished.

    0 while there is progress, however long the queue: a busy worker is a healthy one.
    """
    since = at - within
    waiting: int = SourceCheck.objects.due(since).count()
    if not waiting or SourceCheck.objects.filter(Q(started_at__gt=since) | Q(finished_at__gt=since)).exists():
        return 0
    return waiting


def schedule_age(at: datetime) -> timedelta | None:
    """How long ago beat last saved its schedule, as it does every three minutes; None when it never has."""
    path = Path(settings.CELERY_BEAT_SCHEDULE_FILENAME)
    # What the standard library's dbm makes of the name differs: one file, or several with endings.
    saved = [file.stat().st_mtime for file in path.parent.glob(f"{path.name}*")]
    return at - datetime.fromtimestamp(max(saved), tz=at.tzinfo) if saved else None


def worker_fault(at: datetime) -> str:
    """Why no worker is healthy, by the ledger; an empty string where there is progress, or nothing to do."""
    stuck = stuck_checks(at, within=settings.STUCK_AFTER)
    return f"{stuck} source checks are due and none was taken or finished for {settings.STUCK_AFTER}" if stuck else ""


def deaf_fault(pulse: Path, at: datetime) -> str:
    """Why the worker whose tasks touch `pulse` does not hear the broker, or an empty string."""
    silence = at - datetime.fromtimestamp(pulse.stat().st_mtime, tz=at.tzinfo)
    # Within a lease any task ends: a worker that shows nothing for longer is not merely busy.
    if silence <= settings.CHECK_LEASE:
        return ""
    waiting = messages_waiting()
    return f"{waiting} messages wait, and it neither began nor ended a task for {silence}" if waiting else ""


def beat_fault(at: datetime) -> str:
    """Why the schedule is not healthy, or an empty string."""
    age = schedule_age(at)
    if age is None:
        return "it has saved no schedule yet"
    return f"it last saved its schedule {age} ago" if age > BEAT_SAVES_WITHIN else ""
