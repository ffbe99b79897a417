"""Who may change a subscription: its owner, and those who may change everybody's."""

from apps.core.actors import Actor, require
from apps.reports.models import ReportSubscription

MANAGE = "reports.change_reportsubscription"
SHARE = "reports.share_report"
SUBSCRIBE = "reports.subscribe_report"


def may_manage(subscription: ReportSubscription, actor: Actor) -> None:
    """Raise `MissingPermission` for an actor who neither owns the subscription nor manages all."""
    if actor is None or isinstance(actor, str) or actor.pk == subscription.owner_id:
        return
    require(actor, MANAGE)
