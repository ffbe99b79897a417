"""E-mails with a link to set a password: for people who forgot it or never had one."""

from datetime import timedelta

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from apps.accounts import event_kinds
from apps.accounts.authority import account_decide
from apps.accounts.models import User
from apps.audit.events import record_event
from apps.audit.models import Event
from apps.core.actors import Actor, acting_as, require
from apps.core.errors import DomainError
from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, mail_kind, mail_queue, mail_send

# Strangers must not be able to fill a person's inbox.
ONE_IN = 2 * 60
PERMISSION = "accounts.change_user"


def password_link_queue(*, email: str) -> None:
    """Queue the link for an active person with this address, if there is one.

    A worker looks up the address, so that the response reveals nothing.
    """
    mail_queue(PASSWORD_LINK, email, email=email)


def password_link_send(*, email: str) -> bool:
    """E-mail the link to an active person with this address; return whether an e-mail was sent."""
    return mail_send(PASSWORD_LINK, email, email=email)


def _build(mail: QueuedMail) -> EmailMessage | None:
    user = User.objects.active().filter(email=mail.arguments["email"]).first()
    if user is None:
        return None
    # Another request is limited; an e-mail that is built again, because it was not sent, is not.
    lately = f"password-link:{user.pk}"
    is_first = cache.add(lately, mail.pk, ONE_IN)
    if not is_first and cache.get(lately) != mail.pk:
        return None
    if is_first and not mail.attempts:
        if _sent_today(user, by_colleagues=False) >= _most_a_day():
            return None
        with acting_as(actor="password link"):
            record_event(event_kinds.PASSWORD_LINK, target=user)
    return password_link_mail(user)


PASSWORD_LINK = mail_kind("password link", MailKind(_build))


def _most_a_day() -> int:
    most: int = settings.PASSWORD_LINKS_A_DAY
    return most


def _sent_today(user: User, *, by_colleagues: bool) -> int:
    """Return how many links were sent to a person in the last 24 hours.

    Counted separately, so that no stranger can use up a colleague's allowance.
    """
    links: QuerySet[Event] = Event.objects.filter(
        kind=event_kinds.PASSWORD_LINK,
        target_type=ContentType.objects.get_for_model(User),
        target_pk=str(user.pk),
        at__gt=timezone.now() - timedelta(days=1),
        change_set__actor_id__isnull=not by_colleagues,
    )
    return links.count()


def password_link_give(*, user: User, actor: Actor, reason: str = "") -> None:
    """E-mail the link to a person because a colleague requested it."""
    require(actor, PERMISSION)
    with acting_as(actor=actor, reason=reason):
        person, actor = account_decide(user=user, actor=actor, permissions=[PERMISSION])
        if not person.is_active:
            raise DomainError(f"{person} is deactivated. Reactivate the person first.")
        if _sent_today(person, by_colleagues=True) >= _most_a_day():
            raise DomainError(
                f"{_most_a_day()} links were sent to this person in the last 24 hours. Ask "
                "whether the e-mails arrive, and try again tomorrow."
            )
        record_event(event_kinds.PASSWORD_LINK, actor=actor, target=person)
        mail_queue(GIVEN_LINK, str(person.pk), user=str(person.pk))


def _build_given(mail: QueuedMail) -> EmailMessage | None:
    user = User.objects.active().filter(pk=mail.arguments["user"]).first()
    return password_link_mail(user) if user else None


GIVEN_LINK = mail_kind("password link by a colleague", MailKind(_build_given))


def password_link_mail(user: User) -> EmailMultiAlternatives:
    """Return the e-mail. The link is valid once, and for a limited time."""
    context = {
        "user": user,
        "has_password": user.has_usable_password(),
        "link": password_link(user),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    mail = EmailMultiAlternatives(
        subject="Set your Quarterdeck password",
        body=render_to_string("account/mail/password_link.txt", context),
        to=[user.email],
    )
    mail.attach_alternative(
        render_to_string("account/mail/password_link.html", context), "text/html"
    )
    return mail


def password_link(user: User) -> str:
    """Return the link. It does not bypass the second factor: it sets a password and signs nobody in."""
    token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(user), token])
    return settings.SITE_URL.rstrip("/") + path
