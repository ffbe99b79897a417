"""Events of report mails."""

from apps.audit.kinds import Data, EventKind


def _mailed(data: Data) -> str:
    return f"mailed it by hand, as mailing {data['mailing']}" if "mailing" in data else ""


REPORT_MAILED = EventKind("report_mailed", "Mailed a report", icon="send", sentence=_mailed)


REPORT_CANCELED = EventKind("report_canceled", "Canceled a report", icon="cancel")


def _sent_again(data: Data) -> str:
    return f"sent mail {data['mail']} again, which was {data['was']}" if "mail" in data else ""


MAIL_SENT_AGAIN = EventKind(
    "mail_sent_again", "Sent a mail again", icon="forward_to_inbox", sentence=_sent_again
)


def _left(data: Data) -> str:
    return f"left mail {data['mail']}, which was {data['was']}" if "mail" in data else ""


MAIL_LEFT = EventKind("mail_left", "Left a mail unsent", icon="do_not_disturb_on", sentence=_left)
