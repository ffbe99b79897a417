"""Forms of the account pages that allauth's own would not do for."""

from functools import partial
from typing import Any

from allauth.account.fields import EmailField
from django import forms
from django.db import transaction
from django.http import HttpRequest


class PasswordLinkForm(forms.Form):
    """Asks for a link to set a password. A task looks the address up, so nothing here can tell."""

    email = EmailField(required=True)

    def save(self, request: HttpRequest, **_: Any) -> str:
        from apps.accounts.tasks import send_password_link

        email = str(self.cleaned_data["email"])
        # A broker that is away must not fail one address and not another: it fails none.
        transaction.on_commit(partial(send_password_link.delay, email), robust=True)
        return email
