"""What an entry asks for and answers, as far as that follows from what the admin declares.

Read are declarations alone: base classes, the permission and the second factor of an action, the scope of
a model, and what can be reverted. No check of a page is called, or a check that was forgotten would be
expected to be missing.
"""

from typing import Any

from apps.audit.admin.timeline import TimelineMixin
from apps.audit.timeline.registry import reversions
from apps.core.admin.confirm import permission_name
from apps.core.admin.read_only import ReadOnly, ReadOnlyAdmin
from apps.core.admin.trash.pages import TrashAdmin
from apps.core.discovery import full_site
from apps.core.scope import is_unscoped
from apps.transfers.admin.exports import ExportMixin
from tests.structure.access.asks import SUDO
from tests.structure.access.entries import Entry
from tests.structure.access.line import SAME, Line

# A page of one record that somebody else's record is asked for.
NOT_FOUND = "404"
# What limited staff are answered where every organization is affected.
REFUSED = "403"
# What a confirmed action answers to those who may: done, shown again with what is missing, or not possible
# in the state of the record.
DONE = "302/200/409"
# What a form answers those who may: saved, or shown again where made-up values do not fit together.
SAVED = "302/200"


def derived(entry: Entry) -> Line | None:
    """Return what the entry should ask for and answer, or None where no declaration says so."""
    model_admin, page = _admin_of(entry)
    if model_admin is None:
        return None
    if entry.action is not None:
        return _list_action(entry, model_admin)
    if entry.name == entry.route and entry.route.endswith("<path:object_id>/"):
        # Django's old address of a record, which leads to the new one.
        return Line(entry.name, "staff", "302", SAME, "302")
    stock = STOCK.get(page)
    if stock is not None:
        return stock(entry.name, model_admin)
    action = getattr(type(model_admin), page, None)
    if hasattr(action, "allowed_permissions"):
        elsewhere = _elsewhere(model_admin) if "object_id" in entry.converters else ""
        if _affects_all(model_admin, action):
            elsewhere = REFUSED
        asks = _asked_by(model_admin, action)
        if getattr(action, "is_confirmed", False):
            return Line(entry.name, asks, "200", SAME, DONE, elsewhere)
        return Line(entry.name, asks, "302", SAME, "302", elsewhere)
    return None


def _list_action(entry: Entry, model_admin: Any) -> Line | None:
    if not hasattr(entry.action, "allowed_permissions"):
        return None
    # Of what somebody cannot see, nothing is selected.
    elsewhere = (
        REFUSED if _elsewhere(model_admin) or _affects_all(model_admin, entry.action) else ""
    )
    asks = _asked_by(model_admin, entry.action)
    return Line(entry.name, "", "", asks, "page", elsewhere=elsewhere)


def _asked_by(model_admin: Any, action: Any) -> str:
    asked = [_permission(model_admin, name) for name in action.allowed_permissions]
    return " + ".join([*asked, *([SUDO] if getattr(action, "sudo", False) is True else [])])


def _permission(model_admin: Any, verb: str) -> str:
    # The trash has no permissions of its own.
    living = _concrete(model_admin)._meta
    if "." in verb or not isinstance(model_admin, TrashAdmin):
        return permission_name(model_admin, verb)
    return f"{living.app_label}.{verb}_{living.model_name}"


def _changelist(name: str, model_admin: Any) -> Line:
    return Line(name, _permission(model_admin, "view"), "200", SAME, "200")


def _add(name: str, model_admin: Any) -> Line:
    if _is_read_only(model_admin):
        return Line(name, "nobody", "", SAME, "")
    elsewhere = REFUSED if _affects_all(model_admin) else ""
    return Line(name, _permission(model_admin, "add"), "200", SAME, SAVED, elsewhere)


def _change(name: str, model_admin: Any) -> Line:
    view = _permission(model_admin, "view")
    elsewhere = _elsewhere(model_admin)
    if _is_read_only(model_admin):
        return Line(name, view, "200", "nobody", "", elsewhere and f"{elsewhere} 403")
    if _affects_all(model_admin):
        elsewhere = f"{elsewhere or '200'} {REFUSED}"
    return Line(name, view, "200", _permission(model_admin, "change"), SAVED, elsewhere)


def _delete(name: str, model_admin: Any) -> Line:
    if _is_read_only(model_admin):
        return Line(name, "nobody", "", SAME, "")
    elsewhere = REFUSED if _affects_all(model_admin) else _elsewhere(model_admin)
    return Line(name, _permission(model_admin, "delete"), "200", SAME, DONE, elsewhere)


def _history(name: str, model_admin: Any) -> Line:
    if isinstance(model_admin, ReadOnlyAdmin):
        return Line(name, "nothing", "", SAME, "")
    view = _permission(model_admin, "view")
    if isinstance(model_admin, TimelineMixin):
        # Auditors are led from what is gone to its history.
        elsewhere = _elsewhere(model_admin) and "302/404 405"
        return Line(name, view, "200", "-", "", elsewhere)
    return Line(name, view, "200", SAME, "200", _elsewhere(model_admin))


def _revert(name: str, model_admin: Any) -> Line:
    elsewhere = _elsewhere(model_admin)
    if isinstance(model_admin, TrashAdmin):
        # An old address: the living record's page is where a state is brought back.
        return Line(
            name, f"{_permission(model_admin, 'view')} (404)", "302", "nothing", "", elsewhere
        )
    if _is_read_only(model_admin):
        return Line(name, "nobody", "", SAME, "", elsewhere)
    if _affects_all(model_admin):
        elsewhere = REFUSED
    asks = f"audit.revert_record + {_permission(model_admin, 'change')}"
    if _concrete(model_admin) not in reversions:
        return Line(name, f"{asks} + nothing", "", SAME, "", elsewhere)
    return Line(name, asks, "200", SAME, DONE, elsewhere)


def _export(name: str, model_admin: Any) -> Line | None:
    if not isinstance(model_admin, ExportMixin):
        return None
    asks = f"transfers.export_data + {_permission(model_admin, 'view')}"
    # Who exports personal data is asked for a second factor.
    return Line(name, asks, "200", SAME, "200/400/sudo")


STOCK = {
    "changelist": _changelist,
    "add": _add,
    "change": _change,
    "delete": _delete,
    "history": _history,
    "revert": _revert,
    "export": _export,
}


def _is_read_only(model_admin: Any) -> bool:
    return isinstance(model_admin, ReadOnly)


def _concrete(model_admin: Any) -> Any:
    return model_admin.model._meta.concrete_model


def _elsewhere(model_admin: Any) -> str:
    """Return what a record outside of somebody's scope is answered with; nothing is outside of an unscoped model."""
    return "" if is_unscoped(_concrete(model_admin)) else NOT_FOUND


def _affects_all(model_admin: Any, action: Any = None) -> bool:
    """Return whether limited staff are refused, because every organization is affected."""
    return bool(
        getattr(model_admin, "affects_all_organizations", False)
        or getattr(action, "needs_full_access", False)
    )


def _admin_of(entry: Entry) -> tuple[Any, str]:
    """Return the ModelAdmin whose page an entry is, and the page's name."""
    parts = entry.route.split("/")
    for model, model_admin in full_site()._registry.items():
        opts = model._meta
        if parts[0] == "admin" and parts[1:3] == [opts.app_label, opts.model_name]:
            page = entry.url_name.removeprefix(f"{opts.app_label}_{opts.model_name}_")
            return model_admin, page
    return None, ""
