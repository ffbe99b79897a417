"""The page that gathers how one signs in."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET


@never_cache
@login_required
@require_GET
def security(request: HttpRequest) -> HttpResponse:
    return render(request, "account/security.html", {"title": "Account security"})
