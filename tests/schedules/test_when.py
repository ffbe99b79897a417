"""The sentences that say when a schedule runs."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import pytest
from django.conf import LazySettings
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from hypothesis import example, given
from hypothesis import strategies as st

from apps.schedules.timetables import due_after
from apps.schedules.timing import Crontab, Interval, Once, Sun, Timing, crontab, store, timing_of
from apps.schedules.when import EXAMPLES, parse
from apps.schedules.when_in_words import in_words, with_zone

ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])


def _numbers(first: int, last: int) -> st.SearchStrategy[str]:
    number = st.integers(first, last)
    listed = st.lists(number, min_size=1, max_size=4).map(lambda found: ",".join(map(str, found)))
    ranged = st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}")
    stepped = st.integers(1, 9).map(lambda step: f"*/{step}")
    return st.one_of(st.just("*"), listed, ranged, stepped)


CRONTABS = st.builds(
    lambda *fields, zone: crontab(fields, zone),
    _numbers(0, 59),
    _numbers(0, 23),
    _numbers(1, 28),
    _numbers(1, 12),
    _numbers(0, 6),
    zone=ZONES,
)
INTERVALS = st.builds(
    Interval,
    st.integers(10, 36_000),
    st.sampled_from(["seconds", "minutes", "hours", "days"]),
)
MOMENTS = st.builds(
    Once,
    st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
        lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
    ),
)
SUNS = st.builds(
    lambda event, south, west: Sun(event, f"{south:.6f}", f"{west:.6f}"),
    st.sampled_from(["sunrise", "sunset", "dawn_civil"]),
    st.decimals(-90, 90, places=6),
    st.decimals(-180, 180, places=6),
)


@given(st.one_of(CRONTABS, INTERVALS, MOMENTS, SUNS))
@example(Once(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)))
@example(crontab(["0", "2-3", "*", "*", "*"], "Europe/Berlin"))
@example(Interval(1, "days"))
def test_what_is_written_is_read_as_the_same_time(timing: Timing) -> None:
    again = parse(with_zone(timing))
    if isinstance(timing, Interval) and isinstance(again, Interval):
        assert again.span == timing.span
    else:
        assert again == timing


@given(CRONTABS)
def test_the_one_form_of_a_crontab_names_the_same_moments(timing: Crontab) -> None:
    row = CrontabSchedule(
        **dict(
            zip(
                ("minute", "hour", "day_of_month", "month_of_year", "day_of_week"),
                timing.fields,
                strict=True,
            )
        ),
        timezone=timing.zone,
    )
    assert timing_of(PeriodicTask(name="Mine", crontab=row)) == timing


@pytest.mark.parametrize("sentence", EXAMPLES)
def test_each_example_is_read_and_written_as_it_stands(sentence: str) -> None:
    assert in_words(parse(sentence)) == sentence


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("Every day at 7:00", "daily at 07:00 UTC"),
        ("“every monday, and thursday at 19:00 and 07:00”.", "Mondays and Thursdays at 07:00 and 19:00 UTC"),
        ("weekends at 10:00 America/New_York", "weekends at 10:00 America/New_York"),
        ("every minute", "every minute"),
        ("every 1 hour", "every hour"),
        ("every 2 weeks", "every 14 days"),
        ("hourly at :40 and :10", "every hour at :10 and :40 UTC"),
        ("on the 15th and 1st of every month at 06:00", "on the 1st and 15th of each month at 06:00 UTC"),
        ("yearly on dec 24th at 09:00", "every year on December 24 at 09:00 UTC"),
        ("cron: 0 7 * * mon-fri", "weekdays at 07:00 UTC"),
        ("cron: 0 2-3 * * *", "cron: 0 2-3 * * * UTC"),
        ("once on 2026-12-24 at 09:00 Europe/Berlin", "once on 2026-12-24 at 08:00 UTC"),
    ],
)  # fmt: skip
def test_other_ways_to_say_it_are_understood(
    settings: LazySettings, said: str, written: str
) -> None:
    settings.TIME_ZONE = "UTC"
    assert with_zone(parse(said)) == written


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "Say when it runs, for example “every 15 minutes”"),
        ("whenever it suits", "“whenever it suits” is not understood. Write, for example, “every"),
        ("weekdays", "is not understood"),
        ("every 9 seconds", "The shortest interval is 10 seconds"),
        ("every 0 minutes", "The shortest interval is 10 seconds"),
        ("every day", "Say at what time of the day"),
        ("every 99999999 days", "The longest interval"),
        ("every 999999999999 weeks", "is not an interval"),
        ("Moondays at 07:00", "“moondays” is not a day"),
        ("daily at 24:00", "“24:00” is not a time between 00:00 and 23:59"),
        ("daily at seven", "“seven” is not a time"),
        ("daily at 07:00 and 19:30", "Make a second schedule for the others"),
        ("on the 32nd of each month at 06:00", "“32nd” is not a day of a month"),
        ("on the last day of each month at 06:00", "Use the 1st of the next one"),
        ("every year on Brumaire 18 at 06:00", "“Brumaire” is not a month"),
        ("every year on February 30 at 06:00", "it would never run"),
        ("once on 2026-02-30 at 06:00", "is not a date and a time"),
        ("once on 2026-03-29 at 02:30 Europe/Berlin", "The clock skips 02:30 on 2026-03-29"),
        ("daily at 07:00 Mars/Base", "“Mars/Base” is not a time zone"),
        ("every 5 minutes Europe/Berlin", "counts the hours that pass"),
        ("cron: * * *", "five fields and not 3"),
        ("cron: 60 * * * *", "“60” is not a minute of a crontab: give numbers from 0 to 59"),
        ("cron: */0 * * * *", "“*/0” is not a minute"),
        ("cron: 0 0 31 4,6 *", "it would never run"),
        ("sun: eclipse 52 13", "“eclipse” is not an event of the sun"),
        ("sun: sunset 91 13", "“91” is not between -90 and 90"),
    ],
)
def test_what_is_not_understood_is_refused_with_what_is(said: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        parse(said)


@given(st.text(max_size=60))
@example("once on 0000-01-01 at 00:00")
@example("once on 9999-12-31 at 23:59 America/New_York")
@example("cron: ²-³ * * * *")
@example("daily at \u0660\u0667:\u0660\u0660")
def test_any_text_is_read_or_refused_with_a_sentence(said: str) -> None:
    try:
        timing = parse(said)
    except ValueError:
        return
    assert parse(with_zone(timing)) == timing


@pytest.mark.django_db
@pytest.mark.parametrize("sentence", [*EXAMPLES, "sun: sunset 52.5 13.4"])
def test_a_stored_sentence_is_shared_and_read_back(sentence: str) -> None:
    timing = parse(sentence, "Europe/Berlin")
    first = PeriodicTask.objects.create(name="Mine", task="x", **store(timing))
    second = PeriodicTask.objects.create(name="Yours", task="x", **store(timing))

    first.refresh_from_db()
    assert timing_of(first) == timing
    assert first.one_off == sentence.startswith("once")
    assert store(timing) == store(timing_of(second))


def test_half_past_every_hour_runs_in_both_hours_of_an_autumn_night() -> None:
    schedule = PeriodicTask(
        name="Mine",
        crontab=CrontabSchedule(minute="30", hour="*", timezone="Europe/Berlin"),
    )
    assert in_words(timing_of(schedule)) == "every hour at :30"
    found = list(islice(due_after(schedule, datetime(2026, 10, 24, 22, tzinfo=UTC)), 6))
    assert {after - before for before, after in pairwise(found)} == {timedelta(hours=1)}


def test_a_row_that_cannot_be_read_says_why() -> None:
    with pytest.raises(ValueError, match="It has no time"):
        timing_of(PeriodicTask(name="Mine"))
    with pytest.raises(ValueError, match="“99” is not a minute"):
        timing_of(PeriodicTask(crontab=CrontabSchedule(minute="99")))
