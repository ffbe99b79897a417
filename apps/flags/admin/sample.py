"""Samples: on for a share of the times they are asked."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import BAD, BUSY, GOOD, label
from apps.flags.admin.base import FLIP, DeclaredAdmin, DeclaredFilter, any_protected, one_at_a_time
from apps.flags.models import Sample
from apps.flags.services import sample_set


class ShareForm(ConfirmationForm):
    edits = frozenset({"percent"})

    percent = forms.DecimalField(
        label="Percentage",
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=4,
        decimal_places=1,
        widget=UnfoldAdminDecimalFieldWidget(),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(samples := list(self.queryset[:2])) == 1:
            self.fields["percent"].initial = samples[0].percent


@admin.register(Sample)
class SampleAdmin(DeclaredAdmin):
    state_fields = ("percent",)
    list_filter = [DeclaredFilter]
    actions = ["set_share"]
    actions_row = ["set_share"]
    actions_detail = [*actions_row, "protect", "end_protection"]
    add_fields = ["name", "percent", "note"]

    @admin.display(description="state", ordering="percent")
    def state_label(self, sample: Sample) -> SafeString:
        if sample.percent in (0, 100):
            return label("Always on", GOOD) if sample.percent else label("Always off", BAD)
        return label(f"On for {sample.percent.normalize():f} % of the time", BUSY)

    @confirmed(
        permission=FLIP,
        description="Set the percentage",
        icon="percent",
        form_class=ShareForm,
        sudo=any_protected,
    )
    def set_share(self, request: HttpRequest, samples: QuerySet, answer: ConfirmationForm) -> str:
        percent = answer.cleaned_data["percent"]
        one_at_a_time(samples)
        for sample in samples:
            sample_set(name=sample.name, percent=percent, reason=answer.reason, actor=request.user)
        return f"{samples.count():,} set to {percent} %."
