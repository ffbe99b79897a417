"""A record's timeline, which replaces the stock history page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from apps.audit.admin.log_form import day_widget
from apps.audit.admin.revert import may_revert, revert_view
from apps.audit.kinds import EVENT_KINDS
from apps.audit.models import Event
from apps.audit.timeline.filters import (
    KIND_CHOICES,
    from_query,
    position_from,
)
from apps.audit.timeline.history_scope import history_in_scope
from apps.audit.timeline.models import field_label, hidden_fields, history_of, visible_fields
from apps.audit.timeline.pages import page
from apps.audit.timeline.positions import branches_of_record
from apps.audit.timeline.registry import inclusions
from apps.core.actors import PermissionHolder
from apps.core.admin.changelist import declared_query
from apps.core.admin.page_parameters import checks_its_address
from apps.core.admin.trash.records import find_in_trash
from apps.core.errors import AddressRefused, MissingPermission, RecordNotFound
from apps.core.visibility import trashed_ancestor

BEFORE = "before"


class TimelineMixin:
    """Gives a ModelAdmin the timeline of its records and the page that reverts them.

    The stock pages of simple-history do not exist: nothing at `<id>/history/` accepts a POST, and
    nobody reads the history of a record outside of their scope.
    """

    def get_urls(self) -> list[URLPattern]:
        admin: Any = self
        opts = admin.opts
        own = [
            path(
                "<path:object_id>/history/<int:position>/revert/",
                admin.admin_site.admin_view(self.revert_view),
                name=f"{opts.app_label}_{opts.model_name}_revert",
            )
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    @checks_its_address
    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        admin: Any = self
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        model = admin.model._meta.concrete_model
        record = _in_scope(admin, request, unquote(object_id))
        if record is None:
            return _of_what_is_gone(admin, request, unquote(object_id))
        if not admin.has_view_or_change_permission(request, record):
            raise MissingPermission(permission_to("view", admin.model))
        context = {
            **timeline_context(request, model, record.pk),
            "title": f"History of {record}",
            "opts": admin.opts,
            "original": record,
            "in_trash": find_in_trash(request.user, model, record.pk),
            "revert_url_name": _revert_url_name(admin, request, record),
            **(extra_context or {}),
        }
        return timeline_response(admin, request, context)

    def revert_view(self, request: HttpRequest, object_id: str, position: int) -> HttpResponse:
        admin: Any = self
        record = _in_scope(admin, request, unquote(object_id))
        if record is None or getattr(record, "is_deleted", False) or trashed_ancestor(record):
            raise RecordNotFound(admin.model, object_id)
        return revert_view(admin, request, record, position)


class TimelineForm(forms.Form):
    """The filters of a timeline; each field is a URL parameter."""

    field = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    actor = forms.CharField(label="Person", required=False, widget=UnfoldAdminTextInputWidget)
    kind = forms.ChoiceField(required=False, widget=UnfoldAdminSelectWidget)
    since = forms.DateField(label="From", required=False, widget=day_widget())
    until = forms.DateField(label="To", required=False, widget=day_widget())

    def __init__(
        self, data: Mapping[str, Any] | None, model: type[models.Model], key: object
    ) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["field"].choices = [("", "Any"), *_field_choices(model)]
        fields["kind"].choices = [("", "Any"), *KIND_CHOICES, *_event_choices(model, key)]


def _event_choices(model: type[models.Model], key: Any) -> list[tuple[str, str]]:
    """Return the kinds of events that the record has; an organization never signs in."""
    content_type = ContentType.objects.get_for_model(model)
    of_record = Event.objects.filter(target_type=content_type, target_pk=str(key))
    present = set(of_record.order_by().values_list("kind", flat=True).distinct())
    return [(str(kind), kind.label) for kind in EVENT_KINDS if kind in present]


def timeline_context(
    request: HttpRequest, model: type[models.Model], key: object
) -> dict[str, Any]:
    """Return the entries of a record as the URL filters them. The caller has checked access to the record."""
    query = declared_query(request, [*TimelineForm.base_fields, BEFORE], page_url=request.path)
    filter = from_query(query)
    before = position_of(query, list_url=request.path)

    def shows(member: type[models.Model]) -> bool:
        # A many-to-many's own table has no page and no permission that anybody has.
        return bool(member._meta.auto_created) or request.user.has_perm(
            permission_to("view", member)
        )

    return {
        "form": TimelineForm(query, model, key),
        "filter": filter,
        "is_filtered": not filter.is_empty,
        "is_first_page": not before,
        "page": page(
            branches_of_record(model, key, shows=shows),
            viewer=request.user,
            filter=filter,
            before=before,
            about=(model, key),
        ),
    }


def position_of(query: Mapping[str, str], *, list_url: str) -> int | None:
    """Return the position below which a page starts; None for the first page."""
    given = query.get(BEFORE, "")
    position = position_from(given)
    if given and position is None:
        raise AddressRefused(f"“{given[:60]}” is not a position in the log.", list_url=list_url)
    return position


def timeline_response(
    admin: ModelAdmin, request: HttpRequest, context: dict[str, Any]
) -> HttpResponse:
    request.current_app = admin.admin_site.name
    return TemplateResponse(
        request,
        "audit/timeline.html",
        {
            **admin.admin_site.each_context(request),
            "may_see_change_sets": may_see_change_sets(request.user),
            **context,
        },
    )


def may_see_change_sets(user: PermissionHolder) -> bool:
    return bool(user.has_perm("audit.view_changeset") or user.has_perm("audit.view_auditlog"))


def _in_scope(admin: ModelAdmin, request: HttpRequest, key: str) -> Any:
    """Return the record if the user may see it, even in the trash; otherwise nothing."""
    record = admin.get_object(request, key)
    everything = getattr(admin.model._meta.concrete_model, "all_objects", None)
    if record is not None or everything is None:
        return record
    try:
        return everything.for_staff(request.user).filter(pk=key).first()
    except (ValidationError, ValueError):
        return None


def _of_what_is_gone(admin: ModelAdmin, request: HttpRequest, key: str) -> HttpResponse:
    """Redirect auditors to the history of a deleted record; other people get nothing."""
    model = admin.model._meta.concrete_model
    history = history_of(model)
    try:
        key = model._meta.pk.to_python(key)
        known = (
            history is not None
            and history_in_scope(model, request.user).filter(**{model._meta.pk.name: key}).exists()
        )
    except (ValidationError, ValueError):
        known = False
    if not known or not request.user.has_perm("audit.view_auditlog"):
        raise RecordNotFound(admin.model, str(key))
    return HttpResponseRedirect(record_url(model, key))


def record_url(model: type[models.Model], key: object) -> str:
    """Return the URL of a record's history that works without the record."""
    return reverse("admin:audit_changeset_record", args=[model._meta.label_lower, key])


def permission_to(verb: str, model: type[models.Model]) -> str:
    return f"{model._meta.app_label}.{verb}_{model._meta.model_name}"


def _revert_url_name(admin: ModelAdmin, request: HttpRequest, record: models.Model) -> str:
    if getattr(record, "is_deleted", False) or trashed_ancestor(record):
        return ""
    if not may_revert(admin, request, record):
        return ""
    return f"admin:{admin.opts.app_label}_{admin.opts.model_name}_revert"


def _field_choices(model: type[models.Model]) -> list[tuple[str, str]]:
    """Return the fields of a model and of the models that its timeline includes, by their labels."""
    found: dict[str, str] = {}
    for shown in (model, *(inclusion.member for inclusion in inclusions.get(model, []))):
        history: Any = history_of(shown)
        if history is None:
            continue
        for field in visible_fields(history):
            found.setdefault(field.name, field_label(shown, field.name))
        for name in hidden_fields(history) if shown is model else ():
            found.setdefault(name, field_label(shown, name))
    return sorted(
        ((name, label[:1].upper() + label[1:]) for name, label in found.items()),
        key=lambda choice: choice[1].lower(),
    )
