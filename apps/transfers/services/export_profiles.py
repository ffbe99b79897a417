"""Choices of columns that a person keeps by name, for the next export of the same dataset."""

from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.declarations import DatasetResource
from apps.transfers.engine.runs.permissions import check_may_export
from apps.transfers.models import ExportProfile

# Columns and format by the profile's name.
type ProfileState = dict[str, list[Any]]


@transaction.atomic
def export_profile_save(
    *,
    dataset: str,
    name: str,
    fields: list[str],
    format: str,
    opened: ProfileState,
    actor: PermissionHolder,
) -> ExportProfile:
    """Keep a choice by name; a profile that is as `opened` says is replaced.

    Raises DomainError where the name was saved, or saved otherwise, since then.
    """
    resource = registry.get(dataset)
    check_may_export(actor, resource)
    # Two tabs that save one new name at once come one after the other.
    User.objects.select_for_update(no_key=True).get(pk=actor.pk)
    if profiles_state(actor, resource).get(name) != opened.get(name):
        raise DomainError(
            f"Nothing was exported: the profile “{name}” was saved in another tab after this page was "
            "opened. Choose another name, or export again to replace it."
        )
    profile, _ = ExportProfile.objects.update_or_create(
        user_id=actor.pk,
        dataset=dataset,
        name=name,
        defaults={"fields": fields, "format": format},
    )
    return profile


def own_profiles(user: PermissionHolder, dataset: type[DatasetResource]) -> Any:
    return ExportProfile.objects.filter(user=user, dataset=dataset.dataset())


def profiles_state(user: PermissionHolder, dataset: type[DatasetResource]) -> ProfileState:
    rows = own_profiles(user, dataset).values_list("name", "fields", "format")
    return {name: [fields, format] for name, fields, format in rows}
