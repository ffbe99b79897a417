"""The test suite: real PostgreSQL and files, quick password hashes, nothing leaves the machine."""

from config import env, sign_in
from config.settings.base import *
from config.settings.base import DATABASES, ENV, INSTALLED_APPS, MIDDLEWARE, STORAGES, VAR_DIR

ENVIRONMENT_LABEL = "Test"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Each process of a parallel run has files of its own, as it has a database of its own.
TEST_DIR = VAR_DIR / "test" / env.test_process()
MEDIA_ROOT = TEST_DIR / "media"
if not ENV.redis_url:
    # A worker of `make run` in this folder must not take a test's messages.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(TEST_DIR / "broker" / "queue"),
        "data_folder_out": str(TEST_DIR / "broker" / "queue"),
        "control_folder": str(TEST_DIR / "broker" / "control"),
        "polling_interval": 0.2,
    }
STORAGES["private"]["OPTIONS"]["location"] = TEST_DIR / "private"
# Some tests sign in by a provider.
if not ENV.oidc_issuer:
    INSTALLED_APPS.append(sign_in.OPENID_CONNECT)
# Static files come from the apps: nothing needs to be collected first.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# A thread of a test's server ends with its request.
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASE_PATIENCE_SECONDS = 0
# Its thread would hold a test's database open, and see nothing of a test's transaction.
SCHEDULER_WATCH_SECONDS = 0
FLAGS_WATCH = False
# Copied from a template, see tests/database.py; a second run side by side has another one.
DATABASES["default"]["TEST"] = {"NAME": f"test_quarterdeck_{env.test_process()}"}
# A test's data need not survive a power failure.
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
# One person may do everything except large imports; tests of approvals set what they need.
FOUR_EYES = {"import": 50_000}

# Tests read pages as browsers show them, wherever a template breaks its lines.
MIDDLEWARE = ["tests.pages.CollapsingMiddleware", *MIDDLEWARE]
