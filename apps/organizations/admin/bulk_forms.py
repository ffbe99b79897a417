"""The forms of the bulk actions on memberships and organizations."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from unfold.widgets import UnfoldAdminSelectWidget

from apps.accounts.models import User
from apps.bulk.admin.offer import BulkForm
from apps.core.admin.autocomplete import autocompleted
from apps.organizations.models import Organization, Role

_OWNER = autocompleted(Organization._meta.get_field("owner"))


class StatusForm(BulkForm):
    status: Any = forms.ChoiceField(
        choices=Organization.Status.choices, widget=UnfoldAdminSelectWidget()
    )


class RoleForm(BulkForm):
    role: Any = forms.ChoiceField(choices=Role.choices, widget=UnfoldAdminSelectWidget())


class OwnerForm(BulkForm):
    owner = forms.ModelChoiceField(
        queryset=User.objects.none(), widget=AutocompleteSelect(_OWNER, admin.site)
    )

    def choices(self) -> dict[str, QuerySet[Any]]:
        people = User.objects.for_staff(self.request.user)
        return {"owner": people.filter(status=User.Status.ACTIVE)}
