"""On a person's page: their sign-in address, and a pending change of it."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminEmailInputWidget

from apps.accounts.email_changes.selectors import pending_email_change
from apps.accounts.email_changes.services import (
    APPROVAL,
    PERMISSION,
    email_change_cancel,
    email_change_request,
)
from apps.accounts.models import User
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import EMPTY, moment
from apps.core.personal import reveal


class EmailForm(ConfirmationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = forms.EmailField(
            label="New e-mail address",
            max_length=254,
            widget=UnfoldAdminEmailInputWidget(attrs={"autocomplete": "off"}),
        )
        self.fields = {"email": email, **self.fields}

    def consequences(self) -> list[str]:
        waiting = pending_email_change(self.queryset.get())
        return ["A change that is still waiting for confirmation is canceled."] if waiting else []


class EmailActions:
    approval_kinds = {"change_email": APPROVAL}

    @display(description="new e-mail")
    def pending_email(self, user: User) -> SafeString | str:
        change = pending_email_change(user)
        if change is None:
            return EMPTY
        return format_html(
            "Waiting for {} to be confirmed. Requested by {}: “{}”. The link expires {}.",
            reveal(change.new_email, key=user.pk),
            change.requested_by or "the system",
            change.reason,
            moment(change.expires_at),
        )

    @confirmed(
        permission=PERMISSION,
        needs_full_access=True,
        description="Change e-mail address",
        icon="alternate_email",
        explanation=(
            "We send a confirmation link to the new address. Nothing changes until it is used."
        ),
        consequences=lambda users: [
            "Anyone with access to the new mailbox can then sign in as this person.",
            "When it is confirmed, the person is signed out everywhere.",
            "The current address gets an e-mail now, and another one when the change is made.",
        ],
        form_class=EmailForm,
        when=lambda user: user.status == User.Status.ACTIVE,
        in_row_menu=False,
        sudo=True,
    )
    def change_email(self, request: HttpRequest, users: QuerySet[Any], answer: EmailForm) -> str:
        user = users.get()
        change = email_change_request(
            user=user,
            email=answer.cleaned_data["email"],
            actor=request.user,
            reason=answer.reason,
        )
        return f"A confirmation link was sent to {change.new_email}. Nothing has changed yet."

    @confirmed(
        permission=PERMISSION,
        needs_full_access=True,
        description="Cancel the change of e-mail address",
        icon="cancel",
        explanation="The link in the e-mail stops working. The address stays the same.",
        when=lambda user: pending_email_change(user) is not None,
        in_row_menu=False,
    )
    def cancel_email_change(
        self, request: HttpRequest, users: QuerySet[Any], answer: ConfirmationForm
    ) -> str:
        user = users.get()
        email_change_cancel(user=user, actor=request.user, reason=answer.reason)
        return f"Canceled. The e-mail address of {user} stays the same."
