"""Settings of every environment."""

from typing import Any

from kombu import Queue
from psycopg.conninfo import conninfo_to_dict

import config.celery  # noqa: F401  # Every process sends its messages through this application.
from config import env, four_eyes, mail, queues, schedules, sign_in, unfold
from config.settings.browser import *
from config.settings.flags import *
from deploy.standalone import postgresql

BASE_DIR = env.ROOT
ENV = env.read()
VAR_DIR = ENV.var_path

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
ALLOWED_HOSTS = [host.strip() for host in ENV.allowed_hosts.split(",") if host.strip()]
SITE_URL = ENV.site_url or f"http://127.0.0.1:{ENV.port}"
ENVIRONMENT_LABEL = ENV.environment_label
DEMO_DATA_ALLOWED = True

INSTALLED_APPS = [
    # Unfold must come before the admin and before every app whose templates it themes.
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "apps.core.discovery.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "import_export",
    "simple_history",
    "pgtrigger",
    "django_celery_beat",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *sign_in.provider_apps(ENV),
    "apps.core",
    "apps.audit",
    "apps.holds",
    "apps.bulk",
    "apps.retention",
    "apps.accounts",
    "apps.transfers",
    "apps.schedules",
    "apps.reports",
    "apps.organizations",
    "apps.projects",
    "apps.flags",
    # After ours, whose commands of the same names go through the service.
    "waffle",
    "apps.api",
    "apps.backoffice",
]

MIDDLEWARE = [
    # Must come before every middleware that may answer: each response needs the policy.
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "apps.core.headers.BrowserHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Must come before everything that changes a page.
    "apps.core.compression.CompressionMiddleware",
    # Must come before whatever reads a cookie or may answer with a page.
    "apps.api.middleware.ApiMiddleware",
    "apps.backoffice.availability.DatabaseMiddleware",
    "apps.schedules.watch.SchedulerWatchMiddleware",
    "apps.flags.watch.FlagsMiddleware",
    "apps.core.client_address.ClientAddressMiddleware",
    "apps.core.statement_timeout.StatementTimeoutMiddleware",
    # Gives the request its ID and its place in the audit log, whatever its response.
    "apps.audit.middleware.AuditMiddleware",
    "apps.backoffice.unreadable_requests.UnreadableAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    # Must come before the CSRF check, which is the first to read the body.
    "apps.backoffice.uploads.UploadLimitMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "apps.backoffice.unreadable_requests.UnreadableFormMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "apps.accounts.signin.middleware.SessionLimitsMiddleware",
    "apps.accounts.signin.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "apps.accounts.signin.middleware.SudoMiddleware",
    # Must come after all session middleware, because the session stays the impersonator's own.
    "apps.accounts.impersonation.middleware.ImpersonationMiddleware",
    "apps.accounts.disclosures.PersonalDataMiddleware",
    "apps.backoffice.middleware.RefusalMiddleware",
    "apps.core.admin.page_parameters.PageParametersMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
# Pages with secrets that stay the same: what signs people in, and what links in e-mails lead to.
UNCOMPRESSED_PATHS = ["/account/", "/invitations/", "/mail/"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "apps.core.template_loaders.FilesystemLoader",
                        "apps.core.template_loaders.AppDirectoriesLoader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "apps.accounts.context_processors.account_pages",
            ],
        },
    },
]

_url = ENV.database_url or postgresql.url(VAR_DIR)
_connection = {key: str(value) for key, value in conninfo_to_dict(_url).items()}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        # Django's backend, which also sends the actor with each transaction: see apps/audit.
        "ENGINE": "apps.audit.postgresql",
        "NAME": _connection.pop("dbname", ""),
        "USER": _connection.pop("user", ""),
        "PASSWORD": _connection.pop("password", ""),
        "HOST": _connection.pop("host", ""),
        "PORT": _connection.pop("port", ""),
        "OPTIONS": _connection,
        # Each thread of a web process keeps its connection, and there are as many threads as in
        # deploy/gunicorn.py. A pool would only add its own time-outs where the database is away.
        # The development server has a thread per request.
        "CONN_MAX_AGE": 0 if ENV.debug else None,
        "CONN_HEALTH_CHECKS": True,
    }
}
# How long workers, beat and commands wait for a database that is being started again. A request of the
# web does not wait; see apps/core/availability.py.
DATABASE_PATIENCE_SECONDS = 10
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, Any] = queues.caches(ENV.redis_url)

CSRF_TRUSTED_ORIGINS = [SITE_URL]

AUTH_USER_MODEL = "accounts.User"
globals().update(sign_in.settings_from(ENV))
SIGN_IN_LIMITS = sign_in.LIMITS
PASSWORD_LINKS_A_DAY = sign_in.PASSWORD_LINKS_A_DAY
SECRET_KEY_FALLBACKS = [key.strip() for key in ENV.secret_key_fallbacks.split(",") if key.strip()]
REQUIRE_SECOND_FACTOR = ENV.require_second_factor == "true"
SUDO_SECONDS = ENV.sudo_minutes * 60
SESSION_IDLE_SECONDS = ENV.session_idle_minutes * 60
SESSION_COOKIE_AGE = ENV.session_hours * 3600
TRUSTED_PROXIES = [part.strip() for part in ENV.trusted_proxies.split(",") if part.strip()]
SINGLE_SIGN_ON = ENV.oidc_name if ENV.oidc_issuer else ""
CSRF_FAILURE_VIEW = "apps.backoffice.error_pages.csrf_failure"

HIJACK_INSERT_BEFORE = None  # Our middleware shows the banner.
IMPERSONATION_MINUTES = ENV.impersonation_minutes

LANGUAGE_CODE = "en-us"
TIME_ZONE = ENV.time_zone
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# Files that replace a package's own, under its name: found before the apps' files.
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"
MEDIA_URL = "media/"
# Uploads, exports and avatars are for our own processes; see config/private.py for the rest.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.StaticStorage"},
    # Uploads and results are private: no URL serves this folder.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR_DIR / "private", "base_url": None},
    },
}

if ENV.email_url:
    globals().update(mail.settings_from(ENV.email_url))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
# Where the demo stores e-mails instead of sending them; see apps/backoffice/demo/mailbox.py.
DEMO_MAIL_DIR = VAR_DIR / "mail"
DEFAULT_FROM_EMAIL = ENV.default_from_email
# Where reports may be mailed to besides the staff.
REPORT_MAIL_DOMAINS = [
    part.strip().lower() for part in ENV.report_mail_domains.split(",") if part.strip()
]

# waffle's cache holds nothing, see flags.py.
CACHES["flags"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}

# Closes security holes in third-party defaults; deploy/security.md lists the tests.
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
SIMPLE_HISTORY_ENABLED = False  # PostgreSQL triggers write the history, see apps/audit.

# What a second person must approve, and how long a request stays open; see apps/accounts/approvals.
FOUR_EYES = four_eyes.parse(ENV.four_eyes)
FOUR_EYES_HOURS = ENV.four_eyes_hours

# How long the trash keeps records, and when people are told; see apps/retention.
TRASH_DAYS = ENV.trash_days
TRASH_NOTICE_DAYS = ENV.trash_notice_days

# Endpoints declare everything else themselves; see apps/api/views.py.
REST_FRAMEWORK = {"URL_FORMAT_OVERRIDE": None}

UNFOLD = unfold.UNFOLD
NAVIGATION = unfold.NAVIGATION

SCHEDULES = schedules.SCHEDULES
CELERY_BEAT_SCHEDULER = "apps.schedules.scheduler:RecordingScheduler"
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_QUEUES = [Queue(name) for name in queues.QUEUES]
CELERY_TASK_DEFAULT_QUEUE = queues.QUEUES[0]
# A message to a queue that nobody listens to would never be taken.
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_IGNORE_RESULT = True
# No result is stored, so no scheduler needs to plan Celery's own clean-up of results.
CELERY_RESULT_EXPIRES = None
# A job is a row in the database and its message only a hint (docs/decisions/007-jobs-are-rows.md); so a message may
# be acknowledged late and may come twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Beat notices within a second that a schedule was added or changed.
CELERY_BEAT_MAX_LOOP_INTERVAL = 1
# How often each web process looks for a sign of life of the scheduler; 0 for never.
SCHEDULER_WATCH_SECONDS = 20
CELERY_BROKER_URL = ENV.redis_url or "files://localhost//"  # deploy/standalone/file_broker.py
CELERY_BROKER_TRANSPORT_OPTIONS = queues.broker_options(ENV.redis_url, VAR_DIR)
CELERY_TASK_PUBLISH_RETRY_POLICY = queues.PUBLISH_RETRY_POLICY
# A job's row is the truth about it. Nobody has to ask the workers, nor they each other.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "apps.audit.request_log.RequestIdFilter"}},
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s"}
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["console"], "level": ENV.log_level},
}
