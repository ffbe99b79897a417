"""The confirmation page of an action that a second person must approve.

Its button asks for approval instead of acting. If an action's service asks for an approval of its
own, the ModelAdmin names its kind, so that the page can announce it: `approval_kinds = {"purge":
"organizations.purge_organization"}`. Any other action of a list needs approval if too many records
are selected.
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
# The field that a confirmation posts besides its form.
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
    """The approval that one confirmation may need."""

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
        """Return the sentence of the page if the button will ask for approval."""
        if self.needed:
            return self.needed
        if not (self.kind or self.is_list):
            return ""
        return APPROVALS.get().approval_message(self.kind, self.queryset, self.request.user)

    def demand_for_many(self, records: QuerySet) -> None:
        """Raise `ApprovalNeeded` if a list's action covers more records than one person may decide on."""
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
        """Create the request if the button asked for it; nothing if the page must announce it first."""
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
