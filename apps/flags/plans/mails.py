"""E-mails about planned changes: to those who answer for the flag, and to the planner."""

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from apps.accounts.models import User
from apps.core.models import QueuedMail
from apps.core.personal_patterns import masked_in
from apps.core.queued_mails import MailKind, mail_kind, mails_queue
from apps.flags.models import ChangePlan, Flag, PlannedChange, Switch
from apps.flags.ownership import can_own, recipients
from apps.flags.plans.wording import becomes_in_words, change_in_words

State = PlannedChange.State


def announce_done(change: PlannedChange) -> None:
    """Queue the e-mails about a change that was carried out. The caller holds the transaction."""
    people = _people(change.plan)
    mails_queue(
        CHANGE_DONE,
        {
            f"{change.pk}:{person}": {"change": change.pk, "person": str(person)}
            for person in people
        },
    )


def announce_end(plan: ChangePlan, *, besides: UUID | None = None) -> None:
    """Queue the e-mails about changes that will not happen; the person who canceled them knows."""
    people = [person for person in _people(plan) if person != besides]
    mails_queue(
        PLAN_ENDED,
        {f"{plan.pk}:{person}": {"plan": plan.pk, "person": str(person)} for person in people},
    )


def _people(plan: ChangePlan) -> set[UUID]:
    model = Flag if plan.kind == "flag" else Switch
    toggle = model._default_manager.filter(pk=plan.toggle_id).first()
    people = {person.pk for person in recipients(plan.kind, toggle)}
    if plan.planned_by_id is not None:
        people |= set(can_own(plan.kind).filter(pk=plan.planned_by_id).values_list("pk", flat=True))
    return people


def _done(mail: QueuedMail) -> EmailMessage | None:
    change = (
        PlannedChange.objects.filter(pk=mail.arguments["change"]).select_related("plan").first()
    )
    if change is None:
        return None
    plan = change.plan
    rest = plan.changes.filter(state=State.WAITING).order_by("due_at").first()
    if rest is not None:
        follows = f"Next: {change_in_words(rest)}."
    else:
        follows = "Nothing else is planned." if plan.state == plan.State.DONE else plan.outcome
    now = becomes_in_words(plan.kind, change.becomes)
    return _message(
        mail,
        plan,
        f"{plan.name}: {now}, as planned",
        [f"The {plan.kind} {plan.name} became {now}, as planned.", change.message, follows],
    )


def _ended(mail: QueuedMail) -> EmailMessage | None:
    plan = ChangePlan.objects.filter(pk=mail.arguments["plan"]).first()
    if plan is None:
        return None
    left = plan.changes.filter(state__in=[State.CANCELED, State.FAILED]).order_by("due_at")
    lines = ["These planned changes will not happen:", *(f"- {change_in_words(c)}" for c in left)]
    word = plan.get_state_display().lower()
    return _message(
        mail,
        plan,
        f"{plan.name}: planned changes {word}",
        [f"Why: {plan.outcome}", "\n".join(lines), "If they are still wanted, plan them again."],
    )


CHANGE_DONE = mail_kind("flag change done", MailKind(_done))
PLAN_ENDED = mail_kind("flag plan ended", MailKind(_ended))


def _message(
    mail: QueuedMail, plan: ChangePlan, subject: str, parts: list[str]
) -> EmailMessage | None:
    person = User.objects.active().filter(pk=mail.arguments["person"]).first()
    if person is None:
        return None
    path = reverse(f"admin:flags_{plan.kind}_changelist")
    about = [
        f"Planned by {plan.planner}: “{plan.reason}”",
        f"{settings.SITE_URL.rstrip('/')}{path}?q={plan.name}",
    ]
    text = "\n\n".join(part for part in (*parts, "\n".join(about), _WHY) if part)
    sees = person.has_perm("accounts.view_personal_data")
    return EmailMessage(
        subject=" ".join(subject.split()),
        body=f"{text if sees else masked_in(text)}\n",
        to=[person.email],
    )


_WHY = (
    "You get this because you planned it, because you or your role own it, or because nobody does and you may turn "
    "flags."
)
