"""Whether a permission that a declaration names exists, as the models declare it."""

from django.apps import apps
from django.contrib.auth import get_permission_codename


def is_declared(permission: str) -> bool:
    """Tell whether a model declares `permission` ("transfers.import_data"). Needs no database."""
    app_label, _, codename = permission.partition(".")
    if app_label not in apps.app_configs:
        return False
    return any(
        codename in {get_permission_codename(action, opts) for action in opts.default_permissions}
        or codename in dict(opts.permissions)
        for opts in (model._meta for model in apps.get_app_config(app_label).get_models())
    )
