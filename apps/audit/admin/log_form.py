"""The form above the audit log."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.audit.origins import CHANGE_SOURCES, RUN_KINDS
from apps.audit.timeline.filters import KIND_CHOICES, event_choices


def day_widget() -> forms.Widget:
    """Return the browser's own date field, which needs no script."""
    return UnfoldAdminTextInputWidget(attrs={"type": "date"})


class LogForm(forms.Form):
    """The form of the audit log. Each field is a URL parameter; the search line can express all of them."""

    q = forms.CharField(
        label="Search",
        required=False,
        widget=UnfoldAdminTextInputWidget(
            attrs={"placeholder": "roster actor:grace field:role after:admin"}
        ),
    )
    actor = forms.CharField(label="Person", required=False, widget=UnfoldAdminTextInputWidget)
    object = forms.CharField(label="Record", required=False, widget=UnfoldAdminTextInputWidget)
    kind = forms.ChoiceField(
        required=False,
        widget=UnfoldAdminSelectWidget,
        # Evaluated when the form is shown, because higher apps declare more kinds.
        choices=lambda: [("", "Any"), *KIND_CHOICES, *event_choices()],
    )
    source = forms.ChoiceField(
        label="Through",
        required=False,
        widget=UnfoldAdminSelectWidget,
        choices=lambda: [("", "Any"), *((str(each), each.label) for each in CHANGE_SOURCES)],
    )
    since = forms.DateField(label="From", required=False, widget=day_widget())
    until = forms.DateField(label="To", required=False, widget=day_widget())

    @property
    def line(self) -> Any:
        return self["q"]

    @property
    def run_kinds(self) -> list[str]:
        """The words of the search line that find what a run did, such as `import:12`."""
        return [str(kind) for kind in RUN_KINDS]

    @property
    def others(self) -> list[Any]:
        return [field for field in self if field.name != "q"]
