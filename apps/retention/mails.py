"""The e-mail that tells a person what will soon be deleted for good."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from apps.core.models import QueuedMail
from apps.core.queued_mails import MailKind, mail_kind
from apps.core.trash.proxies import models_with_trash, trash_proxy_of
from apps.core.wording import counted, listed
from apps.retention.models import TrashNotice
from apps.retention.selectors import goes_at, roots

_NAMED = 10


def _build(mail: QueuedMail) -> EmailMultiAlternatives | None:
    """Return the e-mail; None if nothing is left of it, or the person may not be told."""
    person: Any = (
        get_user_model()
        ._default_manager.filter(pk=mail.arguments["person"], is_active=True, is_staff=True)
        .first()
    )
    batch = TrashNotice.objects.filter(batch=mail.arguments["batch"])
    first = batch.first()
    if person is None or first is None:
        return None
    parts = list(_parts(person, batch))
    if not parts:
        return None
    what = listed(part["counted"] for part in parts)
    day = timezone.localdate(min(part["at"] for part in parts))
    context = {"parts": parts, "what": what, "day": day, "person": person}
    message = EmailMultiAlternatives(
        subject=f"{what} in the trash will be deleted for good on {day:%B %-d}",
        body=render_to_string("retention/mail/notice.txt", context),
        to=[person.email],
    )
    message.attach_alternative(render_to_string("retention/mail/notice.html", context), "text/html")
    return message


def _parts(person: Any, batch: Any) -> Iterator[dict[str, Any]]:
    """Yield what the person moved to the trash and may see, by kind: how many, the first names, a link."""
    for model in models_with_trash():
        found: Any = roots(model)
        rows = found.for_staff(person).filter(
            deleted_by=person, trash_id__in=batch.values("trash_id")
        )
        number = rows.count()
        if not number:
            continue
        shown = list(rows.order_by("deleted_at", "pk")[:_NAMED])
        opts = trash_proxy_of(model)._meta
        told = batch.filter(trash_id=shown[0].trash_id).values_list("told_at", flat=True).first()
        path = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        yield {
            "counted": counted(number, model),
            "names": [" ".join(str(record).split()) for record in shown],
            "more": number - len(shown),
            "at": goes_at(shown[0].deleted_at, told) or timezone.now(),
            "url": f"{settings.SITE_URL.rstrip('/')}{path}",
        }


TRASH_NOTICE = mail_kind("trash notice", MailKind(_build))
