"""Reads a sentence for other apps: the due times of something that is not a schedule's row."""

from zoneinfo import ZoneInfo

from django_celery_beat.models import CrontabSchedule

from apps.core.timetables import ReadTimetable, Timetable
from apps.schedules.crontab_times import CrontabTimes
from apps.schedules.timetables import EPOCH, Every, Once
from apps.schedules.timing import Crontab, Interval, Timing
from apps.schedules.timing import Once as OneMoment
from apps.schedules.when import parse
from apps.schedules.when_in_words import in_words


def read_timetable(sentence: str, zone: str) -> ReadTimetable:
    """Return what a sentence says. Raises `ValueError` with a sentence that says what is understood."""
    timing = parse(sentence, zone)
    return ReadTimetable(in_words(timing), _timetable(timing))


def _timetable(timing: Timing) -> Timetable:
    if isinstance(timing, Interval):
        return Every(timing.span, EPOCH)
    if isinstance(timing, OneMoment):
        return Once(timing.at)
    if isinstance(timing, Crontab):
        row = CrontabSchedule(
            minute=timing.minute,
            hour=timing.hour,
            day_of_month=timing.day_of_month,
            month_of_year=timing.month_of_year,
            day_of_week=timing.day_of_week,
            timezone=ZoneInfo(timing.zone),
        )
        return CrontabTimes.of(row)
    raise ValueError("A subscription cannot follow the sun. Give days and times.")
