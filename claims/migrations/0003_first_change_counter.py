"""The change counter's only row; made here so that no two writers ever race to make it."""

from django.db import migrations


def make(apps, schema_editor):
    apps.get_model("claims", "ChangeCounter").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("claims", "0002_append_only_history")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
