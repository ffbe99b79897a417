"""Queued e-mails: one row per e-mail and person, written before the e-mail is sent.

waiting → sending → sent. Back to waiting if the server certainly did not accept the e-mail, failed
if it never will, and uncertain if nobody knows: the server did not answer after it had the whole
e-mail, or the sending process ended.

An uncertain e-mail is never sent again automatically, because a duplicate cannot be taken back. A
person can send it again.
"""

import smtplib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Self

from django.core.mail import EmailMessage
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from apps.core.interruption import shielded
from apps.core.processes import is_gone, own_name
from apps.core.smtp import UncertainMailError

# Pauses after the attempts that the mail server did not accept.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360)]
GIVEN_UP_AFTER = timedelta(days=2)
# Longer than we wait for any mail server.
LONGEST_SENDING = timedelta(minutes=15)
LOST = "The process that was sending it ended. It may have been sent."


class Delivery(models.Model):
    """Base of every queued e-mail to one person."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        UNCERTAIN = "uncertain", "Uncertain"

    OPEN = (State.WAITING, State.SENDING)

    email = models.EmailField("e-mail", max_length=254)
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    next_try_at = models.DateTimeField(db_default=Now(), editable=False)
    process = models.CharField(max_length=120, blank=True, editable=False)
    sending_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField("sent", null=True, blank=True)

    class Meta:
        abstract = True

    @classmethod
    def claim(cls, pk: object) -> Self | None:
        """Claim a waiting e-mail; None if another worker has it, or its time has not come."""
        # By the database's clock, which also wrote the row: clocks of machines differ.
        taken = cls._default_manager.filter(
            pk=pk, state=cls.State.WAITING, next_try_at__lte=Now()
        ).update(
            state=cls.State.SENDING,
            process=own_name(),
            sending_at=Now(),
            attempts=models.F("attempts") + 1,
            error="",
        )
        return cls._default_manager.get(pk=pk) if taken else None

    def deliver(self, build: Callable[[], EmailMessage | None]) -> str:
        """Send what `build` returns, write the result, and return the state. Never raises.

        The caller has claimed the e-mail and holds no transaction, because others must see the
        claim. If `build` returns nothing, there is no recipient any more: the row is deleted, and
        the result is "". A signal to stop waits until the result is known.
        """
        with shielded():
            return self._deliver(build)

    def _deliver(self, build: Callable[[], EmailMessage | None]) -> str:
        try:
            with transaction.atomic():
                mail = build()
            if mail is None:
                self.delete()
                return ""
            mail.send()
        except UncertainMailError as error:
            return self._settle(self.State.UNCERTAIN, str(error))
        except Exception as error:
            sentence = f"{type(error).__name__}: {error}"
            if may_pass(error) and self.attempts <= len(PAUSES):
                return self._settle(self.State.WAITING, sentence)
            return self._settle(self.State.FAILED, sentence)
        return self._settle(self.State.SENT)

    def _settle(self, state: str, error: str = "") -> str:
        now = timezone.now()
        changes: dict[str, Any] = {"state": state, "error": error, "process": ""}
        if state == self.State.SENT:
            changes["sent_at"] = now
        if state == self.State.WAITING:
            changes["next_try_at"] = now + PAUSES[self.attempts - 1]
        # A sweep may have marked this e-mail as uncertain. Its real result replaces that.
        own = Q(state=self.State.SENDING, process=self.process) | Q(state=self.State.UNCERTAIN)
        type(self)._default_manager.filter(own, pk=self.pk, attempts=self.attempts).update(
            **changes
        )
        for name, value in changes.items():
            setattr(self, name, value)
        return state

    @classmethod
    def sweep(cls) -> int:
        """Mark e-mails whose sender ended as uncertain, and give up old ones; return how many."""
        now = timezone.now()
        sending = cls._default_manager.filter(state=cls.State.SENDING)
        ended = {name for name in sending.values_list("process", flat=True) if is_gone(name)}
        lost = sending.filter(
            Q(process__in=ended) | Q(sending_at__lt=now - LONGEST_SENDING)
        ).update(state=cls.State.UNCERTAIN, error=LOST)
        late = cls._default_manager.filter(
            state=cls.State.WAITING, created_at__lt=now - GIVEN_UP_AFTER
        ).update(state=cls.State.FAILED, error="It couldn't be sent for two days.")
        return lost + late


def may_pass(error: Exception) -> bool:
    """Return whether the same e-mail may be accepted later: the server was away, or answered 4xx."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return True  # A setting of ours, which somebody will mend.
    if isinstance(error, smtplib.SMTPResponseException):
        return int(error.smtp_code) < 500
    return isinstance(error, OSError)
