"""Addresses of lists with their filters set."""

from typing import Any
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse


def listing(model: type[Model], **filters: Any) -> str:
    opts = model._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url
