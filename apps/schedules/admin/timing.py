"""The timings that schedules share: intervals, crontabs, clock times, the sun."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.display import EMPTY, count_link, moment, record_link
from apps.core.admin.editing.forms import VersionedModelForm
from apps.schedules.selectors import crontab_in_words, interval_in_words
from apps.schedules.services.timings import (
    FIELDS,
    interval_problem,
    timing_delete,
    timing_save,
    users_of,
)

for _model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule):
    admin.site.unregister(_model)


class TimingAdmin(TimelineMixin, BaseAdmin):
    """A timing is changed for all schedules that use it, and deleted only if none does."""

    reason_required = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        used = PeriodicTask.objects.all()
        return (
            super().get_queryset(request).annotate(users=count_subquery(used, FIELDS[self.model]))
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["used_by"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        fields = list(self.fields or [])
        return [*fields, "used_by"] if obj else fields

    @admin.display(description="used by")
    def used_by(self, timing: Model) -> SafeString | str:
        links = format_html_join(", ", "{}", ((record_link(user),) for user in users_of(timing)))
        return links or EMPTY

    @admin.display(description="schedules", ordering="users")
    def users_count(self, timing: Any) -> SafeString | str:
        field = FIELDS[type(timing)]
        return count_link(
            timing.users, "django_celery_beat.periodictask", **{f"{field}__id__exact": timing.pk}
        )

    def save_model(
        self, request: HttpRequest, obj: Model, form: VersionedModelForm, change: bool
    ) -> None:
        if not change:
            timing_save(timing=obj, actor=request.user)
        elif fields := form.written_fields:
            timing_save(timing=obj, fields=fields, actor=request.user)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for timing in queryset:
            timing_delete(timing=timing)


class IntervalForm(VersionedModelForm):
    class Meta:
        model = IntervalSchedule
        fields = ["every", "period"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("every") and data.get("period"):
            problem = interval_problem(IntervalSchedule(every=data["every"], period=data["period"]))
            if problem:
                self.add_error("every", problem)
        return data


@admin.register(IntervalSchedule)
class IntervalAdmin(TimingAdmin):
    form = IntervalForm
    list_display = ["in_words", "users_count"]
    search_fields = ["every", "period"]
    ordering = ["period", "every"]
    fields = ["every", "period"]

    @admin.display(description="interval")
    def in_words(self, interval: IntervalSchedule) -> str:
        return interval_in_words(interval)


@admin.register(CrontabSchedule)
class CrontabAdmin(TimingAdmin):
    list_display = ["in_words", "users_count"]
    search_fields = ["minute", "hour", "day_of_week", "timezone"]
    ordering = ["id"]
    fields = ["minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone"]

    @admin.display(description="crontab")
    def in_words(self, crontab: CrontabSchedule) -> str:
        return crontab_in_words(crontab)


@admin.register(ClockedSchedule)
class ClockedAdmin(TimingAdmin):
    list_display = ["clocked_time", "in_words", "users_count"]
    search_fields = ["clocked_time"]
    ordering = ["-clocked_time"]
    fields = ["clocked_time"]

    @admin.display(description="that is")
    def in_words(self, clocked: ClockedSchedule) -> SafeString | str:
        return moment(clocked.clocked_time)


@admin.register(SolarSchedule)
class SolarAdmin(TimingAdmin):
    list_display = ["event", "latitude", "longitude", "users_count"]
    search_fields = ["event"]
    ordering = ["event"]
    fields = ["event", "latitude", "longitude"]
