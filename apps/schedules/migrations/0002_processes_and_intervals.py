"""Notes the process of a run, and refuses intervals that are shorter than a sweep is useful."""

from django.db import migrations, models

# Of a package's model, so it cannot stand in its Meta. NOT VALID: what is there already stays.
ADD = """
ALTER TABLE django_celery_beat_intervalschedule ADD CONSTRAINT interval_is_ten_seconds_or_more CHECK (
    every * CASE period
        WHEN 'days' THEN 86400.0 WHEN 'hours' THEN 3600 WHEN 'minutes' THEN 60 WHEN 'seconds' THEN 1
        ELSE 0.000001 END >= 10
) NOT VALID
"""
REMOVE = """
ALTER TABLE django_celery_beat_intervalschedule DROP CONSTRAINT interval_is_ten_seconds_or_more
"""


class Migration(migrations.Migration):
    dependencies = [
        ("schedules", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.AddField(
            model_name="taskrun",
            name="process",
            field=models.CharField(blank=True, editable=False, max_length=120),
        ),
        migrations.RunSQL(ADD, REMOVE),
    ]
