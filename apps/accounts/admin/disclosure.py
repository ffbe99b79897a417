"""The personal data access log, for auditors."""

from django.apps import apps
from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.accounts.models import Disclosure
from apps.core.admin.display import copyable, moment_column, number, record_link
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.admin.read_only import ReadOnlyAdmin

# Names of a model's pages; any other view has its own name.
PAGES = {
    "changelist": "list",
    "change": "record",
    "check": "Check step",
    "columns": "Columns step",
    "file": "File step",
    "refused": "refused rows",
    "apply": "result",
}


def page_in_words(page: str) -> str:
    """Return the page's name for a view's name, such as "People: list"."""
    if page == "audit_changeset_changelist":
        return "Audit log"
    for model in apps.get_models():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if page.startswith(prefix):
            view = page.removeprefix(prefix)
            words = PAGES.get(view, view.replace("_", " "))
            return f"{str(model._meta.verbose_name_plural).capitalize()}: {words}"
    return page.rpartition(".")[2].replace("_", " ").replace(":", " ").capitalize()


@admin.register(Disclosure)
class DisclosureAdmin(ReadOnlyAdmin):
    list_display = ["moment", "who", "page_words", "people_number"]
    list_filter = [("user", RecordFilter), ("at", DayRangeFilter)]
    list_select_related = ["user", "real_user"]
    ordering = ["-id"]
    sortable_by: list[str] = []
    fields = ["moment", "who", "page_words", "path", "people_number", "request_copy"]
    readonly_fields = fields

    moment = moment_column("at", description="when")

    @display(description="who")
    def who(self, look: Disclosure) -> SafeString | str:
        if look.user is None:
            return "A command"
        return f"{look.real_user} as {look.user}" if look.real_user else record_link(look.user)

    @display(description="where")
    def page_words(self, look: Disclosure) -> str:
        return page_in_words(look.page) or "–"  # noqa: RUF001

    @display(description="people", ordering="people")
    def people_number(self, look: Disclosure) -> SafeString | str:
        return number(look.people)

    @display(description="request")
    def request_copy(self, look: Disclosure) -> SafeString | str:
        return copyable(look.request_id)
