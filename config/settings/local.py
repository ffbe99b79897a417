"""The demo and the developer's machine: the embedded database, and mail on a page of its own."""

from importlib.util import find_spec

from config import four_eyes
from config.settings.base import *
from config.settings.base import ENV, INSTALLED_APPS

ENVIRONMENT_LABEL = ENV.environment_label or "Demo"
# Cookies ignore ports: two demos on one host would sign each other out.
SESSION_COOKIE_NAME = f"sessionid{ENV.port}"
CSRF_COOKIE_NAME = f"csrftoken{ENV.port}"

ROOT_URLCONF = "config.demo_urls"
if not ENV.email_url:
    EMAIL_BACKEND = "apps.backoffice.demo.mailbox.EmailBackend"

if "four_eyes" not in ENV.model_fields_set:
    FOUR_EYES = four_eyes.parse(four_eyes.DEMO)

# The demo comes without the developer's tools.
if find_spec("django_linear_migrations"):
    INSTALLED_APPS.append("django_linear_migrations")
