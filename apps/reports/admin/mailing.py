"""Mailings of reports and their mails: the archive, and what waits for a decision."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import get_nonce
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from apps.core.actors import in_the_name_of
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.deliveries import (
    AGAIN,
    LEAVE,
    DeliveryAdmin,
    can_be_left,
    can_be_sent_again,
    done,
)
from apps.core.admin.display import (
    BAD,
    BUSY,
    GOOD,
    QUIET,
    WAITING,
    count_link,
    moment_column,
    phrase,
    record_link,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter, RecordFilter
from apps.core.admin.read_only import ReadOnlyAdmin
from apps.core.errors import DomainError
from apps.reports.admin.mail_preview import shown_html
from apps.reports.admin.run import title_of
from apps.reports.models import ReportDelivery, ReportMailing
from apps.reports.registry import get_report
from apps.reports.services import report_mail_leave, report_mail_send_again

DECIDE = "reports.decide_delivery"
MAILING_COLORS = {
    "preparing": BUSY,
    "sending": BUSY,
    "done": GOOD,
    "skipped": QUIET,
    "missed": WAITING,
    "failed": BAD,
}


@admin.register(ReportMailing)
class ReportMailingAdmin(ReadOnlyAdmin):
    list_display = [
        "title",
        "period",
        "due_moment",
        "state_label",
        "sent_number",
        "troubled_number",
        "reason_shown",
    ]
    list_filter = [("state", ChoicesDropdownFilter), ("due_at", DayRangeFilter)]
    list_select_related = ["subscription", "started_by", "real_started_by"]
    search_fields = ["subscription__report", "period"]
    sortable_by: list[str] = []
    fieldsets = [
        (None, {"fields": ["title", "period", "state_label", "reason_shown", "subscription_link"]}),
        (
            "Mails",
            {"fields": ["sent_number", "open_number", "troubled_number"]},
        ),
        ("When", {"fields": ["due_moment", "started_moment", "ended_moment", "started_by_name"]}),
    ]
    readonly_fields = [name for _, options in fieldsets for name in options["fields"]]

    due_moment = moment_column("due_at")
    started_moment = moment_column("started_at")
    ended_moment = moment_column("ended_at")
    state_label = state_column("state", MAILING_COLORS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        mails = ReportDelivery.objects.for_staff(request.user)
        groups = {
            "sent": ["sent"],
            "open": ReportDelivery.OPEN,
            "troubled": ReportDelivery.TROUBLED,
        }
        counts = {
            f"{name}_count": count_subquery(mails.filter(state__in=states), "mailing")
            for name, states in groups.items()
        }
        return super().get_queryset(request).annotate(**counts)

    @display(description="report")
    def title(self, mailing: ReportMailing) -> str:
        return title_of(mailing.subscription.report)

    @display(description="why")
    def reason_shown(self, mailing: ReportMailing) -> SafeString | str:
        return phrase(mailing.error or mailing.reason)

    @display(description="subscription")
    def subscription_link(self, mailing: ReportMailing) -> SafeString | str:
        return record_link(mailing.subscription)

    @display(description="started by")
    def started_by_name(self, mailing: ReportMailing) -> SafeString | str:
        if mailing.started_by:
            return in_the_name_of(mailing.started_by, mailing.real_started_by)
        return "The timetable"

    @display(description="sent")
    def sent_number(self, mailing: Any) -> SafeString | str:
        return _mails(mailing.sent_count, mailing, state__exact="sent")

    @display(description="on their way")
    def open_number(self, mailing: Any) -> SafeString | str:
        return _mails(mailing.open_count, mailing)

    @display(description="in trouble")
    def troubled_number(self, mailing: Any) -> SafeString | str:
        return _mails(mailing.troubled_count, mailing)


def _mails(count: int, mailing: ReportMailing, **more: object) -> SafeString | str:
    return count_link(count, "reports.reportdelivery", mailing__id__exact=mailing.pk, **more)


@admin.register(ReportDelivery)
class ReportDeliveryAdmin(DeliveryAdmin):
    list_display = [
        "address",
        "state_label",
        "mailing_link",
        "error_shown",
        "attempts",
        "sent_moment",
        "next_moment",
    ]
    list_filter = [*DeliveryAdmin.list_filter, ("mailing", RecordFilter)]
    list_select_related = ["mailing__subscription"]
    search_fields = ["email"]
    search_help_text = "E-mail"
    fieldsets = [
        (
            None,
            {"fields": ["address", "subject_shown", "mailing_link", "state_label", "error_shown"]},
        ),
        ("When", {"fields": ["created_moment", "attempts", "next_moment", "sent_moment"]}),
    ]
    readonly_fields = [name for _, options in fieldsets for name in options["fields"]]
    change_form_after_template = "reports/mail_shown.html"

    @display(description="mailing")
    def mailing_link(self, delivery: ReportDelivery) -> SafeString | str:
        title = title_of(delivery.mailing.subscription.report)
        return phrase(record_link(delivery.mailing, f"{title} {delivery.mailing.period}".strip()))

    @display(description="subject")
    def subject_shown(self, delivery: ReportDelivery) -> str:
        return delivery.edition.subject

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        delivery = kwargs.get("obj")
        if isinstance(delivery, ReportDelivery):
            may = may_read(request.user, delivery)
            context["mail_html"] = shown_html(delivery.edition, get_nonce(request)) if may else ""
            context["mail_text"] = delivery.edition.text if may else ""
            context["mail_is_hidden"] = not may
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    @confirmed(
        permission=DECIDE,
        description="Send again",
        icon="forward_to_inbox",
        explanation=AGAIN,
        when=can_be_sent_again,
    )
    def send_again(
        self, request: HttpRequest, deliveries: QuerySet, answer: ConfirmationForm
    ) -> str:
        for delivery in deliveries:
            report_mail_send_again(delivery=delivery, actor=request.user, reason=answer.reason)
        return done(len(deliveries), "queued again")

    @confirmed(
        permission=DECIDE,
        description="Leave it",
        icon="do_not_disturb_on",
        explanation=LEAVE,
        when=can_be_left,
    )
    def leave(self, request: HttpRequest, deliveries: QuerySet, answer: ConfirmationForm) -> str:
        left = sum(
            report_mail_leave(delivery=delivery, actor=request.user, reason=answer.reason)
            for delivery in deliveries
        )
        return done(left, "left")


def may_read(user: Any, delivery: ReportDelivery) -> bool:
    """Tell whether a person may read what a colleague was sent: what they would get themselves."""
    if user.is_superuser or delivery.recipient.user_id == user.pk:
        return True
    try:
        definition = get_report(delivery.mailing.subscription.report)
    except DomainError:
        return False
    own = definition.scope_key(user)
    return definition.may_view(user) and delivery.edition.scope_key in (own, f"address, {own}")
