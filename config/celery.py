"""The Celery application. A worker or a beat started by hand starts the embedded database too."""

import os

from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("quarterdeck")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def start_database(**_kwargs: object) -> None:
    from config.embedded import ensure_running

    ensure_running()
