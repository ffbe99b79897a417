"""The test suite: real PostgreSQL and files, quick password hashes, nothing leaves the machine."""

from config.settings.base import *
from config.settings.base import DATABASES, STORAGES, VAR_DIR

ENVIRONMENT_LABEL = "Test"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
MEDIA_ROOT = VAR_DIR / "test" / "media"
STORAGES["private"]["OPTIONS"]["location"] = VAR_DIR / "test" / "private"
# Static files come from the apps: nothing needs to be collected first.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
DATABASES["default"]["OPTIONS"].pop("pool")
