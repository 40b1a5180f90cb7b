"""Celery's shells of the reviews app."""

from celery import shared_task
from django.utils import timezone

from reviews import evidence


@shared_task(name="reviews.tasks.raise_alerts", expires=60)
def raise_alerts() -> None:
    evidence.close_recovered(at=timezone.now())
    evidence.raise_alerts(at=timezone.now())
