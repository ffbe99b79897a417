"""What a new person enters when they accept an invitation."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from apps.accounts.models import User


class NewPersonForm(forms.Form):
    """`email` is the invitation's; the password is compared with it and the names."""

    first_name = forms.CharField(
        max_length=150, widget=UnfoldAdminTextInputWidget({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        max_length=150, widget=UnfoldAdminTextInputWidget({"autocomplete": "family-name"})
    )
    phone = forms.CharField(
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "tel", "inputmode": "tel"}),
    )
    password = forms.CharField(
        strip=False,
        max_length=128,
        widget=UnfoldAdminPasswordWidget({"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html,
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "password" in given:
            person = User(
                email=self.email,
                first_name=given.get("first_name", ""),
                last_name=given.get("last_name", ""),
            )
            try:
                validate_password(given["password"], person)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given
