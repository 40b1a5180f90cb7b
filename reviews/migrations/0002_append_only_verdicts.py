"""Verdict versions and the log are written once: the database refuses to change or delete them."""

from django.db import migrations

from claims.append_only import ForbidChange


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_rounds_and_verdicts"), ("claims", "0002_append_only_history")]

    operations = [
        ForbidChange(
            "verdict", unique=[("id",), ("claim_id", "number"), ("verdict_id", "number"), ("supersedes_id",)]
        ),
        ForbidChange("verdict_citations", unique=[("id",), ("verdict_id", "citation_id")]),
        ForbidChange("logentry", unique=[("index",), ("verdict_id",)]),
        ForbidChange("lognode", unique=[("id",), ("level", "index")]),
    ]
