"""On a user's page: acting as this person, and removing their personal data."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.accounts.admin.impersonation_form import ImpersonationForm
from apps.accounts.anonymization.services import PERMISSION as ANONYMIZE
from apps.accounts.anonymization.services import user_anonymization_preview, user_anonymize
from apps.accounts.event_kinds import removed_in_words
from apps.accounts.gates import IMPERSONATION
from apps.accounts.impersonation import sessions
from apps.accounts.impersonation.rules import PERMISSION as IMPERSONATE
from apps.accounts.impersonation.services import impersonation_start
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.gates import is_open


class AnonymizationForm(ConfirmationForm):
    def consequences(self) -> list[str]:
        return user_anonymization_preview(self.queryset.get())


class PersonActions:
    @confirmed(
        permission=IMPERSONATE,
        description="Act as this person",
        icon="supervisor_account",
        explanation="You see the back office as this person does, for a limited time.",
        consequences=lambda users: [
            "They can see in their history that you did this, when, and why.",
            "Everything you do is recorded with both names.",
        ],
        form_class=ImpersonationForm,
        when=lambda user: user.is_staff and user.is_active and is_open(IMPERSONATION),
        gate=IMPERSONATION,
        sudo=True,
    )
    def impersonate(
        self, request: HttpRequest, users: QuerySet[Any], answer: ImpersonationForm
    ) -> HttpResponse:
        actor: Any = request.user
        begun = impersonation_start(
            target=users.get(),
            may_write=answer.cleaned_data.get("may_write", False),
            actor=actor,
            reason=answer.reason,
        )
        sessions.enter_impersonation(request, begun)
        return HttpResponseRedirect(reverse("admin:index"))

    @confirmed(
        permission=ANONYMIZE,
        needs_full_access=True,
        description="Remove personal data",
        icon="person_remove",
        danger=True,
        explanation=(
            "Use this when a person asks for it. It doesn't reach e-mails, downloads, and "
            "backups made before."
        ),
        typed=lambda users: str(users.get()),
        form_class=AnonymizationForm,
        when=lambda user: not user.is_staff and not user.is_removed,
        sudo=True,
    )
    def anonymize(
        self, request: HttpRequest, users: QuerySet[Any], answer: AnonymizationForm
    ) -> str:
        gone = user_anonymize(user=users.get(), actor=request.user, reason=answer.reason)
        if left := gone.get("left", 0):
            messages.warning(
                request,
                f"The address or the name is still in {left:,} older values of other records. "
                "History keeps those. If they are personal, change those records or trim the history.",
            )
        return f"The person's data is removed: {removed_in_words(gone)}."
