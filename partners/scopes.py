"""What an API key may do."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    VERDICTS_READ = "verdicts:read", _("Read verdicts")
    CLAIMS_READ = "claims:read", _("Read claims, positions and partner-visible evidence")
