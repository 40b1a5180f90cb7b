"""Wiring: settings, the Celery application, URLs, the admin site and the commands that run the desk."""

from factcheck.celery import app as celery_app

__all__ = ["celery_app"]
