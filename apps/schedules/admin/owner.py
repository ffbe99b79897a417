"""The owner of a schedule, who is notified of its alarms: shown on its page, and chosen there."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_celery_beat.models import PeriodicTask
from unfold.widgets import UnfoldAdminSelectWidget

from apps.accounts.approvals.selectors import people_with
from apps.accounts.models import User
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import EMPTY, count_link
from apps.core.wording import counted
from apps.schedules.models import Alarm
from apps.schedules.ownership import MANAGE, VIEW, owners_of, recipients
from apps.schedules.services.ownership import schedule_set_owner


class OwnerForm(ConfirmationForm):
    owner = forms.ModelChoiceField(
        queryset=User.objects.none(),
        required=False,
        empty_label="The last person who changed it",
        widget=UnfoldAdminSelectWidget(),
        help_text="Gets an e-mail when a run fails, is lost, is late, or takes too long.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["owner"]
        field.queryset = people_with([VIEW])


class OwnerMixin:
    """Adds the action *Set owner*, and the read-only fields `owner_name` and `open_alarms`."""

    @confirmed(
        permission=MANAGE,
        description="Set owner",
        icon="person",
        reason="optional",
        explanation="The owner is notified of the schedule's alarms, by e-mail and on the start page.",
        form_class=OwnerForm,
    )
    def set_owner(self, request: HttpRequest, schedules: QuerySet, answer: ConfirmationForm) -> str:
        owner = answer.cleaned_data["owner"]
        changed = sum(
            schedule_set_owner(
                schedule=schedule, owner=owner, reason=answer.reason, actor=request.user
            )
            for schedule in schedules
        )
        if not changed:
            return "Nothing to do. That is the owner already."
        who = str(owner) if owner else "the last person who changed it"
        return f"{counted(changed, PeriodicTask)} belong{'s' if changed == 1 else ''} to {who} now."

    @admin.display(description="owner")
    def listed_owner(self, schedule: PeriodicTask) -> SafeString | str:
        if not schedule.owner:
            return EMPTY
        return format_html('<span class="whitespace-nowrap">{}</span>', User(**schedule.owner))

    @admin.display(description="owner")
    def owner_name(self, schedule: PeriodicTask) -> SafeString | str:
        owner = owners_of(PeriodicTask.objects.filter(pk=schedule.pk)).get(schedule.pk)
        if owner is None:
            return "Nobody. Everyone who may change schedules is notified of its alarms."
        if owner in recipients(owner):
            return str(owner)
        return format_html(
            "{}, who can no longer see schedules. Everyone who may change schedules is notified of its alarms.",
            owner,
        )

    @admin.display(description="open alarms")
    def open_alarms(self, schedule: PeriodicTask) -> SafeString | str:
        if not schedule.shows_runs:
            return EMPTY
        number = Alarm.objects.open().filter(schedule=schedule).count()
        return count_link(number, "schedules.alarm", state="open", schedule__id__exact=schedule.pk)
