"""Prepares a mailing: makes the report once per distinct scope, and writes all deliveries."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from apps.accounts.disclosures import disclosures_of_file
from apps.core.actors import holds
from apps.core.errors import DomainError
from apps.core.jobs import ClaimLostError
from apps.core.scope import is_limited
from apps.core.sending import send_after_commit
from apps.reports.models import (
    ReportDelivery,
    ReportEdition,
    ReportMailing,
    ReportRecipient,
    ReportSubscription,
)
from apps.reports.registry import ReportDefinition, get_report
from apps.reports.services.adoption import addresses_adopt
from apps.reports.services.editions import MadeEdition, edition_make, params_due
from apps.reports.services.mailings import SEND, SWEEP
from apps.reports.services.permissions import SHARE, SUBSCRIBE
from apps.reports.services.recipients import find_accounts, is_allowed

logger = logging.getLogger(__name__)
State = ReportMailing.State
NOBODY = "Nobody is on the list."
NOBODY_MAY = "Nobody on the list may get it."


@dataclass
class _Edition:
    """The readers of one scope, and what they get."""

    readers: Sequence[ReportRecipient] = ()
    made: MadeEdition | None = None


@dataclass
class _Plan:
    editions: dict[str, _Edition] = field(default_factory=dict)
    # Why a recipient is left out, by key; "" for the others.
    problems: dict[UUID, str] = field(default_factory=dict)


def mailing_prepare(*, mailing_id: int) -> ReportMailing | None:
    """Claim a mailing and write its deliveries; None if another worker has it, or it is prepared."""
    mailing = ReportMailing.claim(mailing_id)
    if mailing is None:
        return None
    with mailing.keep_alive():
        try:
            _prepare(mailing)
        except ClaimLostError:
            logger.info("Mailing %s was taken over.", mailing.pk)
        except (OperationalError, InterfaceError) as error:
            if mailing.may_pass(error):
                raise
            _fail(mailing, error)
        except Exception as error:
            logger.exception("Mailing %s could not be prepared.", mailing.pk)
            _fail(mailing, error)
    return mailing


def _prepare(mailing: ReportMailing) -> None:
    subscription = mailing.subscription
    definition = get_report(subscription.report)
    params = params_due(subscription, mailing.due_at)
    addresses_adopt(subscription)
    plan = _plan(definition, subscription)
    for key, edition in plan.editions.items():
        first = edition.readers[0]
        edition.made = edition_make(
            definition,
            subscription,
            params=params,
            reader=first.reader,
            key=key,
            recipients=edition.readers,
            with_link=first.colleague is not None,
        )
        edition.readers = edition.made.recipients
    all_made = [edition.made for edition in plan.editions.values() if edition.made]
    sent = {key: each for key, each in plan.editions.items() if each.made and not each.made.skipped}
    reason = " ".join(dict.fromkeys(made.skipped for made in all_made if made.skipped))
    if not plan.editions:
        reason = NOBODY_MAY if plan.problems else NOBODY
    with mailing.hand_over(
        state=State.SENDING if sent else State.SKIPPED,
        params=params,
        period=next((made.result.period for made in all_made), ""),
        reason=reason,
        error="",
        ended_at=None if sent else timezone.now(),
    ):
        _note_problems(plan)
        listed = _still_listed(plan)
        for key, edition in sent.items():
            readers = [reader for reader in edition.readers if reader.pk in listed]
            if edition.made and readers:
                _write(mailing, key, edition.made, readers)
        if sent:
            send_after_commit(SEND, swept_by=SWEEP)


def _plan(definition: ReportDefinition, subscription: ReportSubscription) -> _Plan:
    plan = _Plan()
    active = subscription.recipients.active().select_related("user", "subscription__owner")
    find_accounts(active)
    for recipient in active:
        plan.problems[recipient.pk] = problem = problem_of(definition, recipient)
        if not problem:
            edition = plan.editions.setdefault(edition_key(definition, recipient), _Edition())
            edition.readers = [*edition.readers, recipient]
    return plan


def problem_of(definition: ReportDefinition, recipient: ReportRecipient) -> str:
    """Return why a recipient may not get the report today; nothing if they may."""
    reader = recipient.reader
    if recipient.colleague is None and not is_allowed(recipient.email):
        return "Reports may no longer be mailed to this domain (REPORT_MAIL_DOMAINS)."
    if recipient.account is not None and not recipient.account.is_active:
        return "They can no longer sign in here."
    owner = recipient.subscription.owner
    if recipient.colleague is None and (is_limited(owner) or not holds(owner, SHARE)):
        return f"The owner may no longer mail reports to others ({SHARE})."
    who = "They" if recipient.colleague else "The owner, whose rights count for this address,"
    if not reader.is_active or not reader.is_staff:
        return f"{who} can no longer sign in here."
    if not definition.may_view(reader):
        return f"{who} may no longer view this report ({definition.permission})."
    if not holds(reader, SUBSCRIBE):
        return f"{who} may no longer get reports by e-mail ({SUBSCRIBE})."
    return ""


def edition_key(definition: ReportDefinition, recipient: ReportRecipient) -> str:
    """Return what recipients have in common who get the very same mail."""
    kind = "" if recipient.colleague else "address, "
    return f"{kind}{definition.scope_key(recipient.reader)}"[:200]


def _still_listed(plan: _Plan) -> set[UUID]:
    """Return who is on the list now, and lock these rows, so that nobody is taken off it meanwhile."""
    on_list = ReportRecipient.objects.active().filter(pk__in=plan.problems)
    return set(on_list.select_for_update().order_by("pk").values_list("pk", flat=True))


def _note_problems(plan: _Plan) -> None:
    """Write on the list who was left out and why. Only what changed becomes history.

    Somebody who was taken off it meanwhile keeps the note that they can be put back.
    """
    for key, problem in plan.problems.items():
        listed = ReportRecipient.objects.active().filter(pk=key)
        listed.exclude(problem=problem).update(problem=problem)


def _write(
    mailing: ReportMailing, key: str, made: MadeEdition, readers: Sequence[ReportRecipient]
) -> None:
    content, result = made.content, made.result
    if content is None:
        raise ValueError("An edition without a mail is not written.")
    edition = ReportEdition(
        mailing=mailing,
        scope_key=key,
        subject=content.subject,
        html=content.html,
        text=content.text,
        chart=content.chart,
        is_attached=content.is_attached,
        totals=[[total.label, total.value] for total in result.totals],
        digest=result.digest(),
        row_count=result.row_count,
    )
    if content.file is not None:
        edition.file.save(content.file.name, ContentFile(content.file.content), save=False)
    edition.save()
    ReportDelivery.objects.bulk_create(_deliveries(mailing, edition, readers))
    definition = get_report(mailing.subscription.report)
    # Who shares an edition shares what it reveals.
    if definition.reveals(readers[0].reader):
        disclosures_of_file(
            page=f"report {definition.name}",
            path=f"report mailing {mailing.pk}",
            rows=len(result.rows),
            users=[reader.reader for reader in readers],
        )


def _deliveries(
    mailing: ReportMailing, edition: ReportEdition, readers: Sequence[ReportRecipient]
) -> list[ReportDelivery]:
    return [
        ReportDelivery(mailing=mailing, edition=edition, recipient=reader, email=reader.address)
        for reader in readers
    ]


def _fail(mailing: ReportMailing, error: Exception) -> None:
    said = error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
    try:
        with mailing.hand_over(
            cancelable=False, state=State.FAILED, error=said, ended_at=timezone.now()
        ):
            pass
    except ClaimLostError:
        return
