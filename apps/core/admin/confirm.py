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
                organization_trash(organization=organization, actor=request.user)
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

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.enums import ActionVariant

from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.fingerprint import fingerprint
from apps.core.admin.second_person import SecondPerson
from apps.core.admin.wording import counted
from apps.core.approvals import ApprovalNeeded
from apps.core.attribution import attributed
from apps.core.errors import DomainError, MissingPermission, RecordNotFound
from apps.core.sudo import has_fresh_factor, require_fresh_factor

CONFIRMATION = "_confirmation"
_SALT = "core.confirm"
_MAX_AGE = 60 * 60
_NAMES_SHOWN = 10


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
    sudo: bool | Literal["bulk"] | Callable[[QuerySet], bool] = False,
) -> Callable[[Callable[..., Any]], Any]:
    """Make a ModelAdmin method an action that asks first; see the module's docstring.

    `permission` is a named permission ("organizations.purge_organization"), or one of the stock
    words ("delete") that ask the ModelAdmin; it is checked both for showing and for doing.
    `reason` is "required", "optional" or "none". `explanation` is one sentence under the title;
    `consequences` returns sentences, worst first. `typed` returns what must be typed, for what
    cannot be undone. `when` says of one record whether its page offers the action; the service
    still has the last word. `sudo` asks for a fresh factor before the page is shown and again before
    it is done; "bulk" asks only where more than one record is meant, a function where it says so.
    """

    def declare(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def action(
            model_admin: Any,
            request: HttpRequest,
            queryset: QuerySet | None = None,
            object_id: str | None = None,
        ) -> HttpResponseBase | None:
            if not may(model_admin, request, permission):
                raise MissingPermission(permission_name(model_admin, permission))
            if object_id is not None:
                queryset = _one(model_admin, request, object_id)
                if not may(model_admin, request, permission, queryset.get()):
                    raise MissingPermission(permission_name(model_admin, permission))
            if queryset is None:
                raise Http404("Nothing is selected.")
            if _asks(sudo, queryset) and not has_fresh_factor(request):
                require_fresh_factor(request, _purpose(description, queryset))
            return _Confirmation(model_admin, request, queryset, object_id, action, options).run()

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
        action.variant = ActionVariant.DEFAULT  # type: ignore[attr-defined]
        action.extra_options = {"display_in_dropdown": in_row_menu}  # type: ignore[attr-defined]
        action.when = when  # type: ignore[attr-defined]
        action.is_confirmed = True  # type: ignore[attr-defined]
        action.confirmation = options  # type: ignore[attr-defined]
        return action

    return declare


def _purpose(description: str, queryset: QuerySet) -> str:
    """Return what a factor is asked for: “delete for good: Harbor Committee”."""
    some = list(queryset[:2])
    what = str(some[0]) if len(some) == 1 else counted(queryset.count(), queryset.model)
    return f"{description[:1].lower()}{description[1:]}: {what}"


def _asks(sudo: Any, queryset: QuerySet) -> bool:
    if callable(sudo):
        return bool(sudo(queryset))
    return len(queryset[:2]) > 1 if sudo == "bulk" else bool(sudo)


def may(model_admin: Any, request: HttpRequest, permission: str, record: Any = None) -> bool:
    """Tell whether the user holds a named permission, or the ModelAdmin grants a stock one."""
    if "." in permission:
        return bool(request.user.has_perm(permission))
    has_permission = getattr(model_admin, f"has_{permission}_permission")
    if record is not None and permission in ("view", "change", "delete"):
        return bool(has_permission(request, record))
    return bool(has_permission(request))


def permission_name(model_admin: Any, permission: str) -> str:
    opts = model_admin.opts.concrete_model._meta
    return permission if "." in permission else f"{opts.app_label}.{permission}_{opts.model_name}"


def _one(model_admin: Any, request: HttpRequest, object_id: str) -> QuerySet:
    try:
        queryset = model_admin.get_queryset(request).filter(pk=unquote(object_id))
        found = queryset.exists()
    except (ValueError, ValidationError):
        found = False
    if not found:
        raise RecordNotFound(model_admin.model, object_id)
    return queryset


class _Confirmation:
    """One request to one confirmed action."""

    def __init__(
        self,
        model_admin: Any,
        request: HttpRequest,
        queryset: QuerySet,
        object_id: str | None,
        action: Callable[..., Any],
        options: dict[str, Any],
    ) -> None:
        self.model_admin = model_admin
        self.request = request
        self.queryset = queryset
        self.object_id = object_id
        self.action = action
        self.options = options
        self.second_person = SecondPerson(model_admin, request, queryset, options)

    def run(self) -> HttpResponseBase | None:
        posted = self.request.method == "POST" and (
            self.object_id is not None or CONFIRMATION in self.request.POST
        )
        form = self._form(self.request.POST if posted else None)
        if not posted or not form.is_valid():
            return self._page(form)
        if not self._still_the_same():
            messages.warning(
                self.request,
                "The records changed since this page was shown. Look at them again and confirm.",
            )
            return self._page(form, status=409)
        try:
            with (
                transaction.atomic(),
                attributed(actor=self.request.user, reason=form.reason, door="form"),
            ):
                if self.object_id is None:
                    self.second_person.demand_for_many()
                said = self.options["function"](self.model_admin, self.request, self.queryset, form)
        except ApprovalNeeded as needed:
            return self.second_person.ask(needed, form) or self._page(form, status=409)
        except DomainError as error:
            form.add_error(None, error.message)
            return self._page(form, status=409)
        if isinstance(said, HttpResponseBase):
            return said
        if said:
            messages.success(self.request, said)
        return self._after()

    def _form(self, data: Any) -> ConfirmationForm:
        typed = self.options["typed"]
        form: ConfirmationForm = self.options["form_class"](
            data,
            request=self.request,
            queryset=self.queryset,
            reason=self.options["reason"],
            typed=typed(self.queryset) if typed else "",
        )
        return form

    def _still_the_same(self) -> bool:
        if self.object_id is not None:
            return True
        try:
            shown = signing.loads(self.request.POST[CONFIRMATION], salt=_SALT, max_age=_MAX_AGE)
        except signing.BadSignature:
            return False
        return bool(shown == [str(self.request.user.pk), self.options["name"], *self._identity()])

    def _identity(self) -> list[Any]:
        return list(fingerprint(self.queryset))

    def _page(self, form: ConfirmationForm, status: int = 200) -> HttpResponse:
        request, opts = self.request, self.model_admin.opts
        count, checksum = self._identity()
        if not count:
            messages.info(request, "No records are selected any more.")
            return HttpResponseRedirect(request.get_full_path())
        hidden: list[tuple[str, str]] = []
        if self.object_id is None:
            token = [str(request.user.pk), self.options["name"], count, checksum]
            across = request.POST.get("select_across", "0")
            selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
            hidden = [
                (CONFIRMATION, signing.dumps(token, salt=_SALT)),
                ("action", self.options["name"]),
                ("index", "0"),
                ("select_across", across),
                *(
                    (ACTION_CHECKBOX_NAME, pk)
                    for pk in (selected[:1] if across == "1" else selected)
                ),
            ]
        shown = list(self.queryset[:_NAMES_SHOWN])
        noun = opts.verbose_name if count == 1 else opts.verbose_name_plural
        consequences = self.options["consequences"]
        context = {
            **self.model_admin.admin_site.each_context(request),
            "title": self.options["description"],
            "subtitle": str(shown[0]) if count == 1 else None,
            "opts": opts,
            "form": form,
            "original": shown[0] if self.object_id is not None else None,
            "media": form.media,
            "count": count,
            "noun": noun,
            "records": [(record, self._url(record)) for record in shown],
            "more": count - len(shown),
            "explanation": self.options["explanation"],
            "consequences": [
                *(consequences(self.queryset) if consequences else ()),
                *form.consequences(),
            ],
            "danger": self.options["danger"],
            "second_person": self.second_person.sentence(),
            "hidden": hidden,
            "cancel_url": self._back_url(),
        }
        request.current_app = self.model_admin.admin_site.name
        return TemplateResponse(request, "core/confirm.html", context, status=status)

    def _url(self, record: Any) -> str:
        opts = self.model_admin.opts
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])

    def _changelist_url(self) -> str:
        opts = self.model_admin.opts
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")

    def _back_url(self) -> str:
        if self.object_id is None:
            return self.request.get_full_path()
        opts = self.model_admin.opts
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[self.object_id])

    def _after(self) -> HttpResponse | None:
        """Return to the list (Django does, on None), or to the record if it is still there."""
        if self.object_id is None:
            return None
        try:
            _one(self.model_admin, self.request, self.object_id)
        except Http404:
            return HttpResponseRedirect(self._changelist_url())
        return HttpResponseRedirect(self._back_url())
