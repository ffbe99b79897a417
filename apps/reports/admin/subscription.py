"""Which report is mailed when, and to which people."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from apps.audit.admin.timeline import TimelineMixin
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.count_subquery import count_subquery
from apps.core.admin.display import GOOD, QUIET, label, moment_column
from apps.core.admin.editing.forms import VersionedModelForm
from apps.core.errors import DomainError, MissingPermission, RecordNotFound
from apps.reports.admin.recipients import (
    AddRecipientsForm,
    RecipientInline,
    RemoveRecipientsForm,
)
from apps.reports.admin.run import ReportFilter, title_of
from apps.reports.admin.subscription_form import next_mail, param_fields, update
from apps.reports.models import ReportMailing, ReportRecipient, ReportSubscription
from apps.reports.services import (
    mailing_start,
    recipients_add,
    recipients_remove,
    subscriptions_resume,
    subscriptions_stop,
)
from apps.reports.services.editions import params_in_words

MANAGE = "reports.change_reportsubscription"
PARAMETERS = "Parameters"


@admin.register(ReportSubscription)
class ReportSubscriptionAdmin(TimelineMixin, BaseAdmin):
    update_service = staticmethod(update)
    change_form_after_template = "reports/subscription_buttons.html"
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
        (None, {"fields": ["title", "enabled_label", "owner"]}),
        (PARAMETERS, {"fields": ["params_shown"]}),
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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        names = list(param_fields(obj)) if self.has_change_permission(request, obj) else []
        return [
            (
                title,
                {**shown, "fields": [*names, *shown["fields"]]} if title == PARAMETERS else shown,
            )
            for title, shown in sets
        ]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = type("SubscriptionForm", (VersionedModelForm,), param_fields(obj))
        return super().get_form(request, obj, change, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.preview_view))
        name = "reports_reportsubscription_preview"
        return [path("<path:object_id>/preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the next mail as the form says it, without saving anything."""
        subscription: Any = self.get_object(request, unquote(object_id))
        if subscription is None:
            raise RecordNotFound(ReportSubscription, object_id)
        if not self.has_change_permission(request, subscription):
            raise MissingPermission(MANAGE)
        form_class = self.get_form(request, subscription, change=True)
        stored = ReportSubscription.objects.get(pk=subscription.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Next mail of {title_of(subscription.report)}",
            **next_mail(request, subscription, form_class(request.POST, instance=stored)),
        }
        status = 200 if context["shown"] else 400
        return TemplateResponse(request, "reports/next_mail.html", context, status=status)

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

    @admin.display(description="in the next mail")
    def params_shown(self, subscription: ReportSubscription) -> SafeString | str:
        try:
            words = params_in_words(subscription, subscription.next_due_at or timezone.now())
        except DomainError as error:
            return error.message
        return format_html_join("", "<div>{}: {}</div>", words) or "This report has none."

    @admin.display(description="recipients")
    def recipients_number(self, subscription: Any) -> SafeString | str:
        return str(subscription.active_recipients)

    @admin.display(description="state", ordering="enabled")
    def enabled_label(self, subscription: ReportSubscription) -> SafeString:
        if not subscription.enabled:
            return label("Stopped", QUIET)
        return label("Mailed", GOOD) if subscription.next_due_at else label("Over", QUIET)

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
