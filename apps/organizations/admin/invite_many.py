"""The page on which many addresses are invited: enter them, read the plan, confirm."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from apps.core.admin.autocomplete import autocompleted
from apps.core.admin.base import BaseAdmin
from apps.core.admin.list_button import with_list_button
from apps.core.admin.reason import REASON_LENGTH
from apps.core.errors import DomainError, MissingPermission
from apps.core.wording import plural
from apps.organizations.models import Invitation, Organization, Role
from apps.organizations.services.many_invitations import (
    InvitationPlan,
    addresses_in,
    invitations_create,
    invitations_plan,
)

_PERMISSION = "organizations.add_invitation"
_ORGANIZATION = autocompleted(Invitation._meta.get_field("organization"))
_SALT = "organizations.invite_many"
_SHOWN = 50
# 1,000 addresses of the longest kind.
_LONGEST = 256_000


class InviteManyForm(forms.Form):
    addresses = forms.CharField(
        label="E-mail addresses",
        max_length=_LONGEST,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text="One per line, or separated by commas. Addresses in angle brackets after a name work, too.",
    )
    organizations: Any = forms.ModelMultipleChoiceField(
        queryset=Organization.objects.none(),
        widget=AutocompleteSelectMultiple(_ORGANIZATION, admin.site),
    )
    role: Any = forms.ChoiceField(
        choices=Role.choices, initial=Role.MEMBER, widget=UnfoldAdminSelectWidget()
    )
    reason = forms.CharField(
        required=False,
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text="Shown in the history of every invitation.",
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organizations"]
        field.queryset = Organization.objects.for_staff(request.user).order_by("name", "id")

    def arguments(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "organizations": list(given["organizations"]),
            "emails": addresses_in(given["addresses"]),
        }


class InviteMany(BaseAdmin):
    """Adds the button "Invite many" to a list of invitations, and its page."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if request.user.has_perm(_PERMISSION):
            url = reverse("admin:organizations_invitation_invite_many")
            with_list_button(
                response, title="Invite many", icon="group_add", url=url, primary=False
            )
        return response

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.invite_many_view)
        return [
            path("invite-many/", page, name="organizations_invitation_invite_many"),
            *super().get_urls(),
        ]

    def invite_many_view(self, request: HttpRequest) -> HttpResponseBase:
        """Show the plan of what was entered; with the plan that was shown, send the invitations."""
        if not request.user.has_perm(_PERMISSION):
            raise MissingPermission(_PERMISSION)
        form = InviteManyForm(request.POST or None, request=request)
        if request.method != "POST" or "_back" in request.POST or not form.is_valid():
            status = 400 if request.method == "POST" and "_back" not in request.POST else 200
            return self._page(request, form, None, status)
        try:
            if "plan" in request.POST:
                with transaction.atomic():
                    return self._send(request, form)
            plan = invitations_plan(**form.arguments(), actor=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
            return self._page(request, form, None, 409)
        return self._page(request, form, plan)

    def _send(self, request: HttpRequest, form: InviteManyForm) -> HttpResponseBase:
        try:
            facts = signing.loads(request.POST["plan"], salt=_SALT)
        except signing.BadSignature as error:
            raise DomainError("Check the plan again.") from error
        plan = invitations_create(
            **form.arguments(),
            role=form.cleaned_data["role"],
            reason=form.cleaned_data["reason"],
            facts=facts,
            actor=request.user,
        )
        skipped = (
            f" {plural(len(plan.skipped), 'address', 'addresses')} skipped." if plan.skipped else ""
        )
        messages.success(
            request,
            f"{plural(len(plan.invited), 'invitation')} created; their e-mails are being sent.{skipped}",
        )
        return HttpResponseRedirect(reverse("admin:organizations_invitation_changelist"))

    def _page(
        self,
        request: HttpRequest,
        form: InviteManyForm,
        plan: InvitationPlan | None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Invite many",
            "opts": self.opts,
            "media": form.media,
            "form": form,
            "plan": plan,
            "cancel_url": reverse("admin:organizations_invitation_changelist"),
        }
        if plan is not None:
            number = plural(len(plan.invited), "invitation")
            context |= {
                "number": number,
                "token": signing.dumps(plan.facts, salt=_SALT, compress=True),
                "hidden": [
                    (name, value) for name in form.fields for value in request.POST.getlist(name)
                ],
                "invited": plan.invited[:_SHOWN],
                "more_invited": len(plan.invited) - _SHOWN,
                "skipped": plan.skipped[:_SHOWN],
                "more_skipped": len(plan.skipped) - _SHOWN,
                "role": Role(form.cleaned_data["role"]).label.lower(),
            }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "organizations/invite_many.html", context, status=status)
