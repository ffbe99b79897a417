"""Plugs in the start page's filter of lists, and "Why can't I …?" on every page."""

from apps.backoffice.start.filters import LINES, StartPageFilter
from apps.core.admin.additions import ADDED_TEMPLATES, AddedTemplate
from apps.core.admin.filters import ADDED_FILTERS, AddedFilter
from apps.reports.admin.measure_filter import MeasureFilter
from apps.reports.measures import MEASURES

ADDED_FILTERS.add(*{AddedFilter(line.model, StartPageFilter) for line in LINES})
# The actions that are not offered here, and the missing permission, state, or approval.
ADDED_TEMPLATES.add(
    AddedTemplate("list", "backoffice/access/why_list.html"),
    AddedTemplate("record", "backoffice/access/why_record.html"),
)
# A report's number leads to a list of exactly the records that it counts.
ADDED_FILTERS.add(*{AddedFilter(each.model, MeasureFilter) for each in MEASURES if each.is_listed})
