"""ModelAdmin and inline base classes that lose nobody's change."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model
from django.db.models.options import Options
from django.forms import BaseInlineFormSet, Field, ModelForm
from django.http import HttpRequest, HttpResponse

from apps.core.admin.editing import service_calls
from apps.core.admin.editing.deleted_record import gone_response
from apps.core.admin.editing.forms import VersionedModelForm
from apps.core.admin.editing.formsets import VersionedFormSet
from apps.core.admin.editing.merge_messages import describe_merges
from apps.core.admin.editing.rows import VersionedRowForm
from apps.core.admin.reason import reason_of
from apps.core.admin.unfold_internals import run_submit_actions
from apps.core.errors import RecordNotFound

type Service = Callable[..., Any] | None


class VersionedAdmin:
    """Compares, merges, and writes a posted change page; see the package's docstring.

    `create_service` and `update_service` (each a `staticmethod`) store a record that has rules; see
    `service_calls.py`. Without them, the changed columns are written.
    """

    form: type[ModelForm] = VersionedModelForm
    create_service: ClassVar[Service] = None
    update_service: ClassVar[Service] = None
    # The argument of `update_service` that takes the record. By default it is named after the
    # model.
    service_argument: ClassVar[str] = ""
    change_form_before_template = "core/editing/form.html"

    def lock_record(self, request: HttpRequest, key: object) -> None:
        """Lock the record until the save is committed, so that nobody saves it in between.

        A ModelAdmin whose services lock something else first must lock that here first, too.
        """
        rows = self.model._base_manager.filter(pk=key)  # type: ignore[attr-defined]
        rows.select_for_update(no_key=True).values_list("pk").first()

    def _changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        if request.method == "POST" and object_id and "_saveasnew" not in request.POST:
            # An invalid key is reported below, as it is when a page is requested.
            with suppress(ValidationError, ValueError):
                self.lock_record(request, unquote(object_id))
        response: HttpResponse = super()._changeform_view(  # type: ignore[misc]
            request, object_id, form_url, extra_context
        )
        return response

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Options, object_id: str
    ) -> HttpResponse:
        """Answer 404; Django would redirect to the start page with a message.

        If a form was open when its record was deleted, the page shows what the user typed.
        """
        response = gone_response(self, request, unquote(object_id))
        if response is not None:
            return response
        raise RecordNotFound(self.model, object_id)  # type: ignore[attr-defined]

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: object
    ) -> type[ModelForm]:
        form: Any = super().get_form(request, obj, change, **kwargs)  # type: ignore[misc]

        def field_of(name: str) -> Field | None:
            try:
                field = self.model._meta.get_field(name)  # type: ignore[attr-defined]
            except FieldDoesNotExist:
                return None
            found: Field | None = self.formfield_for_dbfield(field, request)  # type: ignore[attr-defined]
            return found

        form.field_of = staticmethod(field_of)
        form.opened_by = str(request.user.pk)
        return form

    def save_model(self, request: HttpRequest, obj: Model, form: ModelForm, change: bool) -> None:
        reason = reason_of(request)
        if not change and self.create_service:
            service_calls.create(self.create_service, form, actor=request.user, reason=reason)
        elif not change:
            obj.save()
        elif self.update_service:
            service_calls.update(
                self.update_service,
                form,
                argument=self.service_argument,
                actor=request.user,
                reason=reason,
            )
        elif isinstance(form, VersionedModelForm):
            form.write()
        else:
            # A list that is edited in place (`list_editable`) posts Django's own forms.
            obj.save(update_fields=form.changed_data)
        run_submit_actions(self, request, obj)

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: VersionedFormSet, change: bool
    ) -> None:
        if getattr(formset.inline, "update_service", None):
            service_calls.save_rows(formset, actor=request.user, reason=reason_of(request))
        else:
            formset.save()

    def construct_change_message(
        self,
        request: HttpRequest,
        form: ModelForm,
        formsets: Iterable[BaseInlineFormSet],
        add: bool = False,
    ) -> list[Any]:
        """Tell the user what was merged. Django calls this for its log once everything is stored."""
        if not add and isinstance(form, VersionedModelForm):
            for sentence in describe_merges(form, formsets, request.user):
                messages.info(request, sentence)
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        forms = [
            context["adminform"].form,
            *(
                each
                for formset in context["inline_admin_formsets"]
                for each in formset.formset.forms
            ),
        ]
        conflicts = [
            conflict
            for form in forms
            # Rows that are only shown are not cleaned, and so not compared.
            if form.is_compared and getattr(form, "cleaned_data", None) is not form.initial
            for conflict in form.conflicts
        ]
        context = {**context, "conflicts": conflicts}
        response: HttpResponse = super().render_change_form(  # type: ignore[misc]
            request, context, *args, **kwargs
        )
        if conflicts or any(form.lacks_version for form in forms):
            response.status_code = 409
        return response


class VersionedInline:
    """Compares and writes an inline's rows, through its services where it names them."""

    form: type[ModelForm] = VersionedRowForm
    formset = VersionedFormSet
    create_service: ClassVar[Service] = None
    update_service: ClassVar[Service] = None
    delete_service: ClassVar[Service] = None
    # True if rows may be changed only with a reason.
    reason_required = False

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: object) -> Any:
        formset = super().get_formset(request, obj, **kwargs)  # type: ignore[misc]
        formset.inline = self
        return formset

    def in_order(self, forms: Iterable[Any]) -> Iterable[Any]:
        """Return the changed rows in the order in which they are to be stored."""
        return forms
