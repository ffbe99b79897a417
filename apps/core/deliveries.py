"""Queued e-mails: one row per e-mail and person, written before the e-mail is sent.

A sender claims a row with a lease (*sending*), and notes when it is about to send the final dot of
the data (`given_at`): up to there, the server certainly has not accepted the e-mail, and after it,
only the server's answer tells. So when a sender ends, `sweep` knows which rows may go out again.

| state | means |
|---|---|
| waiting | nobody has tried it |
| sending | a process has it |
| sent | the server accepted it |
| retrying | the server did not accept it and may do so later; `error` has its words |
| refused | the server never will, or did not for two days |
| uncertain | nobody knows; never sent again automatically, because a duplicate cannot be taken back |

A person decides about an uncertain or refused e-mail (`apps.core.delivery_decisions`).
"""

import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import Error, InterfaceError, OperationalError, connection, models, transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Now
from django.utils import timezone

from apps.core.errors import DomainError
from apps.core.interruption import Interrupted, shielded
from apps.core.mail_answers import in_words, may_pass
from apps.core.processes import is_gone, own_name
from apps.core.smtp import ServerAwayError, UncertainMailError

logger = logging.getLogger(__name__)

# Pauses after the attempts that the mail server did not accept.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360)]
GIVEN_UP_AFTER = timedelta(days=2)
# Longer than we wait for any mail server. A sender of another machine is gone after it.
LEASE = timedelta(minutes=5)
LOST = "The process that was sending it ended after the mail server had the whole e-mail."
# The server did not take it, or a switch held it back.
TOO_OLD = "It couldn't be sent for two days."
_SETTLE_SECONDS = 30.0


class LeaseLostError(Exception):
    """Another process decides about this e-mail now; it must not be sent here."""


class WithheldError(DomainError):
    """The e-mail must not go to this person; the message says why."""


@dataclass(frozen=True)
class Swept:
    """What a sweep did: how many rows it gave back, found uncertain, and gave up."""

    returned: int = 0
    uncertain: int = 0
    refused: int = 0


class Delivery(models.Model):
    """Base of every queued e-mail to one person."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        RETRYING = "retrying", "Retrying"
        REFUSED = "refused", "Refused"
        UNCERTAIN = "uncertain", "Uncertain"

    DUE = (State.WAITING, State.RETRYING)
    OPEN = (*DUE, State.SENDING)
    # What a person should look at.
    TROUBLED = (State.REFUSED, State.UNCERTAIN)

    email = models.EmailField("e-mail", max_length=254)
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    next_try_at = models.DateTimeField("next try", db_default=Now(), editable=False)
    claimed_by = models.CharField(max_length=120, blank=True, db_default="", editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    given_at = models.DateTimeField("given to the server", null=True, editable=False)
    created_at = models.DateTimeField("queued", db_default=Now())
    # When it was queued last, by hand or by itself: it is given up two days later.
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    decided_at = models.DateTimeField("decided", null=True, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def claim(cls, **which: object) -> Self | None:
        """Claim the e-mail that has been due longest; None if there is none, or others have them."""
        with transaction.atomic():
            # By the database's clock, which also wrote the row: clocks of machines differ.
            due = cls._default_manager.filter(state__in=cls.DUE, next_try_at__lte=Now(), **which)
            locked = due.select_for_update(skip_locked=True, of=("self",))
            delivery: Self | None = locked.order_by("next_try_at", "pk").first()
            if delivery is None:
                return None
            delivery.state = cls.State.SENDING
            delivery.claimed_by = f"{own_name()}/{uuid.uuid4().hex[:12]}"
            cls._default_manager.filter(pk=delivery.pk).update(
                state=delivery.state,
                claimed_by=delivery.claimed_by,
                lease_until=Now() + LEASE,
                given_at=None,
                error="",
            )
            return delivery

    def deliver(
        self, build: Callable[[], EmailMessage | None], server: BaseEmailBackend | None = None
    ) -> str:
        """Send what `build` returns over `server`, write the result, and return the state.

        The caller has claimed the e-mail and holds no transaction, because others must see the
        claim. If `build` returns nothing, there is no recipient any more: the row is deleted, and
        the result is "". A signal to stop waits until the result is known, but not long: a server
        that does not answer is left, and what it certainly did not accept is given back. Raises
        `ServerAwayError` after writing that the e-mail waits: the next one would not go either.
        """
        own = get_connection() if server is None else None
        try:
            return self._deliver(build, server or own)
        except LeaseLostError:
            logger.warning("%s was taken by another process.", self)
            return str(self.state)
        except Interrupted:
            self._give_back()
            raise
        finally:
            if own is not None:
                own.close()

    def _deliver(self, build: Callable[[], EmailMessage | None], server: Any) -> str:
        with shielded():
            try:
                with transaction.atomic():
                    mail = build()
            except Exception as error:
                return self._settle_error(error)
            if mail is None:
                self._claimed().delete()
                return ""
        mail.connection = server
        knows_the_end = getattr(server, "calls_before_end", False)
        if knows_the_end:
            mail.before_end = self._note_given  # type: ignore[attr-defined]
            try:
                # Not shielded: if the wait for a silent server ends here, nothing is lost.
                server.open()
            except Exception as error:
                with shielded():
                    return self._settle_error(error)
        with shielded(hurry=getattr(server, "abort", None)):
            try:
                if not knows_the_end:
                    self._note_given()
                mail.send()
            except Exception as error:
                if getattr(server, "is_aborted", False) and may_pass(error):
                    # Nobody refused it: this process did not wait for the answer.
                    self._give_back()
                    return str(self.state)
                return self._settle_error(error)
            return self._settle(self.State.SENT)

    def _settle_error(self, error: Exception) -> str:
        if isinstance(error, LeaseLostError):
            raise error
        if isinstance(error, UncertainMailError):
            return self._settle(self.State.UNCERTAIN, str(error))
        if isinstance(error, WithheldError):
            # Our own refusal, about which nobody has to decide.
            return self._settle(self.State.REFUSED, error.message, decided_at=Now())
        if isinstance(error, ServerAwayError):
            self._settle_unreached(str(error))
            raise error
        return self._settle_refused(error)

    def _settle_refused(self, error: Exception) -> str:
        if not may_pass(error):
            return self._settle(self.State.REFUSED, in_words(error))
        if self.attempts >= len(PAUSES):
            gave_up = f"Gave up after {self.attempts + 1} attempts. {in_words(error)}"
            return self._settle(self.State.REFUSED, gave_up)
        return self._settle(self.State.RETRYING, in_words(error))

    def _note_given(self) -> None:
        """Note, durably, that the server is about to have the whole e-mail; raises LeaseLostError."""
        if not self._claimed().update(given_at=Now(), lease_until=Now() + LEASE):
            raise LeaseLostError

    def _give_back(self) -> None:
        """Let the next worker send the e-mail, unless the server may have it."""
        state = self.State.RETRYING if self.attempts else self.State.WAITING
        self._claimed().filter(given_at=None).update(
            state=state, claimed_by="", lease_until=None, next_try_at=Now()
        )

    def _claimed(self) -> models.QuerySet[Self]:
        """Return the row, if this process still has it."""
        return type(self)._default_manager.filter(
            pk=self.pk, state=self.State.SENDING, claimed_by=self.claimed_by
        )

    def _settle_unreached(self, error: str) -> None:
        """Put the e-mail back as it was: a server that nobody reaches refused nothing."""
        state = self.State.RETRYING if self.attempts else self.State.WAITING
        self._write_result({"state": state, "error": error, "next_try_at": Now() + PAUSES[0]})

    def _settle(self, state: str, error: str = "", **more: Any) -> str:
        changes: dict[str, Any] = {"state": state, "error": error, "decided_at": None, **more}
        if state == self.State.SENT:
            changes["sent_at"] = timezone.now()
        if state == self.State.RETRYING:
            changes["next_try_at"] = Now() + PAUSES[self.attempts]
        changes["attempts"] = self.attempts + 1
        self._write_result(changes)
        return state

    def _write_result(self, changes: dict[str, Any]) -> None:
        """Write how the attempt ended; wait for a database that is away, as nobody else knows it."""
        changes |= {"claimed_by": "", "lease_until": None}
        # A sweep may have marked this e-mail as uncertain. Its real result replaces that.
        own = type(self)._default_manager.filter(
            pk=self.pk,
            claimed_by=self.claimed_by,
            state__in=[self.State.SENDING, self.State.UNCERTAIN],
        )
        until = time.monotonic() + _SETTLE_SECONDS
        while True:
            try:
                own.update(**changes)
                break
            except (InterfaceError, OperationalError):
                if time.monotonic() > until or connection.in_atomic_block:
                    raise
                with suppress(Error):
                    connection.close()
                time.sleep(0.5)
        for name, value in changes.items():
            setattr(self, name, value)

    @classmethod
    def sweep(cls) -> Swept:
        """Decide about e-mails whose sender ended, and give up old ones."""
        rows = cls._default_manager
        sending = rows.filter(state=cls.State.SENDING)
        ended = {name for name in sending.values_list("claimed_by", flat=True) if is_gone(name)}
        lost = sending.filter(Q(claimed_by__in=ended) | Q(lease_until__lt=Now()))
        uncertain = lost.filter(given_at__isnull=False).update(
            state=cls.State.UNCERTAIN, error=LOST, decided_at=None
        )
        before = Case(
            When(attempts__gt=0, then=Value(cls.State.RETRYING)), default=Value(cls.State.WAITING)
        )
        returned = lost.filter(given_at=None).update(
            state=before, claimed_by="", lease_until=None, next_try_at=Now()
        )
        refused = rows.filter(state__in=cls.DUE, queued_at__lt=Now() - GIVEN_UP_AFTER).update(
            state=cls.State.REFUSED,
            error=Concat(Value(f"{TOO_OLD} "), F("error"), output_field=models.TextField()),
            decided_at=None,
        )
        return Swept(returned, uncertain, refused)
