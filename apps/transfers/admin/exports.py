"""The export of what a list shows: its filters, its search, its scope, with columns chosen.

    class OrganizationAdmin(ExportMixin, BaseAdmin): ...

The dataset is the one whose rows are the admin's model; where there is none the button is not shown.
"""

import base64
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.core.actors import require
from apps.core.admin.base import BaseAdmin
from apps.core.admin.filter_labels import filters_in_words
from apps.core.admin.list_button import with_list_button
from apps.core.admin.listed import list_queryset
from apps.core.admin.page_parameters import checks_its_address
from apps.core.errors import AddressRefused, DomainError
from apps.core.sudo import require_fresh_factor
from apps.transfers import registry
from apps.transfers.access import dataset_card, may_export, permissions_to_export
from apps.transfers.admin.downloads import CONTENT_TYPES, streamed
from apps.transfers.admin.export_profiles import (
    chosen_profile,
    opened_profiles,
    profiles_version,
)
from apps.transfers.admin.run_filter import ImportRunFilter
from apps.transfers.declarations import DatasetResource
from apps.transfers.forms.export import ExportForm
from apps.transfers.models import ExportProfile, ExportRun
from apps.transfers.personal import holds_personal
from apps.transfers.services import export_profile_save, export_run_start, export_stream

# Up to this many rows, a CSV is sent within the request; a worker writes larger ones and
# workbooks.
STREAMED_UP_TO = 50_000
# The action of a list, and the parameter of the export page that names the picked records.
EXPORT, PICKED = "export_selection", "picked"


class ExportMixin(BaseAdmin):
    """Adds the button "Export" to a list, and its page; filters the list by an import run."""

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [*super().get_list_filter(request), ImportRunFilter]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        dataset = dataset_of(self.model)
        if dataset is not None and may_export(request.user, dataset):
            url = _with_query(reverse(self._export_url_name()), request)
            with_list_button(response, title="Export", icon="download", url=url, primary=False)
        return response

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)
        dataset = dataset_of(self.model)
        if dataset is not None and may_export(request.user, dataset):
            actions[EXPORT] = (export_selection, EXPORT, "Export")
        return actions

    def get_urls(self) -> list[URLPattern]:
        name = self._export_url_name().removeprefix("admin:")
        own = path("export/", self.admin_site.admin_view(self.export_view), name=name)
        return [own, *super().get_urls()]

    def _export_url_name(self) -> str:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_export"

    @checks_its_address
    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        dataset = dataset_of(self.model)
        if dataset is None:
            raise Http404("This list can't be exported.")
        require(request.user, *permissions_to_export(dataset))
        full_query, keys = request.GET.urlencode(), _take_picked(request)
        profile = chosen_profile(request, dataset)
        queryset = _only(list_queryset(self, request), keys)
        initial = {"fields_chosen": profile.fields, "format": profile.format} if profile else {}
        form = ExportForm(request.POST or None, dataset=dataset, user=request.user, initial=initial)
        status = 200
        if request.method == "POST":
            if form.is_valid():
                try:
                    return self._export(request, dataset, queryset, keys, form)
                except DomainError as error:
                    form.add_error(None, error.message)
            status = 400
        return self._export_page(request, dataset, queryset, full_query, form, status)

    def _export(
        self,
        request: HttpRequest,
        dataset: type[DatasetResource],
        queryset: QuerySet,
        keys: list[str],
        form: ExportForm,
    ) -> HttpResponseBase:
        fields, format = form.cleaned_data["fields_chosen"], form.cleaned_data["format"]
        if holds_personal(dataset, fields):
            require_fresh_factor(request, "export personal data")
        if name := form.cleaned_data["profile_name"].strip():
            export_profile_save(
                dataset=dataset.dataset(),
                name=name,
                fields=fields,
                format=format,
                opened=opened_profiles(request, dataset),
                actor=request.user,
            )
        # The worker gets the list's query string, like this page.
        query: dict[str, Any] = {"list": self.opts.label, "query": request.GET.urlencode()}
        if keys:
            query["keys"] = keys
        if format == ExportRun.Format.CSV and queryset.count() <= STREAMED_UP_TO:
            run, content = export_stream(
                dataset=dataset.dataset(),
                fields=fields,
                queryset=queryset,
                query=query,
                actor=request.user,
            )
            return streamed(run.filename, CONTENT_TYPES[format], content)
        run = export_run_start(
            dataset=dataset.dataset(),
            format=format,
            fields=fields,
            query=query,
            actor=request.user,
        )
        return HttpResponseRedirect(reverse("admin:transfers_exportrun_change", args=[run.pk]))

    def _export_page(
        self,
        request: HttpRequest,
        dataset: type[DatasetResource],
        queryset: QuerySet,
        full_query: str,
        form: ExportForm,
        status: int,
    ) -> HttpResponseBase:
        list_url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        noun = dataset_card(dataset.dataset()).label.lower()
        profiles = ExportProfile.objects.filter(user=request.user, dataset=dataset.dataset())
        context = {
            **self.admin_site.each_context(request),
            "title": f"Export {noun}",
            "opts": self.opts,
            "noun": noun,
            "form": form,
            "count": queryset.count(),
            "filters_in_words": filters_in_words(request.GET),
            "profiles": list(profiles[:20]),
            "version": profiles_version(request.user, dataset),
            "query": full_query,
            "back_url": _with_query(list_url, request),
        }
        return TemplateResponse(request, "admin/transfers/export/page.html", context, status=status)


def export_selection(
    model_admin: ExportMixin, request: HttpRequest, queryset: QuerySet
) -> HttpResponseBase | None:
    """Open the export page for the selected records: those that are picked, or all that the list finds."""
    address = request.GET.copy()
    if request.POST.get("select_across", "0") == "0":
        chosen = [_packed(key) for key in queryset.order_by().values_list("pk", flat=True)]
        if not chosen:
            # Without any, the address would mean the whole list.
            messages.warning(request, "No records are selected.")
            return None
        address.setlist(PICKED, chosen)
    url = reverse(model_admin._export_url_name())
    return HttpResponseRedirect(f"{url}?{address.urlencode()}" if address else url)


def _packed(key: UUID) -> str:
    """Return a key in 22 letters: an address with two hundred of them is still short enough."""
    return base64.urlsafe_b64encode(key.bytes).decode().rstrip("=")


def _take_picked(request: HttpRequest) -> list[str]:
    """Return the keys of the picked records, and leave the list's own parameters in the request."""
    address = request.GET.copy()
    given = address.pop(PICKED, [])
    request.GET = address  # type: ignore[assignment]
    try:
        return [str(UUID(bytes=base64.urlsafe_b64decode(f"{each}=="))) for each in given]
    except ValueError as error:
        raise AddressRefused("The selection in the address can't be read.") from error


def _only(queryset: QuerySet, keys: list[str]) -> QuerySet:
    return queryset.filter(pk__in=keys) if keys else queryset


def dataset_of(model: type) -> type[DatasetResource] | None:
    """Return the dataset whose rows are records of `model`."""
    for dataset in registry.all_datasets():
        if dataset.model() is model:
            return dataset
    return None


def _with_query(url: str, request: HttpRequest) -> str:
    query = request.GET.urlencode()
    return f"{url}?{query}" if query else url
