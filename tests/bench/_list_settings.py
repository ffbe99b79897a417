"""The settings of a process that draws lists: those of the tests, without what only tests need.

`BENCH_VARIANT` says whose lists: a stock admin is drawn with its own templates.
"""

import os
from pathlib import Path

import django
import unfold

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES, MIDDLEWARE, TEMPLATES

MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("tests.")]
ROOT_URLCONF = "tests.bench._peer_lists"
ALLOWED_HOSTS = ["localhost"]
SESSION_COOKIE_SECURE = False
REQUIRE_SECOND_FACTOR = False
DATABASES["default"]["NAME"] = os.environ["BENCH_DATABASE"]
DATABASES["default"]["CONN_MAX_AGE"] = None
_OWN = {
    "stock_django": Path(django.__file__).parent / "contrib" / "admin" / "templates",
    "stock_unfold": Path(unfold.__file__).parent / "templates",
}
if os.environ["BENCH_VARIANT"] in _OWN:
    TEMPLATES[0]["DIRS"] = [_OWN[os.environ["BENCH_VARIANT"]]]
    TEMPLATES[0]["APP_DIRS"] = True
    del TEMPLATES[0]["OPTIONS"]["loaders"]
