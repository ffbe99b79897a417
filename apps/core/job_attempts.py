"""One attempt at a job, with every possible ending: the same for imports, undos, exports, and reports."""

import logging
from collections.abc import Callable

from apps.core.errors import DomainError, in_short
from apps.core.failures import is_out_of_space, log_failure, sentence_of
from apps.core.interruption import Interrupted, begin_to_end, interrupt
from apps.core.jobs import ClaimLostError, Job, JobCanceledError
from apps.core.read_only import ReadOnlyError

logger = logging.getLogger(__name__)


def attempt(
    job: Job,
    work: Callable[[], None],
    *,
    name: str,
    canceled: Callable[[str], None],
    failed: Callable[[str], None],
    stops_at_once: bool = False,
) -> None:
    """Do the work of a claimed job while its claim is renewed.

    `canceled` gets what interrupted the work, "" for a person's request; `failed` gets the sentence
    for the job's page. If the worker stops, or a failure may be temporary (the database may have
    been away), the exception is raised: the next attempt continues from the checkpoint.

    A job that `stops_at_once` has no checkpoints: a person's request to stop interrupts its statement.
    """
    with job.keep_alive(on_cancel=interrupt if stops_at_once else None):
        try:
            work()
        except ClaimLostError:
            logger.warning("%s was taken over by another worker.", name)
        except JobCanceledError:
            canceled("")
        except Interrupted as signal:
            begin_to_end()
            if stops_at_once and job.is_canceled():
                canceled("")
            elif signal.in_worker:
                raise
            else:
                canceled(f"Interrupted by {signal}")
        except ReadOnlyError as error:
            # The sweep sends it again, and no worker can claim it before the mode is off.
            logger.info("%s waits: %s", name, error.message)
            job.let_go()
        except DomainError as error:
            failed(error.message)
        except Exception as error:
            if not is_out_of_space(error) and job.may_pass(error):
                logger.warning("%s was interrupted and begins again: %s", name, in_short(error))
                raise
            log_failure(logger, name, error)
            failed(sentence_of(error))
