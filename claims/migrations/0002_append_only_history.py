"""Events and changes are written once: the database refuses to change or delete them."""

from django.db import migrations

from claims.append_only import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_claims_desk_and_history")]

    operations = [
        ForbidChange("event"),
        ForbidChange("change", unique=[("seq",)]),
    ]
