"""The forms of planned changes: for how long, what from when on, and what is canceled."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.core.admin.confirm_form import ConfirmationForm
from apps.flags.plans.planning import Step
from apps.flags.plans.selectors import next_change_of, waiting_plan
from apps.flags.plans.wording import change_in_words
from apps.schedules.admin.when_field import zone_choices
from apps.schedules.when import parse

ROWS = 5
PERCENTAGES = ("1", "5", "10", "25", "50", "75")
LASTS = [
    ("", "Until somebody changes it"),
    *(
        (str(minutes), f"For {words}, then back")
        for minutes, words in (
            (15, "15 minutes"),
            (30, "30 minutes"),
            (60, "1 hour"),
            (240, "4 hours"),
            (1440, "1 day"),
            (10080, "1 week"),
        )
    ),
]


class TurnForm(ConfirmationForm):
    lasts = forms.ChoiceField(
        label="For how long",
        choices=LASTS,
        required=False,
        widget=UnfoldAdminSelectWidget(),
        help_text="The way back is planned and shown on its page. It is canceled if somebody changes it by hand.",
    )

    @property
    def minutes(self) -> int | None:
        return int(self.cleaned_data["lasts"]) if self.cleaned_data["lasts"] else None


class MomentInput(UnfoldAdminTextInputWidget):
    input_type = "datetime-local"


class ChangeWidget(forms.MultiWidget):
    """What it becomes, and from when on, side by side."""

    def __init__(self, number: int, choices: list[tuple[str, str]]) -> None:
        becomes = UnfoldAdminSelectWidget(
            attrs={"aria-label": f"Change {number}: what it becomes"}, choices=choices
        )
        at = MomentInput(attrs={"aria-label": f"Change {number}: from when on"})
        super().__init__({"becomes": becomes, "at": at})

    def decompress(self, value: Any) -> list[Any]:
        return list(value or (None, None))

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        inner = super().render(*args, **kwargs)
        return format_html('<div class="qd-planned-change">{}</div>', inner)


class ChangeField(forms.MultiValueField):
    """Two values, or none: `("10", "2026-11-23T09:00")`."""

    def __init__(self, number: int, choices: list[tuple[str, str]]) -> None:
        fields = (
            forms.ChoiceField(choices=choices, required=False),
            forms.CharField(required=False, max_length=40),
        )
        super().__init__(
            fields,
            label=f"Change {number}",
            required=False,
            require_all_fields=False,
            widget=ChangeWidget(number, choices),
        )

    def compress(self, data_list: list[str]) -> tuple[str, str] | None:
        becomes, at = data_list or ("", "")
        if bool(becomes) != bool(at):
            raise forms.ValidationError("Choose both what it becomes and from when on.")
        return (becomes, at) if becomes else None


class PlanForm(ConfirmationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.queryset.model._meta.model_name
        choices = [("", "–"), ("on", "On"), ("off", "Off")]  # noqa: RUF001
        if kind == "flag":
            choices = [
                ("", "–"),  # noqa: RUF001
                *((each, f"{each}%") for each in PERCENTAGES),
                ("on", "On for everyone (100%)"),
                ("off", "Off for everyone"),
                ("targets", "On for its targets"),
            ]
        zone = forms.ChoiceField(
            label="Time zone",
            choices=zone_choices(),
            initial=settings.TIME_ZONE,
            widget=UnfoldAdminSelectWidget(),
            help_text="The times are wall-clock times in this zone.",
        )
        rows = {f"change_{n}": ChangeField(n, choices) for n in range(1, ROWS + 1)}
        self.fields = {**rows, "zone": zone, **self.fields}
        if waiting := _waiting(self):
            self.fields["change_1"].help_text = f"{waiting} Cancel that first."
        self.steps: list[Step] = []

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        zone = given.get("zone", "")
        for name in [each for each in self.fields if each.startswith("change_")]:
            if zone and (change := given.get(name)):
                becomes, at = change
                try:
                    moment: Any = parse(f"once on {at.replace('T', ' at ')}", zone)
                    self.steps.append(Step(moment.at, becomes))
                except (ValueError, AttributeError) as error:
                    self.add_error(name, str(error))
        return given


class CancelForm(ConfirmationForm):
    def consequences(self) -> list[str]:
        return [words] if (words := _waiting(self)) else []


def _waiting(form: ConfirmationForm) -> str:
    """Say what is planned for the one flag of a form: “Planned: 10% on Monday …, then …”."""
    record: Any = form.queryset.first()
    plan = waiting_plan(record) if record else None
    change = next_change_of(plan) if plan else None
    if plan is None or change is None:
        return ""
    more = plan.changes.filter(state="waiting").count() - 1
    return f"Planned: {change_in_words(change)}{f', and {more} more' if more else ''}."
