"""The people on the list of a subscription."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from apps.accounts.models import User
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.core.scope import refuse_limited
from apps.core.wording import listed
from apps.reports.models import ReportRecipient, ReportSubscription
from apps.reports.querysets import ReportRecipientQuerySet
from apps.reports.registry import get_report
from apps.reports.services.permissions import SHARE, SUBSCRIBE, may_manage

MOST_RECIPIENTS = 1000


@dataclass(frozen=True)
class Addressee:
    """Somebody who is to get a report: a colleague, or an address without an account."""

    email: str
    user: User | None = None


def addressees(text: str, actor: Actor) -> list[Addressee]:
    """Return who is meant by e-mail addresses on lines or between commas, each once.

    Raises `MissingPermission` for others than the actor without the permission to mail reports to
    others, and `DomainError` with a sentence that names every address that cannot get it.
    """
    emails = list(dict.fromkeys(text.replace(",", " ").replace(";", " ").lower().split()))
    if len(emails) > MOST_RECIPIENTS:
        raise DomainError(f"A subscription has {MOST_RECIPIENTS:,} recipients at most.")
    own = getattr(actor, "email", "").lower()
    if set(emails) - {own}:
        require(actor, SHARE)
        refuse_limited(actor, "A report can be mailed to people of every organization.")
    _refuse(emails, _is_no_address, "Not an e-mail address: {}.")
    colleagues = {
        user.email.lower(): user
        for user in User.objects.filter(email__in=emails, is_staff=True, is_active=True)
    }
    left = set(
        User.objects.filter(email__in=emails, is_active=False).values_list("email", flat=True)
    )
    _refuse(emails, left.__contains__, "They can no longer sign in here: {}.")
    outside = [email for email in emails if email not in colleagues]
    known = allowed_domains()
    _refuse(
        outside,
        lambda email: not is_allowed(email),
        "Not on the staff, and of no domain that reports may be mailed to: {}. "
        + (f"Allowed domains: {listed(known)}." if known else "No domain is allowed."),
    )
    return [Addressee(email, colleagues.get(email)) for email in emails]


def allowed_domains() -> list[str]:
    return list(settings.REPORT_MAIL_DOMAINS)


def is_allowed(email: str) -> bool:
    return email.rpartition("@")[2].lower() in settings.REPORT_MAIL_DOMAINS


def _is_no_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return True
    return False


def find_accounts(recipients: Iterable[ReportRecipient]) -> None:
    """Look up in one statement who the addresses of `recipients` belong to."""
    outside = [each for each in recipients if each.user_id is None]
    accounts = User.objects.filter(email__in=[each.email for each in outside])
    known = {account.email: account for account in accounts}
    for each in outside:
        each.account = known.get(each.email)


def _refuse(emails: Iterable[str], is_wrong: Callable[[str], bool], sentence: str) -> None:
    wrong = [email for email in emails if is_wrong(email)]
    if wrong:
        raise DomainError(sentence.format(listed(wrong, most=5)))


def _refuse_more_than_own(
    subscription: ReportSubscription, emails: list[str], actor: Actor
) -> None:
    """Raise `DomainError` where addresses would get more of the report than the actor, who names them, may see.

    Limited people name nobody but themselves; see `addressees`.
    """
    owner = subscription.owner
    if actor is None or isinstance(actor, str) or actor.pk == owner.pk:
        return
    definition = get_report(subscription.report)
    if definition.may_view(actor) and (definition.reveals(actor) or not definition.reveals(owner)):
        return
    raise DomainError(
        f"They have no account, so they would get what {owner} may see, which is more than you may see: "
        f"{listed(emails, most=5)}. {owner} can add them."
    )


def recipients_write(
    subscription: ReportSubscription, found: Iterable[Addressee], actor: Actor
) -> int:
    """Put people on the list; return how many are new on it. The caller has locked the subscription.

    Raises `DomainError` for people who took themselves off it, as only they can come back, and for addresses
    that would get more than the actor may see.
    """
    listed_now = list(subscription.recipients.select_related("user"))
    known = {recipient.user_id or recipient.email: recipient for recipient in listed_now}
    # Somebody whose address was on the list before they had an account must not get two mails.
    by_address = {recipient.address.lower(): recipient for recipient in listed_now}
    added, gone = [], []
    for one in found:
        recipient = known.get(one.user.pk if one.user else one.email) or by_address.get(one.email)
        if recipient is not None and one.user and recipient.user_id is None:
            recipient.user, recipient.email = one.user, ""
            recipient.save(update_fields=["user", "email"])
        if recipient is None:
            added.append(
                ReportRecipient(
                    subscription=subscription, user=one.user, email="" if one.user else one.email
                )
            )
        elif recipient.unsubscribed_at is not None:
            gone.append(recipient)
    outside = [each.email for each in (*added, *gone) if each.user_id is None]
    if outside:
        _refuse_more_than_own(subscription, outside, actor)
    me = getattr(actor, "pk", None)
    back = [
        each
        for each in gone
        if each.problem == ReportRecipient.TAKEN_OFF or (me and each.user_id == me)
    ]
    others = [each.address for each in gone if each not in back]
    if others:
        raise DomainError(
            f"They unsubscribed, and only they can subscribe again: {listed(others, most=5)}."
        )
    active = sum(recipient.unsubscribed_at is None for recipient in listed_now)
    if active + len(added) + len(back) > MOST_RECIPIENTS:
        raise DomainError(f"A subscription has {MOST_RECIPIENTS:,} recipients at most.")
    ReportRecipient.objects.bulk_create(added)
    for recipient in back:
        recipient.unsubscribed_at, recipient.problem = None, ""
        recipient.save(update_fields=["unsubscribed_at", "problem"])
    return len(added) + len(back)


def recipients_add(
    *, subscription: ReportSubscription, emails: str, reason: str = "", actor: Actor
) -> int:
    """Put people on the list of a subscription; return how many are new on it.

    Raises `MissingPermission`, and `DomainError` for people who cannot get it.
    """
    require(actor, SUBSCRIBE)
    with acting_as(actor=actor, reason=reason):
        locked = ReportSubscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
        may_manage(locked, actor)
        return recipients_write(locked, addressees(emails, actor), actor)


def recipients_remove(
    *,
    subscription: ReportSubscription,
    recipients: ReportRecipientQuerySet,
    reason: str = "",
    actor: Actor,
) -> int:
    """Take people off the list; return how many. What was sent to them stays in the archive."""
    with acting_as(actor=actor, reason=reason):
        mine = ReportSubscription.objects.for_actor(actor)
        locked = mine.select_for_update(no_key=True).get(pk=subscription.pk)
        may_manage(locked, actor)
        # People who unsubscribed stay on record, so that nobody puts them back.
        chosen = recipients.filter(subscription=locked).active()
        # A worker that writes their mails right now is waited for: then they have some.
        list(chosen.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
        kept = chosen.filter(deliveries__isnull=False).distinct()
        stopped = ReportRecipient.objects.filter(pk__in=kept.values("pk")).active()
        count = stopped.update(unsubscribed_at=timezone.now(), problem=ReportRecipient.TAKEN_OFF)
        return count + chosen.filter(deliveries__isnull=True).delete()[0]


@transaction.atomic
def recipient_unsubscribe(*, recipient: ReportRecipient) -> bool:
    """Take the person off the list who followed the link in their mail; return whether that is new.

    Asks for no permission: the link is signed, and is the recipient's alone. Nobody can put the person on it
    again afterward, also if a colleague took them off it before.
    """
    with acting_as(actor="unsubscribe link", reason="Followed the link in the mail"):
        own = Q(pk=recipient.pk)
        if recipient.account is not None:
            # The link may be in a mail from before their account was on the list.
            own |= Q(user=recipient.account)
        rows = ReportRecipient.objects.filter(
            own,
            Q(unsubscribed_at=None) | Q(problem=ReportRecipient.TAKEN_OFF),
            subscription=recipient.subscription_id,
        )
        return bool(rows.update(unsubscribed_at=timezone.now(), problem=""))
