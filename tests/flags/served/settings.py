"""The tests' settings for processes that watch, as deployed ones do."""

from config.settings.test import *  # noqa: F403
from config.settings.test import MIDDLEWARE as _MIDDLEWARE

FLAGS_WATCH = True
ROOT_URLCONF = "tests.flags.served.urls"
MIDDLEWARE = [each for each in _MIDDLEWARE if not each.startswith("tests.")]
