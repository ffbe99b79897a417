"""The form for a key: how long it is valid, and how long the one before it stays so."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from apps.core.admin.confirm_form import ConfirmationForm

LIFETIMES = [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("365", "1 year")]
OVERLAPS = [("0", "Ends at once"), ("1", "1 hour"), ("24", "1 day"), ("168", "7 days")]


class KeyForm(ConfirmationForm):
    days: Any = forms.TypedChoiceField(
        label="Valid for",
        choices=LIFETIMES,
        coerce=int,
        initial="90",
        widget=UnfoldAdminSelectWidget(),
    )
    overlap_hours: Any = forms.TypedChoiceField(
        label="The key before it stays valid for",
        choices=OVERLAPS,
        coerce=int,
        initial="0",
        widget=UnfoldAdminSelectWidget(),
    )
