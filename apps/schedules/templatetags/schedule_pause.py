"""The banner of every page while all schedules are paused."""

from typing import Any

from django import template
from django.db import DatabaseError
from django.template.context import RequestContext

from apps.core.scope import sees_everything
from apps.schedules.pauses import shown_pause

register = template.Library()


@register.inclusion_tag("schedules/pause_banner.html", takes_context=True)
def pause_banner(context: RequestContext) -> dict[str, Any]:
    request = context.get("request")
    user = getattr(request, "user", None)
    if user is None or not getattr(user, "is_staff", False):
        return {}
    try:
        pause = shown_pause()
    except DatabaseError:
        # The page says what is wrong with the database.
        return {}
    may = user.has_perm("schedules.pause_schedules") and sees_everything(user)
    may_resume = pause is not None and may
    return {"pause": pause, "may_resume": may_resume, "csrf_token": context.get("csrf_token")}
