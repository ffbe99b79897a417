"""The page “Why?” of a flag: pick a person, an organization, and a moment, and see which rule decides."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.accounts.models import User
from apps.core.admin.autocomplete import autocompleted
from apps.core.admin.permissions import one_record, permission_name
from apps.core.errors import DomainError, MissingPermission
from apps.core.personal import readable
from apps.flags.evaluation.explanation import Explanation
from apps.flags.explaining import flag_explain
from apps.flags.models import Flag
from apps.organizations.models import Membership, Organization

PARAMETERS = ("person", "organization", "at")
_PERSON = autocompleted(Membership._meta.get_field("user"))
_ORGANIZATION = autocompleted(Membership._meta.get_field("organization"))


class WhyForm(forms.Form):
    """Limited staff pick among the people and organizations that they see."""

    person = forms.ModelChoiceField(
        queryset=User.objects.none(),
        widget=AutocompleteSelect(_PERSON, admin.site),
    )
    organization: forms.ModelChoiceField = forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        required=False,
        widget=AutocompleteSelect(_ORGANIZATION, admin.site),
        help_text="Look at the person as a member of this organization alone.",
    )
    at = forms.DateTimeField(
        label="Moment",
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "2026-11-21 14:05"}),
        help_text="In the site's time zone. Leave it empty for now.",
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["person"]
        people.queryset = User.objects.for_staff(request.user)
        organizations: Any = self.fields["organization"]
        organizations.queryset = Organization.objects.for_staff(request.user)

    def explain(self, flag: Flag) -> Explanation | None:
        """Return the explanation for valid input; add an error for a moment without history."""
        given = self.cleaned_data
        try:
            return flag_explain(
                name=flag.name,
                user=given["person"],
                organization=given["organization"],
                at=given["at"],
            )
        except DomainError as error:
            self.add_error("at", error.message)
            return None


def why_page(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    if not model_admin.has_view_or_change_permission(request):
        raise MissingPermission(permission_name(model_admin, "view"))
    flag: Any = one_record(model_admin, request, object_id).get()
    form = WhyForm(request.GET if request.GET else None, request=request)
    found = form.explain(flag) if form.is_valid() else None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Why is it on or off?",
        "subtitle": flag.name,
        "opts": model_admin.opts,
        "original": flag,
        "form": form,
        "media": form.media,
        "found": found,
        "person": readable(str(form.cleaned_data["person"])) if found else "",
        "at": form.cleaned_data.get("at") if found else None,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "flags/why.html", context)
