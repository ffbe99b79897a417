"""Actions that change something: confirmed on a page of their own, done by a POST, never by a GET.

One method serves the list's bulk actions, the row menu and the object's page:

    class OrganizationAdmin(BaseAdmin):
        actions = ["move_to_trash"]
        actions_row = actions_detail = ["move_to_trash"]

        @confirmed(
            permission="organizations.delete_organization",
            description="Move to trash",
            danger=True,
            consequences=lambda organizations: ["Their projects go with them."],
        )
        def move_to_trash(
            self, request: HttpRequest, organizations: QuerySet, answer: ConfirmationForm
        ) -> str:
            for organization in organizations:
                record_trash(record=organization, actor=request.user)
            return f"{len(organizations)} moved to the trash."

The page shows how many records and which are meant, the consequences, and the form: a reason, what
must be typed, and whatever fields a `form_class` of your own (a `ConfirmationForm`) adds. The method
runs after the POST, in one transaction, attributed to the user with the reason; what it returns is
the success message, or a response of its own. A `DomainError` undoes everything and is shown on the
page, with the input kept. What needs a second person becomes a request by the same button; see
`second_person.py`. "Select all" posts no ids: the list's query is in the address, and the
number and identity of the records are checked again against what was confirmed.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Literal

from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from unfold.enums import ActionVariant

from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.confirmation import Confirmation
from apps.core.admin.gates import closed_response
from apps.core.admin.permissions import is_closed, may, one_record, permission_name
from apps.core.errors import FullAccessNeeded, MissingPermission
from apps.core.gates import Gate
from apps.core.sudo import has_fresh_factor, require_fresh_factor
from apps.core.wording import counted


def confirmed(
    *,
    permission: str,
    description: str,
    reason: str = "required",
    danger: bool = False,
    icon: str | None = None,
    explanation: str = "",
    consequences: Callable[[QuerySet], Iterable[str]] | None = None,
    typed: Callable[[QuerySet], str] | None = None,
    when: Callable[[Any], bool] | None = None,
    form_class: type[ConfirmationForm] = ConfirmationForm,
    in_row_menu: bool = True,
    needs_full_access: bool = False,
    sudo: bool | Literal["bulk"] | Callable[[QuerySet], bool] = False,
    gate: Gate | None = None,
) -> Callable[[Callable[..., Any]], Any]:
    """Make a ModelAdmin method an action that asks first; see the module's docstring.

    `permission` is a named permission ("organizations.purge_organization"), or one of the stock
    words ("delete") that ask the ModelAdmin; it is checked both for showing and for doing.
    `reason` is "required", "optional" or "none". `explanation` is one sentence under the title;
    `consequences` returns sentences, worst first. `typed` returns what must be typed, for what
    cannot be undone. `when` says of one record whether its page offers the action; the service
    still has the last word. `needs_full_access` is for what affects every organization: it is neither
    offered to limited staff nor done for them. `sudo` asks for a fresh factor before the page is shown and again before
    it is done; "bulk" asks only where more than one record is meant, a function where it says so.
    While `gate` is closed, the page says why instead of asking.
    """

    def declare(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def action(
            model_admin: ModelAdmin,
            request: HttpRequest,
            queryset: QuerySet | None = None,
            object_id: str | None = None,
        ) -> HttpResponseBase | None:
            if not may(model_admin, request, permission):
                raise MissingPermission(permission_name(model_admin, permission))
            if is_closed(model_admin, request, action):
                raise FullAccessNeeded
            if object_id is not None:
                queryset = one_record(model_admin, request, object_id)
                if not may(model_admin, request, permission, queryset.get()):
                    raise MissingPermission(permission_name(model_admin, permission))
            if queryset is None:
                raise Http404("Nothing is selected.")
            if gate is not None and (closed := closed_response(request, gate)):
                return closed
            if _asks(sudo, queryset) and not has_fresh_factor(request):
                require_fresh_factor(request, _purpose(description, queryset))
            return Confirmation(model_admin, request, queryset, object_id, action, options).run()

        options = {
            "name": function.__name__,
            "function": function,
            "description": description,
            "reason": reason,
            "danger": danger,
            "explanation": explanation,
            "consequences": consequences,
            "typed": typed,
            "form_class": form_class,
        }
        # What Django and Unfold read off an action.
        action.allowed_permissions = [permission]  # type: ignore[attr-defined]
        action.short_description = description  # type: ignore[attr-defined]
        action.url_path = function.__name__.replace("_", "-")  # type: ignore[attr-defined]
        action.attrs = {}  # type: ignore[attr-defined]
        action.icon = icon  # type: ignore[attr-defined]
        action.variant = _variant(danger)  # type: ignore[attr-defined]
        action.extra_options = {"display_in_dropdown": in_row_menu}  # type: ignore[attr-defined]
        action.when = when  # type: ignore[attr-defined]
        action.is_confirmed = True  # type: ignore[attr-defined]
        action.needs_full_access = needs_full_access  # type: ignore[attr-defined]
        action.sudo = sudo  # type: ignore[attr-defined]
        action.confirmation = options  # type: ignore[attr-defined]
        return action

    return declare


def _variant(danger: bool) -> ActionVariant:
    # The head of a record puts what is dangerous last, in red words, in its menu.
    return ActionVariant.DANGER if danger else ActionVariant.DEFAULT


def _purpose(description: str, queryset: QuerySet) -> str:
    """Return what a factor is asked for: “delete for good (Harbor Committee)”."""
    some = list(queryset[:2])
    what = str(some[0]) if len(some) == 1 else counted(queryset.count(), queryset.model)
    return f"{description[:1].lower()}{description[1:]} ({what})"


def _asks(sudo: bool | Literal["bulk"] | Callable[[QuerySet], bool], queryset: QuerySet) -> bool:
    if callable(sudo):
        return bool(sudo(queryset))
    return len(queryset[:2]) > 1 if sudo == "bulk" else bool(sudo)
