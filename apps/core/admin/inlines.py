"""The inlines that every other inline in the project inherits from."""

from typing import Any

from django.db.models import ForeignKey, Model
from django.forms import ModelChoiceField
from django.http import HttpRequest
from unfold.admin import TabularInline

from apps.core.admin.editing.admin import VersionedInline
from apps.core.admin.known_choice import KnownChoiceSelect
from apps.core.admin.read_only import ReadOnly
from apps.core.admin.scoped_admin import ScopedAdmin
from apps.core.models import SoftDeletableModel


class BaseTabularInline(ScopedAdmin, VersionedInline, TabularInline):
    """An inline that shows a page of rows, never all of them."""

    extra = 0
    per_page = 25
    show_change_link = True
    show_title = False
    tab = True
    # Chosen when a row is made, and only shown from then on by the inline's form.
    fixed_fields: tuple[str, ...] = ()
    model: type[Model]

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField | None:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = KnownChoiceSelect(
                db_field, self.admin_site, using=kwargs.get("using")
            )
        field: ModelChoiceField | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A row with a trash is moved there on its own page, which says what goes along."""
        return not issubclass(self.model, SoftDeletableModel) and super().has_delete_permission(
            request, obj
        )


class ReadOnlyInline(ReadOnly, BaseTabularInline):
    """A page of records that belong here, each with a link to its own page."""

    can_delete = False
