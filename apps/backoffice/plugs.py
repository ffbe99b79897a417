"""The start page's numbers lead to lists, which get its filter, and every page asks "Why can't I …?"."""

from apps.backoffice.start.filters import LINES, StartPageFilter
from apps.core.admin.additions import ADDED_TEMPLATES, AddedTemplate
from apps.core.admin.filters import ADDED_FILTERS, AddedFilter

ADDED_FILTERS.add(*{AddedFilter(line.model, StartPageFilter) for line in LINES})
# What is not offered here, for want of which permission, state or approval.
ADDED_TEMPLATES.add(
    AddedTemplate("list", "backoffice/access/why_list.html"),
    AddedTemplate("record", "backoffice/access/why_record.html"),
)
