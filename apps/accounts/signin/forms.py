"""Forms of the account pages that allauth's own would not do for."""

from allauth.account.fields import EmailField
from django import forms
from django.http import HttpRequest

from apps.accounts.signin.links import password_link_queue


class PasswordLinkForm(forms.Form):
    """Asks for a link to set a password. A task looks the address up, so nothing here can tell."""

    email = EmailField(required=True)

    def save(self, request: HttpRequest, **_: object) -> str:
        email = str(self.cleaned_data["email"])
        password_link_queue(email=email)
        return email
