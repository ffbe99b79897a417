"""Reports overridden hooks of import-export that our engine never calls."""

from collections.abc import Iterator

from import_export.options import ResourceOptions
from import_export.resources import Resource

from apps.transfers.checks.messages import quoted
from apps.transfers.declarations import DatasetResource

# Methods that only import-export's own loop over rows calls.
_ROW_HOOKS = (
    "before_import", "after_import", "before_import_row", "after_import_row", "import_row",
    "import_instance", "import_field", "after_init_instance", "before_save_instance",
    "after_save_instance", "save_instance", "do_instance_save", "save_m2m", "delete_instance",
    "before_delete_instance", "after_delete_instance", "for_delete", "skip_row", "init_instance",
    "get_instance", "get_or_init_instance", "validate_instance", "get_import_id_fields",
)  # fmt: skip
_EXPORT_HOOKS = (
    "before_export", "after_export", "filter_export", "export_field", "export_resource",
    "iter_queryset",
)  # fmt: skip
# Options of `Meta` that `import_data()` and `export()` honor, beside those of a dataset.
_HONORED = ("model", "use_transactions", "skip_diff", "store_row_values", "store_instance")


def overridden_hooks(resource: type[DatasetResource]) -> Iterator[str]:
    """Yield a sentence for each hook or option of import-export that the engine would ignore."""
    for name in (*_ROW_HOOKS, *_EXPORT_HOOKS):
        method = getattr(Resource, name, None)
        ours = _defined_in(resource, name)
        if (
            method is not None
            and ours is not None
            and not ours.__module__.startswith("apps.transfers.")
        ):
            way = (
                "a Column with a check, a Rule, or a derived value of a Part"
                if name in _ROW_HOOKS
                else "the column's attribute, or the queryset that is exported"
            )
            yield f"{quoted(resource.dataset())} overrides {name}(), which the engine never calls. Use {way}."
    for name in vars(ResourceOptions):
        if name.startswith("_") or name in _HONORED:
            continue
        if getattr(resource._meta, name) != getattr(ResourceOptions, name):
            yield (
                f"{quoted(resource.dataset())} sets Meta.{name}, which the engine does not read. Say it with "
                "columns and parts."
            )
    for name in dir(resource):
        if name.startswith("dehydrate_"):
            yield (
                f"{quoted(resource.dataset())} has {name}(), which the engine never calls. Use the column's "
                "attribute."
            )


def _defined_in(resource: type[DatasetResource], name: str) -> type | None:
    """Return the class that defines a method, None if it is import-export's own."""
    for each in resource.__mro__:
        if each is Resource:
            return None
        if name in vars(each):
            return each
    return None
