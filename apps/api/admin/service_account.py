"""Service accounts: created, given a key that is shown once, and revoked. They are never edited."""

from typing import Any

from django.contrib import admin
from django.db.models import Model, Prefetch, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.api.admin.key_form import KeyForm
from apps.api.models import ServiceAccount
from apps.api.services import key_make, key_revoke, service_account_create
from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import (
    BAD,
    EMPTY,
    GOOD,
    QUIET,
    WAITING,
    copyable_id,
    label,
    moment,
    moment_column,
    record_link,
)
from apps.core.wording import listed
from apps.organizations.models import Organization

COLORS = {"active": GOOD, "expired": WAITING, "revoked": BAD, "no key": QUIET}


@admin.register(ServiceAccount)
class ServiceAccountAdmin(TimelineMixin, BaseAdmin):
    create_service = staticmethod(service_account_create)
    list_display = ["name", "maker_link", "state_label", "expires_moment", "used_moment"]
    list_select_related = ["created_by", "use"]
    search_fields = ["name"]
    search_help_text = "Name"
    ordering = ["name"]
    sortable_by = ["name"]
    autocomplete_fields = ["permissions", "organizations"]
    actions_detail = ["make_key", "revoke"]
    add_fieldsets = [
        (None, {"fields": ["name", "description", "permissions", "organizations"]}),
    ]
    fieldsets = [
        (None, {"fields": ["name", "description", "maker_link", "may", "sees"]}),
        (
            "Key",
            {
                "fields": [
                    "state_label",
                    "key_hint",
                    "expires_moment",
                    "previous_moment",
                    "used_moment",
                ]
            },
        ),
        ("Record", {"fields": ["copyable_id", "created_moment"]}),
    ]

    copyable_id = copyable_id
    created_moment = moment_column("created_at")
    expires_moment = moment_column("key_expires_at")
    previous_moment = moment_column("previous_expires_at")

    @display(description="acts for")
    def maker_link(self, account: ServiceAccount) -> SafeString | str:
        return record_link(account.created_by)

    @display(description="state")
    def state_label(self, account: ServiceAccount) -> SafeString | str:
        return label(account.state, COLORS[account.state])

    @display(description="last used")
    def used_moment(self, account: ServiceAccount) -> SafeString | str:
        use = getattr(account, "use", None)
        return moment(use.last_used_at) if use else EMPTY

    @display(description="may")
    def may(self, account: ServiceAccount) -> str:
        return listed(permission.name for permission in account.permissions.order_by("name"))

    @display(description="sees")
    def sees(self, account: ServiceAccount) -> str:
        if not account.is_limited:
            return "What the person sees"
        return listed(map(str, account.organizations.all()), most=20) or "Nothing"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # Of what an account sees, its person is told what they still see themselves.
        seen = Organization.objects.for_staff(request.user).order_by("name")
        return super().get_queryset(request).prefetch_related(Prefetch("organizations", seen))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        if obj is None:
            return []
        return [name for _, options in self.fieldsets for name in options["fields"]]

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self.add_fieldsets if obj is None else self.fieldsets

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """What a program may do never changes under it: another right is another account."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Keys are revoked; the account stays for the history."""
        return False

    @confirmed(
        permission="api.add_serviceaccount",
        description="Make a key",
        icon="key",
        form_class=KeyForm,
        sudo=True,
        in_row_menu=False,
        explanation=(
            "The key is shown once. It replaces the key before it. A program with it can do what this "
            "account may, as long as you may."
        ),
    )
    def make_key(
        self, request: HttpRequest, accounts: QuerySet[ServiceAccount], answer: KeyForm
    ) -> TemplateResponse:
        account = accounts.get()
        key = key_make(
            account=account,
            days=answer.cleaned_data["days"],
            overlap_hours=answer.cleaned_data["overlap_hours"],
            actor=request.user,
            reason=answer.reason,
        )
        # Not as a message: those are stored until they are read.
        context = {
            **self.admin_site.each_context(request),
            "title": "Copy the key now",
            "opts": self.opts,
            "account": account,
            "key": key,
            "url": reverse("admin:api_serviceaccount_change", args=[account.pk]),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "api/key.html", context)

    @confirmed(
        permission="api.revoke_key",
        description="Revoke the key",
        icon="key_off",
        danger=True,
        in_row_menu=False,
        when=lambda account: account.key_digest is not None,
        explanation="The program is refused from its next request on.",
    )
    def revoke(
        self, request: HttpRequest, accounts: QuerySet[ServiceAccount], answer: ConfirmationForm
    ) -> str:
        account = key_revoke(account=accounts.get(), actor=request.user, reason=answer.reason)
        return f"The key of {account} is revoked."
