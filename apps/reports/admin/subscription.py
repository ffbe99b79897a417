"""Which report is mailed when, and to which people."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.display import GOOD, QUIET, label, moment_column, phrase
from apps.core.admin.inlines import BaseTabularInline
from apps.core.admin.read_only import ReadOnly
from apps.core.personal import reveal
from apps.reports.admin.run import ReportFilter, title_of
from apps.reports.models import ReportMailing, ReportRecipient, ReportSubscription
from apps.reports.services import (
    mailing_start,
    recipients_add,
    recipients_remove,
    subscription_update,
    subscriptions_resume,
    subscriptions_stop,
)

MANAGE = "reports.change_reportsubscription"


class RecipientInline(ReadOnly, BaseTabularInline):
    model = ReportRecipient
    verbose_name_plural = "recipients"
    fields = ["address_shown", "kind", "state_label", "problem_shown"]
    readonly_fields = fields
    show_change_link = False

    @display(description="recipient")
    def address_shown(self, recipient: ReportRecipient) -> str:
        return reveal(recipient.address, key=recipient.user_id or recipient.pk)

    @display(description="gets")
    def kind(self, recipient: ReportRecipient) -> str:
        return "What they may see" if recipient.user_id else "What the owner may see"

    @display(description="state")
    def state_label(self, recipient: ReportRecipient) -> SafeString:
        if recipient.unsubscribed_at:
            return label("Unsubscribed", QUIET)
        return label("Left out", "warning") if recipient.problem else label("On the list", GOOD)

    @display(description="why")
    def problem_shown(self, recipient: ReportRecipient) -> SafeString | str:
        return phrase(recipient.problem)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("reports.view_reportsubscription"))


class AddRecipientsForm(ConfirmationForm):
    emails = forms.CharField(
        label="E-mail addresses",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text="One per line: colleagues, or addresses of an allowed domain.",
    )
    field_order = ["emails", "reason"]


class RemoveRecipientsForm(ConfirmationForm):
    recipients = forms.ModelMultipleChoiceField(
        ReportRecipient.objects.none(), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    field_order = ["recipients", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["recipients"]
        field.queryset = ReportRecipient.objects.filter(
            subscription__in=self.queryset.values("pk")
        ).active()
        field.label_from_instance = _shown


def _shown(recipient: ReportRecipient) -> str:
    return reveal(recipient.address, key=recipient.user_id or recipient.pk)


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(TimelineMixin, BaseAdmin):
    update_service = staticmethod(subscription_update)
    service_argument = "subscription"
    list_display = [
        "title",
        "when",
        "next_due_moment",
        "recipients_number",
        "last_moment",
        "enabled_label",
        "owner",
    ]
    list_filter = [ReportFilter, "enabled"]
    list_select_related = ["owner"]
    search_fields = ["owner__email", "report"]
    ordering = ["report", "-id"]
    actions = ["stop", "resume"]
    actions_row = actions_detail = [
        "mail_now",
        "add_recipients",
        "remove_recipients",
        "resume",
        "stop",
    ]
    inlines = [RecipientInline]
    fieldsets = [
        (None, {"fields": ["title", "params_shown", "enabled_label", "owner"]}),
        ("When", {"fields": ["when", "time_zone", "next_due_moment", "last_moment"]}),
        ("Mail", {"fields": ["format", "skips_empty", "skips_unchanged"]}),
    ]
    readonly_fields = [
        "title",
        "params_shown",
        "enabled_label",
        "owner",
        "next_due_moment",
        "last_moment",
    ]

    next_due_moment = moment_column("next_due_at", description="next mail")
    last_moment = moment_column("last_mailed_at", description="last mailing")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        active = ReportRecipient.objects.active()
        last = ReportMailing.objects.filter(subscription=OuterRef("pk")).order_by("-due_at")
        return (
            super()
            .get_queryset(request)
            .annotate(
                active_recipients=count_subquery(active, "subscription"),
                last_mailed_at=Subquery(last.values("due_at")[:1]),
            )
        )

    @admin.display(description="report", ordering="report")
    def title(self, subscription: ReportSubscription) -> str:
        return title_of(subscription.report)

    @admin.display(description="parameters")
    def params_shown(self, subscription: ReportSubscription) -> str:
        return ", ".join(f"{name}: {value}" for name, value in subscription.params.items())

    @admin.display(description="recipients")
    def recipients_number(self, subscription: Any) -> SafeString | str:
        return str(subscription.active_recipients)

    @admin.display(description="state", ordering="enabled")
    def enabled_label(self, subscription: ReportSubscription) -> SafeString:
        return label("Mailed", GOOD) if subscription.enabled else label("Stopped", QUIET)

    @confirmed(
        permission=MANAGE,
        description="Mail now",
        icon="send",
        reason="optional",
        explanation="Sends the report now to everyone on the list, beside its timetable.",
        when=lambda subscription: subscription.enabled,
    )
    def mail_now(
        self, request: HttpRequest, subscriptions: QuerySet, answer: ConfirmationForm
    ) -> str:
        for subscription in subscriptions:
            mailing_start(subscription=subscription, actor=request.user, reason=answer.reason)
        return "The mails are being made. The page “Report mailings” shows how far they are."

    @confirmed(
        permission=MANAGE,
        description="Add recipients",
        icon="person_add",
        reason="optional",
        form_class=AddRecipientsForm,
    )
    def add_recipients(
        self, request: HttpRequest, subscriptions: QuerySet, answer: ConfirmationForm
    ) -> str:
        added = sum(
            recipients_add(
                subscription=subscription,
                emails=answer.cleaned_data["emails"],
                actor=request.user,
                reason=answer.reason,
            )
            for subscription in subscriptions
        )
        return f"{added:,} added to the list."

    @confirmed(
        permission=MANAGE,
        description="Remove recipients",
        icon="person_remove",
        reason="optional",
        form_class=RemoveRecipientsForm,
    )
    def remove_recipients(
        self, request: HttpRequest, subscriptions: QuerySet, answer: ConfirmationForm
    ) -> str:
        removed = sum(
            recipients_remove(
                subscription=subscription,
                recipients=answer.cleaned_data["recipients"],
                actor=request.user,
                reason=answer.reason,
            )
            for subscription in subscriptions
        )
        return f"{removed:,} taken off the list."

    @confirmed(
        permission=MANAGE,
        description="Stop",
        icon="unsubscribe",
        explanation="Nobody on the list gets this report any more, until somebody resumes it.",
        when=lambda subscription: subscription.enabled,
    )
    def stop(self, request: HttpRequest, subscriptions: Any, answer: ConfirmationForm) -> str:
        stopped = subscriptions_stop(
            subscriptions=subscriptions, actor=request.user, reason=answer.reason
        )
        return f"{stopped:,} stopped."

    @confirmed(
        permission=MANAGE,
        description="Resume",
        icon="play_arrow",
        reason="optional",
        explanation="Mails it again from the next due time on. What was due meanwhile is not sent.",
        when=lambda subscription: not subscription.enabled,
    )
    def resume(self, request: HttpRequest, subscriptions: Any, answer: ConfirmationForm) -> str:
        resumed = subscriptions_resume(
            subscriptions=subscriptions, actor=request.user, reason=answer.reason
        )
        return f"{resumed:,} resumed."

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A subscription is made on the page of its report."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A subscription is stopped; what it sent stays in the archive."""
        return False
