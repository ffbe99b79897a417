"""The task that sends queued e-mails."""

from celery import shared_task
from celery.signals import worker_ready

from apps.core.graceful_task import GracefulTask
from apps.core.queued_mails import queued_mail_send, queued_mails_clean_up, queued_mails_sweep
from apps.core.schedulable import schedulable
from apps.core.sending import listens_to, send_now


@shared_task(base=GracefulTask, ignore_result=True, work_queue="mail")
def send_queued_mail(mail_id: int) -> None:
    queued_mail_send(mail_id)


@schedulable(
    label="Send waiting mails",
    is_idempotent=True,
    queue="mail",
    description=(
        "Sends e-mails that couldn't be sent the first time: invitations, password links, "
        "requests, and results of imports and exports."
    ),
)
def send_queued_mails() -> str:
    sent, waiting, given_up = queued_mails_sweep()
    if not (sent or waiting or given_up):
        return "No mail was waiting."
    return f"{sent:,} sent, {waiting:,} still waiting, {given_up:,} uncertain or given up."


@schedulable(
    label="Clean up old e-mails",
    is_idempotent=True,
    description=(
        "Deletes the record of e-mails that were sent, refused, or decided about, 30 days after "
        "they were queued."
    ),
)
def clean_up_queued_mails() -> str:
    return f"{queued_mails_clean_up():,} e-mails deleted."


@worker_ready.connect
def send_at_start(sender: object, **_: object) -> None:
    if listens_to(sender, send_queued_mails.work_queue):
        send_now(send_queued_mails.name)
