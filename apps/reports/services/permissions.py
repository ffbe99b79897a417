"""Who may change a subscription: its owner, and those who may change everybody's."""

from apps.core.actors import Actor, require
from apps.core.scope import refuse_limited
from apps.reports.models import ReportSubscription

MANAGE = "reports.change_reportsubscription"
SHARE = "reports.share_report"
SUBSCRIBE = "reports.subscribe_report"


def may_manage(subscription: ReportSubscription, actor: Actor) -> None:
    """Raise `MissingPermission` for an actor who neither owns the subscription nor manages all.

    Raises `DomainError` for a limited one, who sees a colleague's subscription because they receive it.
    """
    if actor is None or isinstance(actor, str) or actor.pk == subscription.owner_id:
        return
    may_manage_all(actor)


def may_manage_all(actor: Actor) -> None:
    require(actor, MANAGE)
    refuse_limited(actor, "The list of a colleague has people of every organization.")
