"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from config.embedded import ensure_running

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
ensure_running()
application = get_wsgi_application()

# Every page is loaded before the server forks: no visitor waits for it, and workers share it.
get_resolver().url_patterns  # noqa: B018
