"""Refuses crontabs that cannot be read."""

from django.db import migrations

# Of a package's model, so it cannot stand in its Meta. NOT VALID: what is there already stays.
ADD = r"""
ALTER TABLE django_celery_beat_crontabschedule ADD CONSTRAINT crontab_can_be_read CHECK (
    minute ~* '^(\*|[0-5]?[0-9](-[0-5]?[0-9])?)(/[1-9][0-9]?)?(,(\*|[0-5]?[0-9](-[0-5]?[0-9])?)(/[1-9][0-9]?)?)*$'
    AND hour ~* '^(\*|([01]?[0-9]|2[0-3])(-([01]?[0-9]|2[0-3]))?)(/[1-9][0-9]?)?(,(\*|([01]?[0-9]|2[0-3])(-([01]?[0-9]|2[0-3]))?)(/[1-9][0-9]?)?)*$'
    AND day_of_month ~* '^(\*|(0?[1-9]|[12][0-9]|3[01])(-(0?[1-9]|[12][0-9]|3[01]))?)(/[1-9][0-9]?)?(,(\*|(0?[1-9]|[12][0-9]|3[01])(-(0?[1-9]|[12][0-9]|3[01]))?)(/[1-9][0-9]?)?)*$'
    AND month_of_year ~* '^(\*|(0?[1-9]|1[0-2]|[a-z]{3,9})(-(0?[1-9]|1[0-2]|[a-z]{3,9}))?)(/[1-9][0-9]?)?(,(\*|(0?[1-9]|1[0-2]|[a-z]{3,9})(-(0?[1-9]|1[0-2]|[a-z]{3,9}))?)(/[1-9][0-9]?)?)*$'
    AND day_of_week ~* '^(\*|([0-6]|[a-z]{3,9})(-([0-6]|[a-z]{3,9}))?)(/[1-9][0-9]?)?(,(\*|([0-6]|[a-z]{3,9})(-([0-6]|[a-z]{3,9}))?)(/[1-9][0-9]?)?)*$'
    AND (now() AT TIME ZONE timezone) IS NOT NULL
) NOT VALID
"""
REMOVE = "ALTER TABLE django_celery_beat_crontabschedule DROP CONSTRAINT crontab_can_be_read"



class Migration(migrations.Migration):
    dependencies = [
        ("schedules", "0004_verdicts"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.RunSQL(ADD, REMOVE),
    ]
