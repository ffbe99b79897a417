"""One request to one confirmed action: the page, the check that the records are still the confirmed
ones, and the action.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core import signing
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.admin import ModelAdmin

from apps.core.actors import attributed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.editing.forms import WITHOUT_VERSION
from apps.core.admin.editing.opened_values import NAME, OpenedValues, read, sign
from apps.core.admin.editing.seen_record import SEEN, changes_since, describe_changes, seen_token
from apps.core.admin.fingerprint import fingerprint
from apps.core.admin.permissions import one_record
from apps.core.admin.second_person import SecondPerson
from apps.core.approvals import ApprovalNeeded
from apps.core.constraints import refusals_in_words
from apps.core.errors import DomainError

CONFIRMATION = "_confirmation"
_SALT = "core.confirm"
_MAX_AGE = 60 * 60
_NAMES_SHOWN = 10
_OTHER_RECORDS = "The records changed after this page was shown. Check them again and confirm."


class Confirmation:
    """One request to one confirmed action."""

    def __init__(
        self,
        model_admin: ModelAdmin,
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
        if not posted:
            return self._page(self._form(None))
        try:
            with transaction.atomic():
                form = self._locked_form()
                refused = self._refused(form)
                if refused is not None:
                    return refused
                records = self._chosen()
                if records is None:
                    return self._asks_again(form, _OTHER_RECORDS)
                with attributed(actor=self.request.user, reason=form.reason, source="form"):
                    if self.object_id is None:
                        self.second_person.demand_for_many(records)
                    with refusals_in_words():
                        message = self.options["function"](
                            self.model_admin, self.request, records, form
                        )
        except ApprovalNeeded as needed:
            return self.second_person.ask(needed, form) or self._page(form, status=409)
        except DomainError as error:
            form.add_error(None, error.message)
            return self._page(form, status=409)
        if isinstance(message, HttpResponseBase):
            return message
        if message:
            messages.success(self.request, message)
        return self._after()

    def _locked_form(self) -> ConfirmationForm:
        """Return the posted form; the record that it edits is locked until the commit."""
        if self.object_id is not None and self.options["form_class"].edits:
            self.model_admin.lock_record(self.request, unquote(self.object_id))
        form = self._form(self.request.POST)
        if form.is_compared:
            content = read(self._about(), self.request.POST.get(NAME))
            form.opened = OpenedValues(*content) if content else None
        return form

    def _refused(self, form: ConfirmationForm) -> HttpResponse | None:
        """Return the page that says why nothing was done, or None."""
        if form.is_compared and form.opened is None:
            form.add_error(None, WITHOUT_VERSION)
        if not form.is_valid():
            is_late = form.is_compared and (form.conflicts or form.opened is None)
            return self._page(form, status=409 if is_late else 200)
        sentence = self._changed_since()
        return self._asks_again(form, sentence) if sentence else None

    def _asks_again(self, form: ConfirmationForm, sentence: str) -> HttpResponse:
        messages.warning(self.request, sentence)
        return self._page(form, status=409)

    def _changed_since(self) -> str:
        """Return a sentence about what changed in the record since the page was shown."""
        # A form that edits stored values has already merged them and need not ask again.
        if self.object_id is None or self.options["form_class"].edits:
            return ""
        record = self.queryset.get()
        names = changes_since(self.options["name"], record, self.request.POST.get(SEEN))
        return describe_changes(record, names) if names else ""

    def _about(self) -> str:
        return f"{self.options['name']}:{self.model_admin.opts.label_lower}:{self.object_id}"

    def _form(self, data: Mapping[str, Any] | None) -> ConfirmationForm:
        typed = self.options["typed"]
        form: ConfirmationForm = self.options["form_class"](
            data,
            request=self.request,
            queryset=self.queryset,
            reason=self.options["reason"],
            typed=typed(self.queryset) if typed else "",
        )
        form.is_of_one = self.object_id is not None
        return form

    def _chosen(self) -> QuerySet | None:
        """Return exactly the confirmed records, or nothing if the query now finds others.

        A list's query is evaluated again by each statement. A record that appears between the count
        and the change would be changed without being confirmed, so the keys are fixed here.
        """
        if self.object_id is not None:
            return self.queryset
        keys = list(self.queryset.order_by().values_list("pk", flat=True))
        records = self.queryset.model._base_manager.filter(pk__in=keys)
        return self.queryset.filter(pk__in=keys) if self._are_confirmed(records) else None

    def _are_confirmed(self, records: QuerySet) -> bool:
        try:
            shown = signing.loads(self.request.POST[CONFIRMATION], salt=_SALT, max_age=_MAX_AGE)
        except signing.BadSignature:
            return False
        confirmed = [str(self.request.user.pk), self.options["name"], *fingerprint(records)]
        return bool(shown == confirmed)

    def _identity(self) -> list[Any]:
        return list(fingerprint(self.queryset))

    def _page(self, form: ConfirmationForm, status: int = 200) -> HttpResponse:
        request, opts = self.request, self.model_admin.opts
        count, checksum = self._identity()
        if not count:
            messages.info(request, "No records are selected.")
            return HttpResponseRedirect(request.get_full_path())
        shown = list(self.queryset[:_NAMES_SHOWN])
        if self.object_id is None:
            hidden = self._selection(count, checksum)
        else:
            hidden = self._seen(form, shown[0])
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
            "conflicts": form.conflicts,
            "cancel_url": self._back_url(),
        }
        request.current_app = self.model_admin.admin_site.name
        return TemplateResponse(request, "core/confirm.html", context, status=status)

    def _selection(self, count: int, checksum: Any) -> list[tuple[str, str]]:
        """Return the hidden fields that repeat the list's selection, with what was shown of it."""
        post, name = self.request.POST, self.options["name"]
        token = [str(self.request.user.pk), name, count, checksum]
        across = post.get("select_across", "0")
        selected = post.getlist(ACTION_CHECKBOX_NAME)
        return [
            (CONFIRMATION, signing.dumps(token, salt=_SALT)),
            ("action", name),
            ("index", "0"),
            ("select_across", across),
            *((ACTION_CHECKBOX_NAME, pk) for pk in (selected[:1] if across == "1" else selected)),
        ]

    def _seen(self, form: ConfirmationForm, record: Model) -> list[tuple[str, str]]:
        """Return the hidden fields that say how the one record was when the page was shown."""
        hidden = [(SEEN, seen_token(self.options["name"], record))]
        if form.edits:
            hidden.append((NAME, sign(self._about(), form.version.as_list())))
        return hidden

    def _url(self, record: Model) -> str:
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
        """Return to the list (Django's default for None), or to the record if it still exists."""
        if self.object_id is None:
            return None
        try:
            one_record(self.model_admin, self.request, self.object_id)
        except Http404:
            return HttpResponseRedirect(self._changelist_url())
        return HttpResponseRedirect(self._back_url())
