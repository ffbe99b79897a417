"""The id of the request or task, on each line of the log that it causes."""

import logging

from apps.audit.context import current


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        context = current()
        record.request_id = (context and (context.request_id or context.path)) or "-"
        return True
