"""Addresses of records' pages, for lists with many of them.

`reverse` takes a twentieth of a list's time where it is called for each row. The address of one page of a
model is the same for all records but for the key, so it is made once.
"""

from functools import lru_cache
from typing import Any
from urllib.parse import quote as quote_path

from django.contrib.admin.utils import quote
from django.db.models import Model
from django.urls import get_script_prefix, get_urlconf, reverse

_KEY = "qdkeyqd"


def record_url(record: Model, page: str = "change") -> str:
    """Return the address of a page of a record in the admin."""
    opts = record._meta
    return keyed_url(f"admin:{opts.app_label}_{opts.model_name}_{page}", record.pk)


def keyed_url(name: str, key: Any) -> str:
    """Return the address of a page whose only argument is a record's key; raise `NoReverseMatch`."""
    before, after = _parts(name, get_urlconf(), get_script_prefix())
    return f"{before}{quote_path(str(quote(key)))}{after}"


def list_url(name: str) -> str:
    """Return the address of a model's list, by "app_model"."""
    return _list(f"admin:{name}_changelist", get_urlconf(), get_script_prefix())


@lru_cache(maxsize=1000)
def _list(name: str, urlconf: str | None, prefix: str) -> str:
    return reverse(name, urlconf=urlconf)


@lru_cache(maxsize=1000)
def _parts(name: str, urlconf: str | None, prefix: str) -> tuple[str, str]:
    before, _, after = reverse(name, urlconf=urlconf, args=[_KEY]).partition(_KEY)
    return before, after
