"""The apps of the wiring: commands, system checks and the admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class FactcheckConfig(AppConfig):
    name = "factcheck"
    verbose_name = "Factcheck"

    def ready(self) -> None:
        from factcheck import checks  # noqa: F401 - registers the system checks


class AdminConfig(DjangoAdminConfig):
    default_site = "factcheck.site.DeskSite"
