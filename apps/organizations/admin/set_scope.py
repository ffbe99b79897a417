"""Sets a staff user's scope, on that person's page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminRadioSelectWidget

from apps.accounts.admin.user import UserAdmin
from apps.core.admin.autocomplete import autocompleted
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.scope import sees_everything
from apps.organizations.models import Organization, StaffOrganization
from apps.organizations.organization_scope import organizations_of
from apps.organizations.services import user_set_scope

EVERYTHING, SOME = "everything", "some"
ORGANIZATION = autocompleted(StaffOrganization._meta.get_field("organization"))


class ScopeForm(ConfirmationForm):
    """Access to everything, or to some organizations; they are searched, so there may be many."""

    edits = frozenset({"sees", "organizations"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, actor = self.queryset.get(), self.request.user
        sees_all = sees_everything(actor)
        # Limited staff cannot give full access, so they are not offered it.
        choices = [(EVERYTHING, "Every organization")] if sees_all else []
        seen = Organization.objects.for_staff(actor)
        own: dict[str, Any] = {
            "sees": forms.ChoiceField(
                label="Access",
                choices=[*choices, (SOME, "Only the organizations below")],
                initial=SOME if user.is_limited or not sees_all else EVERYTHING,
                widget=UnfoldAdminRadioSelectWidget(),
            ),
            "organizations": forms.ModelMultipleChoiceField(
                queryset=seen,
                required=False,
                initial=seen.filter(pk__in=organizations_of(user)),
                widget=AutocompleteSelectMultiple(ORGANIZATION, admin.site),
                help_text=(
                    "With no organization here, they see nothing. Organizations in the trash "
                    "aren't offered and don't change."
                ),
            ),
        }
        self.fields = {**own, **self.fields}

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("sees") == EVERYTHING and given.get("organizations"):
            self.add_error(
                "organizations", "Remove these, or choose “Only the organizations below”."
            )
        return given


@UserAdmin.add_action
@confirmed(
    permission="accounts.set_scope",
    description="Limit access",
    icon="visibility",
    sudo=True,
    form_class=ScopeForm,
    in_row_menu=False,
    explanation=(
        "Takes effect immediately in lists, records, search, history, exports, imports, and "
        "reports."
    ),
)
def set_scope(
    model_admin: ModelAdmin, request: HttpRequest, users: QuerySet[Any], answer: ConfirmationForm
) -> str:
    user = users.get()
    sees = user_set_scope(
        user=user,
        is_limited=answer.cleaned_data["sees"] == SOME,
        organizations=answer.cleaned_data["organizations"],
        actor=request.user,
        reason=answer.reason,
    )
    return f"{user} sees {sees}."
