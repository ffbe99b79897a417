"""Refuses every time that no scheduler can read, and what the form of a schedule refuses.

One such row would keep the scheduler from reading any.
"""

from django.db import migrations

# Of a package's models, so they cannot stand in their Meta. NOT VALID: what is there already stays.
ADD = [
    """
ALTER TABLE django_celery_beat_intervalschedule ADD CONSTRAINT interval_is_ten_seconds_or_more CHECK (
    every * CASE period
        WHEN 'days' THEN 86400.0 WHEN 'hours' THEN 3600 WHEN 'minutes' THEN 60 WHEN 'seconds' THEN 1
        ELSE 0.000001 END >= 10
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_intervalschedule ADD CONSTRAINT interval_is_a_century_or_less CHECK (
    every * CASE period WHEN 'days' THEN 86400.0 WHEN 'hours' THEN 3600 WHEN 'minutes' THEN 60 WHEN 'seconds' THEN 1 ELSE 0.000001 END <= 36600 * 86400.0
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_crontabschedule ADD CONSTRAINT crontab_can_be_read CHECK (
    minute ~* '^((\*|[0-5]?[0-9]-[0-5]?[0-9])(/[1-9][0-9]?)?|[0-5]?[0-9])(,((\*|[0-5]?[0-9]-[0-5]?[0-9])(/[1-9][0-9]?)?|[0-5]?[0-9]))*$'
    AND hour ~* '^((\*|([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3]))(/[1-9][0-9]?)?|([01]?[0-9]|2[0-3]))(,((\*|([01]?[0-9]|2[0-3])-([01]?[0-9]|2[0-3]))(/[1-9][0-9]?)?|([01]?[0-9]|2[0-3])))*$'
    AND day_of_month ~* '^((\*|(0?[1-9]|[12][0-9]|3[01])-(0?[1-9]|[12][0-9]|3[01]))(/[1-9][0-9]?)?|(0?[1-9]|[12][0-9]|3[01]))(,((\*|(0?[1-9]|[12][0-9]|3[01])-(0?[1-9]|[12][0-9]|3[01]))(/[1-9][0-9]?)?|(0?[1-9]|[12][0-9]|3[01])))*$'
    AND month_of_year ~* '^((\*|(0?[1-9]|1[0-2]|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})-(0?[1-9]|1[0-2]|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}))(/[1-9][0-9]?)?|(0?[1-9]|1[0-2]|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}))(,((\*|(0?[1-9]|1[0-2]|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})-(0?[1-9]|1[0-2]|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}))(/[1-9][0-9]?)?|(0?[1-9]|1[0-2]|(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6})))*$'
    AND day_of_week ~* '^((\*|([0-6]|(sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6})-([0-6]|(sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6}))(/[1-9][0-9]?)?|([0-6]|(sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6}))(,((\*|([0-6]|(sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6})-([0-6]|(sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6}))(/[1-9][0-9]?)?|([0-6]|(sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6})))*$'
    AND NOT ((day_of_month ~ '^(30|31|30-30|30-31|31-31)(,(30|31|30-30|30-31|31-31))*$'
    AND month_of_year ~ '^(0?2|0?2-0?2)(,(0?2|0?2-0?2))*$') OR (day_of_month ~ '^(31|31-31)(,(31|31-31))*$'
    AND month_of_year ~ '^(0?[2469]|11)(,(0?[2469]|11))*$'))
    AND timezone ~ '^(UTC|Etc/GMT([+-][0-9]{1,2})?|[A-Z][A-Za-z_]*(/[A-Z][A-Za-z_-]*)+)$'
    AND (now() AT TIME ZONE timezone) IS NOT NULL
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_clockedschedule ADD CONSTRAINT clock_time_can_be_read CHECK (
    (clocked_time IS NULL OR (clocked_time > '1900-01-01 UTC' AND clocked_time < '9999-12-31 UTC'))
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_solarschedule ADD CONSTRAINT sun_can_be_read CHECK (
    latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180 AND event IN ('dawn_astronomical', 'dawn_civil', 'dawn_nautical', 'dusk_astronomical', 'dusk_civil', 'dusk_nautical', 'solar_noon', 'sunrise', 'sunset')
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_periodictask ADD CONSTRAINT schedule_has_at_most_one_timing CHECK (
    num_nonnulls(interval_id, crontab_id, solar_id, clocked_id) <= 1
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_periodictask ADD CONSTRAINT schedule_moments_can_be_read CHECK (
    (start_time IS NULL OR (start_time > '1900-01-01 UTC'
    AND start_time < '9999-12-31 UTC'))
    AND (expires IS NULL OR (expires > '1900-01-01 UTC'
    AND expires < '9999-12-31 UTC'))
    AND (last_run_at IS NULL OR (last_run_at > '1900-01-01 UTC'
    AND last_run_at < '9999-12-31 UTC'))
    AND (date_changed IS NULL OR (date_changed > '1900-01-01 UTC'
    AND date_changed < '9999-12-31 UTC'))
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_periodictask ADD CONSTRAINT schedule_ends_after_it_begins CHECK (
    expires IS NULL OR start_time IS NULL OR start_time < expires
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_periodictask ADD CONSTRAINT schedule_expires_in_one_way CHECK (
    expires IS NULL OR expire_seconds IS NULL
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_periodictask ADD CONSTRAINT schedule_has_a_name CHECK (
    name ~ '[^[:space:]]'
) NOT VALID
""",
    r"""
ALTER TABLE django_celery_beat_periodictask ADD CONSTRAINT schedule_priority_is_a_byte CHECK (
    priority IS NULL OR priority <= 255
) NOT VALID
""",
]
REMOVE = [
    "ALTER TABLE django_celery_beat_intervalschedule DROP CONSTRAINT interval_is_ten_seconds_or_more",
    "ALTER TABLE django_celery_beat_crontabschedule DROP CONSTRAINT crontab_can_be_read",
    "ALTER TABLE django_celery_beat_intervalschedule DROP CONSTRAINT interval_is_a_century_or_less",
    "ALTER TABLE django_celery_beat_clockedschedule DROP CONSTRAINT clock_time_can_be_read",
    "ALTER TABLE django_celery_beat_solarschedule DROP CONSTRAINT sun_can_be_read",
    "ALTER TABLE django_celery_beat_periodictask DROP CONSTRAINT schedule_has_at_most_one_timing",
    "ALTER TABLE django_celery_beat_periodictask DROP CONSTRAINT schedule_moments_can_be_read",
    "ALTER TABLE django_celery_beat_periodictask DROP CONSTRAINT schedule_ends_after_it_begins",
    "ALTER TABLE django_celery_beat_periodictask DROP CONSTRAINT schedule_expires_in_one_way",
    "ALTER TABLE django_celery_beat_periodictask DROP CONSTRAINT schedule_has_a_name",
    "ALTER TABLE django_celery_beat_periodictask DROP CONSTRAINT schedule_priority_is_a_byte",
]


class Migration(migrations.Migration):
    dependencies = [
        ("schedules", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        migrations.RunSQL(ADD, REMOVE),
    ]
