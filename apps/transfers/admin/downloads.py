"""Downloads: the empty template, the refused rows, an export."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from apps.core.actors import require
from apps.core.downloads import attachment
from apps.core.errors import RecordNotFound
from apps.core.personal import disclose
from apps.core.sudo import is_impersonated
from apps.transfers import registry
from apps.transfers.access import permissions_to_import
from apps.transfers.admin.wizard.guards import wizard_page
from apps.transfers.models import ImportRun
from apps.transfers.personal import VIEW_PERSONAL, personal_columns
from apps.transfers.selectors import dataset_template, refused_rows_file
from apps.transfers.selectors.pages import run_for_reader

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def streamed(name: str, content_type: str, content: Iterable[bytes]) -> HttpResponseBase:
    return attachment(StreamingHttpResponse(content, content_type=content_type), name)


@wizard_page(methods=("GET",))
def template(request: HttpRequest, dataset: str, format: str) -> HttpResponseBase:
    known = {item.dataset(): item for item in registry.all_datasets()}
    if dataset not in known or format not in CONTENT_TYPES:
        raise Http404(f"There is no template “{dataset}.{format}”.")
    require(request.user, *permissions_to_import(known[dataset]))
    name, content = dataset_template(dataset, format)
    return attachment(HttpResponse(content, content_type=CONTENT_TYPES[format]), name)


def refused(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Return the refused rows, to the run's owner and to people who may view runs."""
    run = run_for_reader(request.user, run_id)
    if run is None:
        raise RecordNotFound(ImportRun, str(run_id))
    if personal_columns(registry.get(run.dataset)):
        require(request.user, VIEW_PERSONAL)
        if is_impersonated(request):
            raise PermissionDenied(
                "You can't download personal data while acting as somebody else."
            )
        rows = run.counts.get("refused", 0) + run.results.get("refused", 0)
        disclose((run.pk, number) for number in range(rows + run.results.get("drifted", 0)))
    name, content_type, content = refused_rows_file(run)
    return streamed(name, content_type, content)
