"""The start page: what needs you, today's numbers beside last week's, and recent activity."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from apps.accounts.approvals.selectors import people_with
from apps.audit.models import Verification
from apps.backoffice.start import alarms, numbers, open_tasks, recent_activity
from apps.backoffice.start.count_query import counts
from apps.backoffice.start.lines import questions
from apps.core.actors import PermissionHolder
from apps.core.scope import sees_everything
from apps.core.wording import listed
from apps.organizations.organization_scope import organizations_outside_the_trash_of

_NAMED = 3


def dashboard_callback(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the page with what this user may see, in at most ten statements, sign-in included."""
    user: Any = request.user
    asked = questions([*open_tasks.LINES, *numbers.lines_for(user)], user)
    if not sees_everything(user):
        asked["organizations_seen"] = organizations_outside_the_trash_of(user)
    counted, found = counts(user, asked, alarms.values(user))
    # For the user menu, which shows this on every page.
    user.organizations_seen = counted.get("organizations_seen")
    context.update(
        {
            "title": "Start",
            "name": user.get_short_name(),
            "alarms": alarms.alarms(user, found, counted.get("alarms_open", 0)),
            "needs": open_tasks.answers(counted, open_tasks.NEEDS),
            "standing": open_tasks.answers(counted, open_tasks.STANDING),
            "numbers": numbers.answers(counted, user),
            "imports": recent_activity.imports(user),
            "changes": recent_activity.changes(user),
            "verification": _verification(user),
            "sees_audit_log": user.has_perm("audit.view_auditlog"),
            "sees_imports": user.has_perm("transfers.view_importrun"),
            "new_import_url": _new_import_url(user),
            "people_to_ask": "" if user.get_all_permissions() else _people_to_ask(user),
        }
    )
    return context


def _people_to_ask(user: PermissionHolder) -> str:
    """Return the people who can give roles, for somebody without one."""
    people = [str(person) for person in people_with(["accounts.set_roles"])[:_NAMED]]
    if not people:
        return "Ask the people who run this system for a staff role."
    return f"{listed(people)} can give you a staff role."


def _verification(user: PermissionHolder) -> Verification | None:
    # The verification covers every record, and its problems name some.
    if not (user.has_perm("audit.view_auditlog") and sees_everything(user)):
        return None
    return Verification.objects.order_by("-started_at").first()


def _new_import_url(user: PermissionHolder) -> str:
    if not user.has_perm("transfers.import_data"):
        return ""
    try:
        return reverse("admin:transfers_importrun_new")
    except NoReverseMatch:
        return ""
