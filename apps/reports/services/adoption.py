"""Addresses on a list that have become a colleague's."""

from django.utils import timezone

from apps.core.actors import acting_as
from apps.reports.models import ReportRecipient, ReportSubscription
from apps.reports.services.recipients import find_accounts


def addresses_adopt(subscription: ReportSubscription) -> None:
    """Let colleagues who are on the list as addresses be on it as themselves from now on.

    Otherwise a colleague whose account and address are both on it would get two mails, and an address
    that a colleague gives up would get what the owner may see.
    """
    with acting_as(actor="report mails", reason="The address is a colleague's."):
        ReportSubscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
        outside = list(subscription.recipients.filter(user=None).exclude(email=""))
        find_accounts(outside)
        colleagues = [each for each in outside if each.account and each.account.is_staff]
        known = set(
            subscription.recipients.filter(
                user__in=[each.account.pk for each in colleagues]
            ).values_list("user", flat=True)
        )
        for recipient in colleagues:
            place = ReportRecipient.objects.filter(pk=recipient.pk)
            if recipient.account.pk in known:
                place.active().update(
                    unsubscribed_at=timezone.now(), problem=ReportRecipient.TAKEN_OFF
                )
            else:
                place.update(user=recipient.account, email="")
