"""The confirmation page of what a second person must approve: the button asks instead of doing.

Where an action's service asks for an approval of its own, the ModelAdmin says of which kind, so that
the page can tell beforehand: `approval_kinds = {"purge": "organizations.purge_organization"}`. Any other action
of a list asks for one by itself where too many records are selected.
"""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect

from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.approvals import APPROVALS, ApprovalNeeded
from apps.core.errors import DomainError

ASK = "_ask"
# What a confirmation posts besides its form.
_SELECTED = "_selected_action"
_OWN = {
    "csrfmiddlewaretoken",
    "_confirmation",
    "action",
    "index",
    "select_across",
    _SELECTED,
    ASK,
}


class SecondPerson:
    """What one confirmation has to do with a second person."""

    def __init__(
        self,
        model_admin: ModelAdmin,
        request: HttpRequest,
        queryset: QuerySet,
        options: dict[str, Any],
    ) -> None:
        self.request = request
        self.queryset = queryset
        self.options = options
        self.kind = getattr(model_admin, "approval_kinds", {}).get(options["name"], "")
        self.is_list = _SELECTED in request.POST
        self.needed = ""

    def sentence(self) -> str:
        """Return what the page says, where the button will ask."""
        if self.needed:
            return self.needed
        if not (self.kind or self.is_list):
            return ""
        return APPROVALS.get().approval_message(self.kind, self.queryset, self.request.user)

    def demand_for_many(self, records: QuerySet) -> None:
        """Raise `ApprovalNeeded` where a list's action means more records than one may decide on."""
        if self.kind:
            return
        APPROVALS.get().require_for_many(
            records=records,
            action=self.options["name"],
            label=self.options["description"],
            data={
                name: [str(value) for value in values]
                for name, values in self.request.POST.lists()
                if name not in _OWN
            },
            user=self.request.user,
        )

    def ask(self, needed: ApprovalNeeded, form: ConfirmationForm) -> HttpResponseRedirect | None:
        """Make the request if the button said so; nothing where the page must say it first."""
        self.needed = needed.message
        if ASK not in self.request.POST:
            return None
        try:
            asked = APPROVALS.get().ask(needed, actor=self.request.user, reason=form.reason)
        except DomainError as error:
            form.add_error(None, error.message)
            return None
        messages.success(self.request, asked.message)
        return HttpResponseRedirect(asked.url)
