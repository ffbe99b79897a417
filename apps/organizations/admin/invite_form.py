"""The form for an invitation: the address and the role."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminSelectWidget

from apps.core.admin.confirm_form import ConfirmationForm
from apps.organizations.models import Role


class InviteForm(ConfirmationForm):
    email = forms.EmailField(
        label="E-mail", max_length=254, widget=UnfoldAdminEmailInputWidget(attrs={"type": "email"})
    )
    role: Any = forms.ChoiceField(
        choices=Role.choices, initial=Role.MEMBER, widget=UnfoldAdminSelectWidget()
    )
