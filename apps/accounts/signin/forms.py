"""Forms of the account pages that allauth's own would not do for."""

from typing import Any

from allauth.account.fields import EmailField
from django import forms
from django.http import HttpRequest

from apps.core.sending import send_after_commit


class PasswordLinkForm(forms.Form):
    """Asks for a link to set a password. A task looks the address up, so nothing here can tell."""

    email = EmailField(required=True)

    def save(self, request: HttpRequest, **_: Any) -> str:
        from apps.accounts.tasks import send_password_link

        email = str(self.cleaned_data["email"])
        send_after_commit(send_password_link, email, swept_by="")
        return email
