"""Hints to the workers: one short try each, and never more of them in the broker than workers have use for."""

from functools import cache
from typing import Any

from celery import Task, current_app
from kombu import Connection, Producer
from kombu.pools import producers

EXPIRES_SECONDS = 60  # whoever takes an older one drops it: the sweep has been there since
# A message carries nothing, so one that waits serves everybody who would send another. Without a worker they
# would fill the broker: 100 messages are more than any number of workers takes at once.
MOST_WAITING = 100
# The broker is on the same network: an answer that takes longer (seconds) must not hold up a web request. A worker's
# own connection is patient.
TIMEOUT_SECONDS = 0.2
IMPATIENT = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}


def waiting(producer: Producer) -> int:
    """How many messages nobody has taken yet."""
    channel: Any = producer.channel
    return int(channel.queue_declare(current_app.conf.task_default_queue).message_count)


def send(task: "Task[[], None]") -> bool:
    """Send one message for a task without arguments, unless enough of them wait; return whether it was sent.

    Raises OperationalError or OSError when the broker cannot be reached within a fraction of a second.
    """
    with producers[_connection()].acquire(block=True, timeout=TIMEOUT_SECONDS) as producer:
        if waiting(producer) >= MOST_WAITING:
            return False
        task.apply_async(producer=producer, expires=EXPIRES_SECONDS)
    return True


@cache
def _connection() -> Connection:
    """What the pool of impatient connections is known by."""
    return current_app.connection_for_write(transport_options=IMPATIENT)
