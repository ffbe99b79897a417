"""URLs of lists that show exactly what the start page counts."""

from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse

# The parameter of the list filter for a line of the start page.
PARAMETER = "start"


def listing(model: type[Model], **filters: object) -> str:
    opts = model._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url
