"""Who gets which report by e-mail. People subscribe themselves, on the report's page."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import GOOD, QUIET, label, moment_column
from apps.reports.admin.run import ReportFilter, title_of
from apps.reports.models import ReportSubscription
from apps.reports.querysets import ReportSubscriptionQuerySet
from apps.reports.services import subscriptions_stop


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(TimelineMixin, BaseAdmin):
    list_display = ["user", "title", "enabled_label", "created_moment"]
    list_filter = [ReportFilter]
    list_select_related = ["user"]
    search_fields = ["user__email", "report"]
    ordering = ["report", "user"]
    autocomplete_fields = ["user"]
    actions = ["stop"]
    actions_row = actions_detail = ["stop"]
    fields = ["user", "title", "enabled_label", "created_moment"]
    readonly_fields = fields

    created_moment = moment_column("created_at", description="subscribed")

    @admin.display(description="report", ordering="report")
    def title(self, subscription: ReportSubscription) -> str:
        return title_of(subscription.report)

    @admin.display(description="state")
    def enabled_label(self, subscription: ReportSubscription) -> SafeString:
        return label("Subscribed", GOOD) if subscription.enabled else label("Stopped", QUIET)

    @confirmed(
        permission="reports.change_reportsubscription",
        description="Unsubscribe",
        icon="unsubscribe",
        when=lambda subscription: subscription.enabled,
    )
    def stop(
        self,
        request: HttpRequest,
        subscriptions: ReportSubscriptionQuerySet,
        answer: ConfirmationForm,
    ) -> str:
        stopped = subscriptions_stop(
            subscriptions=subscriptions, actor=request.user, reason=answer.reason
        )
        return f"{stopped:,} stopped."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
