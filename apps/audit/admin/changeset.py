"""The audit log, the page of a change set, and the history of deleted records."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.audit.admin.export import export_view
from apps.audit.admin.log_form import LogForm
from apps.audit.admin.timeline import (
    BEFORE,
    may_see_change_sets,
    permission_to,
    position_of,
    timeline_context,
    timeline_response,
)
from apps.audit.models import ChangeSet, Verification
from apps.audit.selectors import change_set_counts
from apps.audit.templatetags.audit_log import person
from apps.audit.timeline.filters import LOG_PARAMETERS, from_query
from apps.audit.timeline.history_scope import change_sets_in_scope, history_in_scope
from apps.audit.timeline.models import history_models
from apps.audit.timeline.pages import page
from apps.audit.timeline.positions import (
    branches_of_all,
    branches_of_change_set,
    branches_of_record,
)
from apps.core.actors import PermissionHolder, require
from apps.core.admin.base import BaseAdmin
from apps.core.admin.changelist import declared_query
from apps.core.admin.page_parameters import checks_its_address
from apps.core.admin.read_only import ReadOnly
from apps.core.errors import MissingPermission, RecordNotFound
from apps.core.scope import sees_everything


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnly, BaseAdmin):
    """The audit log is its list; the page of a change set shows what it changed."""

    page_parameters = (BEFORE,)

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                "export/",
                self.admin_site.admin_view(self.export_view),
                name="audit_changeset_export",
            ),
            path(
                "record/<str:label>/<path:object_id>/",
                self.admin_site.admin_view(self.record_view),
                name="audit_changeset_record",
            ),
        ]
        return [*own, *super().get_urls()]

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.has_perm("audit.view_auditlog")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The audit log."""
        require(request.user, "audit.view_auditlog")
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        query = declared_query(request, [*LOG_PARAMETERS, BEFORE], page_url=_log_url())
        filter = from_query(query)
        before = position_of(query, list_url=_log_url())
        context = {
            "title": "Audit log",
            "form": LogForm(query),
            "filter": filter,
            "is_filtered": not filter.is_empty,
            "is_first_page": not before,
            "page": page(
                branches_of_all(),
                viewer=request.user,
                filter=filter,
                before=before,
            ),
            "subjects": True,
            # The verdict covers every record, and its problems name some.
            "shows_verdict": sees_everything(request.user),
            "verification": Verification.objects.order_by("-started_at").first(),
            "may_export": request.user.has_perm("audit.export_auditlog"),
            "export_url": reverse("admin:audit_changeset_export"),
            **(extra_context or {}),
        }
        return self._page(request, "audit/log.html", context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the page of a change set: the part that its reader may see."""
        if object_id is None:
            raise MissingPermission("audit.add_changeset")
        if not may_see_change_sets(request.user):
            raise MissingPermission("audit.view_changeset")
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        change_set = _change_set(object_id, request.user)
        sees_all = request.user.has_perm("audit.view_auditlog")
        branches = [
            branch
            for branch in branches_of_change_set(change_set.pk)
            if sees_all
            or (branch.history and _may_view(request.user, branch.history.instance_type))
        ]
        url = reverse("admin:audit_changeset_change", args=[change_set.pk])
        before = position_of(declared_query(request, [BEFORE], page_url=url), list_url=url)
        counts = change_set_counts(change_set, request.user)
        shown = [count for count in counts if sees_all or _may_view(request.user, count.model)]
        context = {
            "title": f"Change set of {person(change_set.actor_label)}",
            "original": change_set,
            "change_set": change_set,
            "counts": shown,
            "concealed": sum(count.total for count in counts) - sum(c.total for c in shown),
            "sees_log": sees_all,
            # A URL names the record that the page was about.
            "shows_path": sees_everything(request.user) or change_set.actor_id == request.user.pk,
            "related": _related(change_set, request.user),
            "is_first_page": not before,
            "page": page(
                branches,
                viewer=request.user,
                before=before,
            ),
            "subjects": True,
            **(extra_context or {}),
        }
        return self._page(request, "audit/change_set.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A change set never changes, so its page is its history."""
        require(request.user, "audit.view_auditlog")
        return HttpResponseRedirect(reverse("admin:audit_changeset_change", args=[object_id]))

    @checks_its_address
    def record_view(self, request: HttpRequest, label: str, object_id: str) -> HttpResponse:
        """Show the history of any record, whether it still exists or not."""
        require(request.user, "audit.view_auditlog")
        models_by_label = {model._meta.label_lower: model for model in history_models()}
        model = models_by_label.get(label)
        if model is None:
            raise Http404(f"There is no history for “{label}”.")
        key = _known_key(model, object_id, request.user)
        if key is None:
            raise RecordNotFound(model, object_id)
        (own, *_) = branches_of_record(model, key)
        newest = page([own], viewer=request.user, about=(model, key), limit=1).entries
        name = newest[0].subject if newest else f"{model._meta.verbose_name} {key}"
        context = {
            **timeline_context(request, model, key),
            "title": f"History of {name}",
            "is_gone": not model._base_manager.filter(pk=key).exists(),
        }
        return timeline_response(self, request, context)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        require(request.user, "audit.view_auditlog")
        require(request.user, "audit.export_auditlog")
        return export_view(request)  # type: ignore[return-value]

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            template,
            {
                **self.admin_site.each_context(request),
                "may_see_change_sets": True,
                **context,
            },
        )


def _log_url() -> str:
    return reverse("admin:audit_changeset_changelist")


def _may_view(user: PermissionHolder, model: type[models.Model]) -> bool:
    return bool(user.has_perm(permission_to("view", model)))


def _change_set(key: str, viewer: PermissionHolder) -> ChangeSet:
    """Return the change set if it is the viewer's own or contains something that the viewer may see."""
    try:
        found = ChangeSet.objects.filter(pk=key).first()
    except (ValidationError, ValueError):
        found = None
    if found is None or not _in_scope([found], viewer):
        raise RecordNotFound(ChangeSet, str(key))
    return found


def _related(change_set: ChangeSet, viewer: PermissionHolder) -> list[ChangeSet]:
    """Return the other change sets of the same request."""
    others = ChangeSet.objects.filter(root_id=change_set.root_id).exclude(pk=change_set.pk)
    return _in_scope(others.order_by("started_at")[:20], viewer)


def _in_scope(change_sets: Iterable[ChangeSet], viewer: PermissionHolder) -> list[ChangeSet]:
    found = list(change_sets)
    seen = change_sets_in_scope([each.pk for each in found if each.actor_id != viewer.pk], viewer)
    return [each for each in found if each.actor_id == viewer.pk or each.pk in seen]


def _known_key(model: type[models.Model], key: str, viewer: PermissionHolder) -> Any:
    """Return the key of a record with a history that `viewer` sees; None for any other."""
    pk: Any = model._meta.pk
    try:
        value = pk.to_python(key)
        known = history_in_scope(model, viewer).filter(**{pk.name: value}).exists()
    except (ValidationError, ValueError, OverflowError):
        return None
    return value if known else None
