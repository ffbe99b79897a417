"""Choices of columns that a person keeps by name, for the next export of the same dataset."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, QueryDict

from apps.accounts.models import User
from apps.core.actors import PermissionHolder
from apps.core.admin.editing.opened_values import NAME, read, sign
from apps.core.errors import DomainError
from apps.transfers.declarations import DatasetResource
from apps.transfers.models import ExportProfile


def chosen_profile(request: HttpRequest, dataset: type[DatasetResource]) -> ExportProfile | None:
    """Take the profile's name out of the address, which is the list's otherwise."""
    query = request.GET.copy()
    name = (query.pop("profile", None) or [""])[-1]
    request.GET = QueryDict(query.urlencode())
    return _own(request.user, dataset).filter(name=name).first() if name else None


def profiles_version(user: PermissionHolder, dataset: type[DatasetResource]) -> str:
    """Return the token of a page of the export: the user's profiles as they are."""
    return sign(_about(dataset), _state(user, dataset))


@transaction.atomic
def profile_save(
    request: HttpRequest, dataset: type[DatasetResource], name: str, fields: list[str], format: str
) -> None:
    """Keep a choice by name; a profile that the page was opened on is replaced.

    Raises DomainError where the name was saved, or saved otherwise, since then.
    """
    # Two tabs that save one new name at once come one after the other.
    User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
    opened = read(_about(dataset), request.POST.get(NAME)) or {}
    if _state(request.user, dataset).get(name) != opened.get(name):
        raise DomainError(
            f"Nothing was exported: the profile “{name}” was saved in another tab after this page was "
            "opened. Choose another name, or export again to replace it."
        )
    ExportProfile.objects.update_or_create(
        user=request.user,
        dataset=dataset.dataset(),
        name=name,
        defaults={"fields": fields, "format": format},
    )


def _own(user: PermissionHolder, dataset: type[DatasetResource]) -> Any:
    return ExportProfile.objects.filter(user=user, dataset=dataset.dataset())


def _state(user: PermissionHolder, dataset: type[DatasetResource]) -> dict[str, list[Any]]:
    rows = _own(user, dataset).values_list("name", "fields", "format")
    return {name: [fields, format] for name, fields, format in rows}


def _about(dataset: type[DatasetResource]) -> str:
    return f"export:{dataset.dataset()}"
