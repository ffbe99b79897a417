"""A run with its action, its actor as they are now, and the cleaned values of its form."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import QueryDict

from apps.audit.context import audit_context
from apps.bulk.actions import BulkAction, FormClass, Values, offered
from apps.bulk.change_sources import BULK, BULK_RUN, BULK_UNDO
from apps.bulk.models import BulkRun
from apps.bulk.ports import STAND_INS
from apps.core.actors import PermissionHolder, holds
from apps.core.admin.listed import listed_queryset, request_of
from apps.core.discovery import full_site
from apps.core.errors import DomainError


@dataclass
class RunContext:
    """What one transaction of a run needs. Made again for each, so that what was revoked counts at once."""

    run: BulkRun
    action: BulkAction
    form_class: FormClass
    actor: Any

    @cached_property
    def values(self) -> Values:
        return cleaned(self.form_class, self.run.arguments, self.actor)

    def records(self) -> QuerySet[Any]:
        """Return the records that the list shows the actor now: its filters, its search, their scope."""
        found = listed_queryset(self.run.model, self.run.query.get("query", ""), self.actor)
        keys = self.run.query.get("keys")
        return found if keys is None else found.filter(pk__in=keys)


def action_of(run: BulkRun) -> BulkAction:
    full_site()
    return offered(run.action).action


def context_of(run: BulkRun) -> RunContext:
    """Return the context of applying; raises DomainError if the user may no longer do it."""
    return _context(run, run.user, run.real_user)


def undo_context_of(run: BulkRun) -> RunContext:
    """Return the context of undoing, as `context_of` does for the user who asked for it."""
    if run.undo_user is None:
        raise DomainError("Nobody asked for an undo.")
    return _context(run, run.undo_user, run.undo_real_user)


def _context(
    run: BulkRun, user: PermissionHolder, real_user: PermissionHolder | None
) -> RunContext:
    full_site()
    found = offered(run.action)
    now = get_user_model()._default_manager.get(pk=user.pk)
    what = found.action.label.lower()
    if not now.is_active:
        raise DomainError(f"{now} is deactivated, so “{what}” was not continued.")
    if not holds(now, found.action.permission):
        raise DomainError(
            f"{now} no longer has the permission {found.action.permission}, so “{what}” was not "
            "continued."
        )
    if obstacle := STAND_INS.get()(now, real_user):
        raise DomainError(obstacle)
    found.action.refuse(now)
    return RunContext(run, found.action, found.form_class, now)


def cleaned(
    form_class: FormClass, arguments: dict[str, list[str]], actor: PermissionHolder
) -> Values:
    """Return the values of a posted form, checked again in the actor's scope."""
    posted: Any = QueryDict(mutable=True)
    for name, given in arguments.items():
        posted.setlist(name, given)
    form = form_class(posted, request=request_of(actor), queryset=None, reason="none")
    if not form.is_valid():
        raise DomainError(" ".join(str(each) for every in form.errors.values() for each in every))
    return dict(form.cleaned_data)


def audited(run: BulkRun) -> AbstractContextManager[None]:
    """Attribute what is applied: one change set for the whole run, whatever attempts it takes."""
    return audit_context(
        actor=run.user,
        real_actor=run.real_user,
        reason=run.reason,
        source=BULK,
        run=(BULK_RUN, run.pk),
    )


def undo_audited(run: BulkRun) -> AbstractContextManager[None]:
    return audit_context(
        actor=run.undo_user,
        real_actor=run.undo_real_user,
        reason=run.undo_reason,
        source=BULK_UNDO,
        run=(BULK_RUN, run.pk),
    )
