"""The peer: django-import-export's own admin pages with simple-history's own signals, as they come.

A file is uploaded, its preview is made and rendered, and it is confirmed: the two requests that an
agent makes. The people of the rows are found or made by a widget, as its documentation advises. Our
triggers are off meanwhile: its history is written by its signals.
"""

import itertools
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from apps.core.discovery import full_site
from tests.bench import Result, _rosters, _tables
from tests.bench._commands import command
from tests.bench._pages import request, superuser

FIELDS = "email,first_name,last_name,phone,organization,role"
ROLES = {"chair": "owner", "vice chair": "admin", "member": "member", "advisory": "viewer"}


def measure(rows: int, folder: Path) -> Iterator[Result]:
    organizations = max(rows // 500, 10)
    path = _rosters.organizations(organizations, folder / "organizations.csv")
    command(folder, "import_file", "organizations", str(path))
    mine = _rosters.members(rows, organizations, folder / "mine.csv", salt="o")
    ours = command(folder, "import_file", "members", str(mine))
    assert ours["created"] == rows, ours
    _tables.settle()
    theirs = _rosters.members(rows, organizations, folder / "theirs.csv", salt="p")
    superuser()
    before = _tables.history_rows()
    _tables.triggers("DISABLE")
    _give_history_its_keys()
    seconds = _import(_admin(), theirs)
    _tables.triggers("ENABLE")
    written = _tables.history_rows() - before
    assert written >= 2 * rows, written
    yield Result(
        "times faster than django-import-export's admin",
        seconds,
        rows=rows,
        against=ours["seconds"]["total"],
        goal=100,
        at_least=True,
    )
    _tables.settle()
    target = folder / "ours.xlsx"
    export = command(folder, "export_dataset", "members", "--fields", FIELDS, "-o", str(target))
    assert export["rows"] == 2 * rows, export
    yield Result(
        "times faster export to XLSX than import-export's",
        _export(_admin()),
        rows=2 * rows,
        against=export["seconds"]["write"],
        goal=4,
        at_least=True,
    )


def _give_history_its_keys() -> None:
    """Our triggers give them; simple-history's own would be a serial's."""
    from apps.accounts.models import User
    from apps.organizations.models import Membership

    keys = itertools.count(10**12)
    for model in (User, Membership):
        field = model.history.model._meta.get_field("history_id")
        field.default = keys.__next__
        field.__dict__.pop("_get_default", None)


def _admin() -> Any:
    """The admin that its documentation describes, for the same columns."""
    from django.contrib import admin
    from import_export import fields, resources, widgets
    from import_export.admin import ImportExportModelAdmin
    from import_export.formats.base_formats import CSV, XLSX

    from apps.accounts.models import User
    from apps.organizations.models import Membership, Organization

    class PersonWidget(widgets.ForeignKeyWidget):
        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            user, _ = User.objects.get_or_create(email=value)
            wanted = (row["First"], row["Last"], row["Office phone"])
            if (user.first_name, user.last_name, user.phone) != wanted:
                user.first_name, user.last_name, user.phone = wanted
                user.save()
            return user

    class RoleWidget(widgets.CharWidget):
        def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
            return ROLES[value]

    class PeerResource(resources.ModelResource):
        user = fields.Field("user", "E-mail", PersonWidget(User, "email"))
        organization = fields.Field(
            "organization", "Committee ID", widgets.ForeignKeyWidget(Organization, "external_id")
        )
        role = fields.Field("role", "Position", RoleWidget())
        first_name = fields.Field("user__first_name", "First", readonly=True)
        last_name = fields.Field("user__last_name", "Last", readonly=True)
        phone = fields.Field("user__phone", "Office phone", readonly=True)

        class Meta:
            model = Membership
            fields = ("user", "organization", "role", "first_name", "last_name", "phone")
            import_id_fields = ("user", "organization")

    class PeerAdmin(ImportExportModelAdmin):
        resource_classes = (PeerResource,)
        formats = (CSV, XLSX)
        import_template_name = "admin/import_export/import.html"

    return PeerAdmin(Membership, admin.site)


@contextmanager
def _served(peer: Any) -> Iterator[None]:
    """Have the peer in the place of our own admin, with its pages' addresses."""
    from django.contrib import admin
    from django.test import override_settings
    from django.urls import path

    ours = full_site()._registry[peer.model]
    full_site()._registry[peer.model] = peer
    addresses: Any = ModuleType("peer_urls")
    addresses.urlpatterns = [
        path("admin/", admin.site.urls),
        *import_module("config.urls").urlpatterns,
    ]
    sys.modules[addresses.__name__] = addresses
    try:
        with override_settings(ROOT_URLCONF=addresses.__name__, SIMPLE_HISTORY_ENABLED=True):
            yield
    finally:
        full_site()._registry[peer.model] = ours


def _request(data: dict[str, Any]) -> Any:
    return request("/admin/organizations/membership/import/", data, method="post")


def _import(peer: Any, path: Path) -> float:
    """Upload, preview and confirm; return the seconds of both requests."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile(path.name, path.read_bytes(), "text/csv")
    started = time.perf_counter()
    with _served(peer):
        answer = peer.import_action(_request({"import_file": file, "format": "0", "resource": ""}))
        assert answer.render().content
        shown = answer.context_data
        assert "confirm_form" in shown, _why(shown)
        confirmed = {name: each or "" for name, each in shown["confirm_form"].initial.items()}
        answer = peer.process_import(_request(confirmed))
        assert answer.status_code == 302, answer
    return time.perf_counter() - started


def _why(shown: dict[str, Any]) -> list[str]:
    """Return what the peer has against the file."""
    result = shown["result"]
    rows = [each.error for _, errors in result.row_errors() for each in errors]
    found = [str(each) for each in (*[each.error for each in result.base_errors], *rows)]
    return found[:3] + [str(each.error) for each in result.invalid_rows[:3]]


def _export(peer: Any) -> float:
    """Export all as XLSX; return the seconds."""
    asks = _request({})
    started = time.perf_counter()
    content = peer.get_export_data(peer.get_export_formats()[-1](), asks, peer.get_queryset(asks))
    assert content
    return time.perf_counter() - started
