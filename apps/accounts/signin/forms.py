"""Forms of the account pages that replace allauth's own."""

from allauth.account.fields import EmailField
from django import forms
from django.http import HttpRequest

from apps.accounts.signin.links import password_link_queue


class PasswordLinkForm(forms.Form):
    """Requests a link to set a password. A task looks up the address, so the response reveals nothing."""

    email = EmailField(required=True)

    def save(self, request: HttpRequest, **_: object) -> str:
        email = str(self.cleaned_data["email"])
        password_link_queue(email=email)
        return email
