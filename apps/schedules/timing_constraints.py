"""What the database refuses of celery-beat's timings; a form is not the only way to write one."""

from django.db import models
from django.db.models.expressions import RawSQL
from django_celery_beat.models import CrontabSchedule, IntervalSchedule

from apps.audit.history import add_constraint

# As their migrations say it: no expression of Django's has the same form in the database.
_INTERVAL = (
    "every * CASE period WHEN 'days' THEN 86400.0 WHEN 'hours' THEN 3600"
    " WHEN 'minutes' THEN 60 WHEN 'seconds' THEN 1 ELSE 0.000001 END >= 10"
)
_NUMBERS = {
    "minute": "[0-5]?[0-9]",
    "hour": "([01]?[0-9]|2[0-3])",
    "day_of_month": "(0?[1-9]|[12][0-9]|3[01])",
    "month_of_year": "(0?[1-9]|1[0-2]|[a-z]{3,9})",
    "day_of_week": "([0-6]|[a-z]{3,9})",
}


def _field(name: str, number: str) -> str:
    part = rf"(\*|{number}(-{number})?)(/[1-9][0-9]?)?"
    return f"{name} ~* '^{part}(,{part})*$'"


_CRONTAB = " AND ".join(
    [
        *(_field(name, number) for name, number in _NUMBERS.items()),
        # An unknown time zone would keep the scheduler from reading any schedule.
        "(now() AT TIME ZONE timezone) IS NOT NULL",
    ]
)

for _model, _name, _condition in (
    (IntervalSchedule, "interval_is_ten_seconds_or_more", _INTERVAL),
    (CrontabSchedule, "crontab_can_be_read", _CRONTAB),
):
    add_constraint(
        _model,
        models.CheckConstraint(
            condition=RawSQL(_condition, [], output_field=models.BooleanField()),  # noqa: S611
            name=_name,
        ),
    )
