"""The tasks that send queued e-mails, and pick up abandoned jobs."""

from celery import shared_task
from celery.signals import worker_ready

from apps.core.graceful_task import GracefulTask
from apps.core.job_kinds import JOBS_SWEEP, jobs_pick_up
from apps.core.queued_mails import (
    queued_mail_send,
    queued_mails_ask,
    queued_mails_clean_up,
    queued_mails_sweep,
)
from apps.core.schedulable import schedulable
from apps.core.sending import listens_to, send_now
from apps.core.wording import plural


@shared_task(base=GracefulTask, ignore_result=True, work_queue="mail")
def send_queued_mail(mail_id: int) -> None:
    queued_mail_send(mail_id)


@shared_task(base=GracefulTask, ignore_result=True, work_queue="mail")
def send_due_mails() -> None:
    queued_mails_sweep()


@schedulable(
    label="Send waiting mails",
    is_idempotent=True,
    runs_read_only=True,
    description=(
        "Sends e-mails that couldn't be sent the first time: invitations, password links, "
        "requests, and results of imports and exports."
    ),
)
def send_queued_mails() -> str:
    waiting = queued_mails_ask()
    return (
        f"A mail worker sends {plural(waiting, 'e-mail')}." if waiting else "No mail was waiting."
    )


@schedulable(
    label="Clean up old e-mails",
    is_idempotent=True,
    description=(
        "Deletes the record of e-mails that were sent, refused, or decided about, 30 days after "
        "they were queued."
    ),
)
def clean_up_queued_mails() -> str:
    return f"{plural(queued_mails_clean_up(), 'e-mail')} deleted."


@schedulable(
    label="Pick up abandoned jobs",
    is_idempotent=True,
    runs_read_only=True,
    description=(
        "Starts imports, undos, exports, and reports that no worker took or whose worker stopped."
    ),
)
def jobs_sweep() -> str:
    picked_up = jobs_pick_up()
    return f"{plural(picked_up, 'job')} picked up." if picked_up else "No job was waiting."


@worker_ready.connect
def send_at_start(sender: object, **_: object) -> None:
    if listens_to(sender, "mail"):
        send_now(send_due_mails.name)
    if listens_to(sender, jobs_sweep.work_queue):
        send_now(JOBS_SWEEP)
