"""The Celery application. A worker or a beat started by hand starts the embedded database too."""

import os
import warnings

from celery import Celery
from celery.signals import beat_init, celeryd_init

import config.broker  # noqa: F401  # Makes the transport known.

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

# Celery warns root because of pickled messages; ours are JSON alone (CELERY_ACCEPT_CONTENT).
warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

app = Celery("quarterdeck")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def start_database(**_kwargs: object) -> None:
    from config.embedded import ensure_running

    ensure_running()
