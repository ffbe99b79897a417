"""What the database refuses of celery-beat's timings and schedules; a form is not the only way to write one.

One row that cannot be read would keep the scheduler from reading any. `apps.schedules.timing` and the form refuse
the same with a sentence.
"""

from django.db import models
from django.db.models.expressions import RawSQL
from django_celery_beat.models import (
    SOLAR_SCHEDULES,
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.audit.history import add_constraint

_SECONDS = (
    "every * CASE period WHEN 'days' THEN 86400.0 WHEN 'hours' THEN 3600"
    " WHEN 'minutes' THEN 60 WHEN 'seconds' THEN 1 ELSE 0.000001 END"
)
_MONTHS = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_WEEKDAYS = "(sun|mon|tue|wed|thu|fri|sat)[a-z]{0,6}"
_NUMBERS = {
    "minute": "[0-5]?[0-9]",
    "hour": "([01]?[0-9]|2[0-3])",
    "day_of_month": "(0?[1-9]|[12][0-9]|3[01])",
    "month_of_year": f"(0?[1-9]|1[0-2]|{_MONTHS})",
    "day_of_week": f"([0-6]|{_WEEKDAYS})",
}
# A day that none of its months has: the 30th of February, the 31st of June.
_NEVER = " OR ".join(
    f"(day_of_month ~ '^{days}(,{days})*$' AND month_of_year ~ '^{months}(,{months})*$')"
    for days, months in (
        ("(30|31|30-30|30-31|31-31)", "(0?2|0?2-0?2)"),
        ("(31|31-31)", "(0?[2469]|11)"),
    )
)
# PostgreSQL also takes "Foo+3" and "europe/berlin", which Python does not know.
_ZONE = r"^(UTC|Etc/GMT([+-][0-9]{1,2})?|[A-Z][A-Za-z_]*(/[A-Z][A-Za-z_-]*)+)$"


def _field(name: str, number: str) -> str:
    part = rf"((\*|{number}-{number})(/[1-9][0-9]?)?|{number})"
    return f"{name} ~* '^{part}(,{part})*$'"


def _moment(name: str) -> str:
    """Return that a moment is within what Python can count, and not infinite."""
    return f"({name} IS NULL OR ({name} > '1900-01-01 UTC' AND {name} < '9999-12-31 UTC'))"


CONDITIONS: dict[tuple[type[models.Model], str], str] = {
    (IntervalSchedule, "interval_is_ten_seconds_or_more"): f"{_SECONDS} >= 10",
    (IntervalSchedule, "interval_is_a_century_or_less"): f"{_SECONDS} <= 36600 * 86400.0",
    (CrontabSchedule, "crontab_can_be_read"): " AND ".join(
        [
            *(_field(name, number) for name, number in _NUMBERS.items()),
            f"NOT ({_NEVER})",
            f"timezone ~ '{_ZONE}'",
            "(now() AT TIME ZONE timezone) IS NOT NULL",
        ]
    ),
    (ClockedSchedule, "clock_time_can_be_read"): _moment("clocked_time"),
    (SolarSchedule, "sun_can_be_read"): (
        "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180 AND event IN ("
        f"{', '.join(f"'{event}'" for event, _ in SOLAR_SCHEDULES)})"
    ),
    (PeriodicTask, "schedule_has_at_most_one_timing"): (
        "num_nonnulls(interval_id, crontab_id, solar_id, clocked_id) <= 1"
    ),
    (PeriodicTask, "schedule_moments_can_be_read"): " AND ".join(
        map(_moment, ("start_time", "expires", "last_run_at", "date_changed"))
    ),
    (PeriodicTask, "schedule_ends_after_it_begins"): (
        "expires IS NULL OR start_time IS NULL OR start_time < expires"
    ),
    (PeriodicTask, "schedule_expires_in_one_way"): "expires IS NULL OR expire_seconds IS NULL",
    (PeriodicTask, "schedule_has_a_name"): "name ~ '[^[:space:]]'",
    (PeriodicTask, "schedule_priority_is_a_byte"): "priority IS NULL OR priority <= 255",
}

for (_model, _name), _condition in CONDITIONS.items():
    add_constraint(
        _model,
        models.CheckConstraint(
            condition=RawSQL(_condition, [], output_field=models.BooleanField()),  # noqa: S611
            name=_name,
        ),
    )
