"""E-mails that changes cause, and what waits for a decision. What they say is not stored."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from apps.accounts.mail_decisions import DECIDE, queued_mail_leave, queued_mail_send_again
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.deliveries import AGAIN, LEAVE, DeliveryAdmin, can_be_left, done
from apps.core.models import QueuedMail
from apps.core.queued_mails import kind_names


def is_troubled(mail: QueuedMail) -> bool:
    return mail.state in QueuedMail.TROUBLED


class KindFilter(DropdownFilter):
    title = "what"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        return [(name, f"{name[:1].upper()}{name[1:]}") for name in kind_names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(QueuedMail)
class QueuedMailAdmin(DeliveryAdmin):
    list_display = [
        "what",
        "address",
        "state_label",
        "error_shown",
        "attempts",
        "created_moment",
        "sent_moment",
        "next_moment",
    ]
    list_filter: list[Any] = [*DeliveryAdmin.list_filter, KindFilter]
    search_fields = ["email"]
    search_help_text = "E-mail"
    fieldsets = [
        (None, {"fields": ["what", "address", "state_label", "error_shown"]}),
        ("When", {"fields": ["created_moment", "attempts", "next_moment", "sent_moment"]}),
    ]
    readonly_fields = [name for _, options in fieldsets for name in options["fields"]]

    @display(description="what", ordering="kind")
    def what(self, mail: QueuedMail) -> str:
        return str(mail)

    @confirmed(
        permission=DECIDE,
        needs_full_access=True,
        description="Send again",
        icon="forward_to_inbox",
        explanation=AGAIN,
        when=is_troubled,
    )
    def send_again(self, request: HttpRequest, mails: QuerySet, answer: ConfirmationForm) -> str:
        for mail in mails:
            queued_mail_send_again(mail=mail, actor=request.user, reason=answer.reason)
        return done(len(mails), "queued again")

    @confirmed(
        permission=DECIDE,
        needs_full_access=True,
        description="Leave it",
        icon="do_not_disturb_on",
        explanation=LEAVE,
        when=can_be_left,
    )
    def leave(self, request: HttpRequest, mails: QuerySet, answer: ConfirmationForm) -> str:
        left = sum(
            queued_mail_leave(mail=mail, actor=request.user, reason=answer.reason) for mail in mails
        )
        return done(left, "left")
