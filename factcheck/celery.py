"""The Celery application; every setting and its reason stands in factcheck.settings."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factcheck.settings")

# The file whose time says when this worker last began or ended a task; its supervisor reads it.
PULSE = os.environ.get("FACTCHECK_PULSE", "")

app = Celery("factcheck")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
@task_prerun.connect
@task_postrun.connect
def show_pulse(**given: Any) -> None:
    """Leave a sign of life where the supervisor asked for one."""
    if PULSE:
        Path(PULSE).touch()


show_pulse()  # from here on it has as long as any task to get ready


@worker_ready.connect
def sweep_at_once(**given: Any) -> None:
    """A worker that starts does not wait for a message: what is due is due since before it came."""
    from sources import hinting, tasks

    hinting.send(tasks.sweep)
