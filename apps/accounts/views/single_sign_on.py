"""The pages of OpenID Connect. If the provider does not answer, they show a sentence."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import requests
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect import views
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from apps.accounts.signin.single_sign_on import FAILED


def _answering(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answer(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            response: HttpResponse = view(request, provider_id=provider_id)
        except (requests.RequestException, OAuth2Error):
            messages.error(request, FAILED)
            return redirect("account_login")
        return response

    return answer


login = _answering(views.login)
callback = _answering(views.callback)
