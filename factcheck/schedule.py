"""Beat's scheduler: while nobody takes messages it sends no more of them than workers have use for."""

from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry
from kombu import Producer
from structlog import get_logger

from sources import hinting

log = get_logger(__name__)


class BoundedScheduler(PersistentScheduler):
    """Its tasks carry nothing and come again, so that one left out is no loss."""

    def apply_async(
        self, entry: ScheduleEntry, producer: Producer | None = None, advance: bool = True, **kwargs: Any
    ) -> Any:
        """Send the entry's message unless enough of them wait; None when it was left out."""
        if producer is not None and hinting.waiting(producer) >= hinting.MOST_WAITING:
            log.warning("nobody takes messages: left out", task=entry.task)
            return None
        return super().apply_async(entry, producer=producer, advance=advance, **kwargs)
