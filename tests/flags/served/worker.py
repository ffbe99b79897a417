"""The product's Celery application. Each process of the pool also answers on a port of its own."""

import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from celery import signals
from django.conf import settings

from config.celery import app

__all__ = ["app"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        # Models are loaded only once Celery has set Django up.
        from django.db import connection

        from tests.flags.served.answers import answers

        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        try:
            body = json.dumps(answers(query["name"], query.get("email", ""))).encode()
        finally:
            connection.close()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@signals.worker_process_init.connect
def answer(**_: object) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    part = Path(settings.VAR_DIR) / f"{os.getpid()}.part"
    part.write_text(str(server.server_port))
    part.rename(part.with_suffix(".port"))
