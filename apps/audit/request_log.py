"""Adds the ID of the request or task to each log line that it causes."""

import logging

from apps.audit.context import current


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        context = current()
        record.request_id = (context and (context.request_id or context.path)) or "-"
        return True
