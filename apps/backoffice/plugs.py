"""The start page's numbers lead to lists: those get its filter."""

from apps.backoffice.start.filters import LINES, StartPageFilter
from apps.core.admin.filters import ADDED_FILTERS, AddedFilter

ADDED_FILTERS.add(*{AddedFilter(line.model, StartPageFilter) for line in LINES})
