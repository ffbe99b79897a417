"""The base class of a dataset: a declaration whose import-export methods go through our engine.

`export()` and `import_data()` take and return what import-export documents. What its own row-by-row machinery
would carry out is refused in a sentence, here or by the system check in `checks.package_hooks`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from django.db.models import QuerySet

from apps.core.actors import PermissionHolder
from apps.core.errors import DomainError
from apps.transfers.declarations import DatasetResource

if TYPE_CHECKING:
    from import_export.results import Result
    from tablib import Dataset

_ROW_BY_ROW = (
    "The engine reads, plans, and writes rows in sets, so {method}() does nothing here. Call import_data() "
    "or export()."
)


class EngineResource(DatasetResource):
    """Base of every dataset.

    The methods import what they need when they are called: each process that starts loads the declarations, and
    few of them import or export.
    """

    def get_queryset(self) -> QuerySet:
        """Return the records that `export()` takes where it is given none."""
        return self.model()._default_manager.all()

    def get_export_order(self) -> tuple[str, ...]:
        return tuple(self.columns())

    def get_import_order(self) -> tuple[str, ...]:
        return tuple(self.columns())

    def export(
        self,
        queryset: QuerySet | None = None,
        *,
        export_fields: Sequence[str] | None = None,
        user: PermissionHolder | None = None,
        **kwargs: object,
    ) -> "Dataset":
        """Return the records as a `tablib.Dataset` of text, recorded as an export.

        `user` exports with that person's permissions and scope; without one, it is the system.
        Raises DomainError for a field that is not there or not allowed, and MissingPermission.
        """
        # Every process knows the dataset, and few export or import it.
        from apps.transfers.resource_exports import exported_dataset

        if kwargs:
            raise TypeError(
                f"export() does not take {', '.join(kwargs)}: the engine calls no hooks."
            )
        return exported_dataset(self, queryset, fields=export_fields, user=user)

    def import_data(
        self,
        dataset: "Dataset",
        dry_run: bool = False,
        raise_errors: bool = False,
        use_transactions: bool | None = None,
        collect_failed_rows: bool = False,
        rollback_on_validation_errors: bool = False,
        **kwargs: object,
    ) -> "Result":
        """Import a `tablib.Dataset` in this process and return import-export's `Result`.

        Each call is an import run with a plan, a history, and an undo; the result has it as `run`. Besides
        what import-export documents (`user`, `file_name`, `retain_instance_in_row_result`), it takes `reason`,
        `mode`, and `create_missing`, as `manage.py import_file` does.

        Raises import-export's ImportError with `raise_errors`, MissingPermission where `user` may not import,
        and DomainError where a second person must approve.
        """
        # Every process knows the dataset, and few export or import it.
        from apps.transfers.resource_imports import imported
        from apps.transfers.resource_options import Options

        if use_transactions is None:
            use_transactions = self.get_use_transactions()
        options = Options.from_keywords(
            kwargs,
            dry_run=dry_run,
            raise_errors=raise_errors,
            collect_failed_rows=collect_failed_rows,
            all_or_nothing=raise_errors or (use_transactions and rollback_on_validation_errors),
        )
        return imported(self, dataset, options)

    def import_row(self, *args: object, **kwargs: object) -> NoReturn:
        raise DomainError(_ROW_BY_ROW.format(method="import_row"))

    def import_instance(self, *args: object, **kwargs: object) -> NoReturn:
        raise DomainError(_ROW_BY_ROW.format(method="import_instance"))

    def save_instance(self, *args: object, **kwargs: object) -> NoReturn:
        raise DomainError(_ROW_BY_ROW.format(method="save_instance"))

    def export_resource(self, *args: object, **kwargs: object) -> NoReturn:
        raise DomainError(_ROW_BY_ROW.format(method="export_resource"))
