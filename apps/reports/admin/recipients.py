"""The list of a subscription: its part of the page, and the forms that change it."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from apps.accounts.models import User
from apps.core.admin.confirm_form import ConfirmationForm
from apps.core.admin.display import GOOD, QUIET, label, phrase
from apps.core.admin.inlines import BaseTabularInline
from apps.core.admin.read_only import ReadOnly
from apps.core.personal import reveal
from apps.reports.models import ReportRecipient


class RecipientInline(ReadOnly, BaseTabularInline):
    model = ReportRecipient
    verbose_name_plural = "recipients"
    fields = ["address_shown", "kind", "state_label", "problem_shown"]
    readonly_fields = fields
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        staff = User.objects.filter(
            Q(pk=OuterRef("user")) | Q(email=OuterRef("email")), is_staff=True
        )
        return super().get_queryset(request).annotate(is_colleague=Exists(staff))

    @display(description="recipient")
    def address_shown(self, recipient: ReportRecipient) -> str:
        return reveal(recipient.address, key=recipient.user_id or recipient.pk)

    @display(description="gets")
    def kind(self, recipient: Any) -> str:
        return "What they may see" if recipient.is_colleague else "What the owner may see"

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
