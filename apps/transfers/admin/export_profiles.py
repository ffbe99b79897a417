"""Column sets that a person saves by name, for the next export of the same dataset."""

from django.http import HttpRequest, QueryDict

from apps.core.actors import PermissionHolder
from apps.core.admin.editing.opened_values import NAME, read, sign
from apps.transfers.declarations import DatasetResource
from apps.transfers.models import ExportProfile
from apps.transfers.services.export_profiles import ProfileState, own_profiles, profiles_state


def chosen_profile(request: HttpRequest, dataset: type[DatasetResource]) -> ExportProfile | None:
    """Take the profile's name out of the URL, whose other parameters are the list's."""
    query = request.GET.copy()
    name = (query.pop("profile", None) or [""])[-1]
    request.GET = QueryDict(query.urlencode())
    return own_profiles(request.user, dataset).filter(name=name).first() if name else None


def profiles_version(user: PermissionHolder, dataset: type[DatasetResource]) -> str:
    """Return the token of a page of the export: the user's profiles as they are."""
    return sign(_about(dataset), profiles_state(user, dataset))


def opened_profiles(request: HttpRequest, dataset: type[DatasetResource]) -> ProfileState:
    """Return the user's profiles as they were when the posted page was opened."""
    return read(_about(dataset), request.POST.get(NAME)) or {}


def _about(dataset: type[DatasetResource]) -> str:
    return f"export:{dataset.dataset()}"
