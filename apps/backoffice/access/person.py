"""The page that answers "what can this person do, and why?"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from apps.accounts.approvals.selectors import approvals_of, to_decide
from apps.accounts.models import User
from apps.accounts.people_scope import scope_in_words
from apps.accounts.signin.sudo import has_second_factor
from apps.backoffice.access.answers import answers
from apps.backoffice.access.permission_holders import SUPERUSER, held
from apps.backoffice.access.permission_words import Right, rights
from apps.core.actors import require
from apps.core.admin.page_parameters import takes
from apps.core.errors import RecordNotFound
from apps.core.gates import DECLARED, closure_of
from apps.core.scope import sees_everything

# The most powerful permissions, which are listed first.
GREAT = (
    "accounts.set_roles",
    "accounts.set_scope",
    "accounts.impersonate_user",
    "accounts.export_personal_data",
    "organizations.purge_organization",
    "transfers.import_data",
    "transfers.undo_import",
    "transfers.export_data",
    "flags.flip_flag",
)


@dataclass(frozen=True)
class RoleGiven:
    """A role that a person has, with who gave it and when, from the history."""

    name: str
    role_id: int
    at: datetime | None
    by: str
    reason: str


@takes("q")
@require_GET
def person_page(request: HttpRequest, user_id: str) -> HttpResponse:
    require(request.user, "accounts.view_user", "auth.view_group")
    try:
        person = User.objects.for_staff(request.user).filter(pk=user_id).first()
    except (ValidationError, ValueError):
        person = None
    if person is None:
        raise RecordNotFound(User, user_id)
    return _page(request, person, f"What {person} can do, and why")


@takes("q")
@require_GET
def own_page(request: HttpRequest) -> HttpResponse:
    """Show your own permissions, which all staff may see."""
    person = request.user
    assert isinstance(person, User)  # noqa: S101  Said by admin_view.
    return _page(request, person, "What I can do, and why")


def _page(request: HttpRequest, person: User, title: str) -> HttpResponse:
    question = request.GET.get("q", "").strip()[:200]
    given = held(person)
    may = set(rights()) if person.is_superuser else set(given)
    may = may if person.is_active and person.is_staff else set()
    by_job: dict[str, list[tuple[Right, list[str]]]] = {}
    for right in rights().values():
        if right.code in may:
            why = [SUPERUSER] if person.is_superuser else given[right.code]
            by_job.setdefault(right.job, []).append((right, why))
    roles = roles_given(person)
    names = [role.name for role in roles]
    context = {
        **admin.site.each_context(request),
        "title": title,
        "person": person,
        "is_own": person.pk == request.user.pk,
        "question": question,
        "answers": answers(person, question) if question else [],
        "roles": roles,
        "role_names": names,
        "scope": scope_in_words(person),
        "is_limited": not sees_everything(person),
        "has_second_factor": has_second_factor(person),
        "sessions": UserSession.objects.filter(user=person).count(),
        "great": [rights()[code].words for code in GREAT if code in may and code in rights()],
        "jobs": by_job,
        "number": len(may & rights().keys()),
        "total": len(rights()),
        "lacking": [right for right in rights().values() if right.code not in may],
        "closures": [
            closure.sentence
            for gate in DECLARED
            if gate.permission and (closure := closure_of(gate, person))
        ],
        "approvals": sorted(
            {answer.sentence for code in may for answer in approvals_of(code, person)}
        ),
        "decides": to_decide(person).count() if may else 0,
    }
    request.current_app = admin.site.name
    return TemplateResponse(request, "backoffice/access/person.html", context)


def roles_given(person: User) -> list[RoleGiven]:
    """Return the person's roles, each with who gave it last, and when."""
    through: Any = User.groups.through
    newest: dict[int, Any] = {}
    rows = through.history.filter(user=person.pk, history_type="+").select_related("change_set")
    for row in rows.order_by("history_id"):
        newest[row.group_id] = row
    found = []
    for group in person.groups.order_by("name"):
        row = newest.get(group.pk)
        change_set = row.change_set if row else None
        found.append(
            RoleGiven(
                name=group.name,
                role_id=group.pk,
                at=row.history_date if row else None,
                by=str(change_set.actor_name) if change_set else "",
                reason=str(change_set.reason or "") if change_set else "",
            )
        )
    return found
