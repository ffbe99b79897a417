"""The demo and the developer's machine: the embedded database, mail on the console."""

from config.settings.base import *
from config.settings.base import ENV

ENVIRONMENT_LABEL = ENV.environment_label or "Demo"
