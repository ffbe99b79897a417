"""Pages as a web process makes them, without the network."""

import time
from typing import Any

from django.test import RequestFactory


def superuser() -> Any:
    from apps.accounts.models import User

    user = User.objects.filter(email="bench@bench.invalid").first()
    return user or User.objects.create_superuser("bench@bench.invalid", "bench")


def request(path: str, data: dict[str, Any], *, method: str = "get") -> Any:
    """Return a request of a superuser, as the middlewares would hand it to a view."""
    from django.contrib.messages.storage.fallback import FallbackStorage
    from django.contrib.sessions.backends.db import SessionStore

    made: Any = getattr(RequestFactory(), method)(path, data)
    made.user = made.real_user = superuser()
    made.session = SessionStore()
    made._messages = FallbackStorage(made)
    made._dont_enforce_csrf_checks = True
    return made


def members_list() -> float:
    """Return the seconds that the list of members takes, rendered."""
    from django.contrib import admin

    from apps.organizations.models import Membership

    asks = request("/admin/organizations/membership/", {})
    started = time.perf_counter()
    answer = admin.site.get_model_admin(Membership).changelist_view(asks)
    answer.render()
    return time.perf_counter() - started
