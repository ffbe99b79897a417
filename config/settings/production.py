"""Production: refuses to start on a default, a missing variable, or debug."""

import sys

from config.env import DEFAULT_SECRET_KEY, REQUIRED, SAMPLE_SECRET_KEY
from config.settings.base import *
from config.settings.base import ALLOWED_HOSTS, ENV, SECRET_KEY

_given = ENV.model_fields_set
_problems = [
    f"{name.upper()} must be set in production."
    for name in REQUIRED
    if name not in _given or not getattr(ENV, name)
]
# A key of few different characters is as easy to guess as a short one; Django's own check
# requires five.
if (
    SECRET_KEY == DEFAULT_SECRET_KEY
    or SECRET_KEY.startswith(SAMPLE_SECRET_KEY)
    or len(SECRET_KEY) < 50
    or len(set(SECRET_KEY)) < 5
):
    _problems.append("SECRET_KEY must be a secret of its own, of 50 characters or more.")
if ENV.debug:
    _problems.append("DEBUG must be off in production.")
if ENV.site_url.startswith("http://"):
    _problems.append("SITE_URL must start with https:// in production.")
if "allowed_hosts" in _given and ENV.allowed_hosts and not ALLOWED_HOSTS:
    _problems.append("ALLOWED_HOSTS must name a host.")
if "*" in ALLOWED_HOSTS:
    _problems.append("ALLOWED_HOSTS must name the hosts in production, not *.")
if _problems:
    print(" ".join(_problems), file=sys.stderr)  # noqa: T201
    raise SystemExit(2)

DEMO_DATA_ALLOWED = False
REQUIRE_SECOND_FACTOR = ENV.require_second_factor != "false"

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# A browser takes a cookie of such a name only over HTTPS, for this host alone and for all of its paths:
# a neighboring host of the same domain cannot plant one.
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"
KNOWN_BROWSER_COOKIE_NAME = "__Host-known_browser"
