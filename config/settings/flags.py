"""django-waffle's settings: our own models, answered from memory, for a person and never for a cookie."""

# Each web process, worker, and scheduler has a thread that hears of changes (apps/flags/watch.py). A process without
# it compares the version itself, at most once a second.
FLAGS_WATCH = True
# A cache that holds nothing (base.py): waffle's own goes on answering “on” after bulk changes. Our models answer from
# a snapshot in memory (docs/decisions/017-flags-are-answered-from-memory.md).
WAFFLE_CACHE_NAME = "flags"
WAFFLE_FLAG_MODEL = "flags.Flag"
WAFFLE_SWITCH_MODEL = "flags.Switch"
WAFFLE_SAMPLE_MODEL = "flags.Sample"
# Its own three tables would exist beside ours, unused, with foreign keys to users and groups.
MIGRATION_MODULES = {"waffle": None}
# Flags decide by person and never by cookie. waffle's middleware, which would set them without HttpOnly
# and SameSite, is left out; should one be set after all, then only over HTTPS.
WAFFLE_SECURE = True
WAFFLE_ENABLE_ADMIN_PAGES = False  # apps.flags registers its own, themed ones.
WAFFLE_OVERRIDE = False
WAFFLE_FLAG_DEFAULT = WAFFLE_SWITCH_DEFAULT = WAFFLE_SAMPLE_DEFAULT = False
WAFFLE_CREATE_MISSING_FLAGS = False
WAFFLE_CREATE_MISSING_SWITCHES = False
WAFFLE_CREATE_MISSING_SAMPLES = False
WAFFLE_LOG_MISSING_FLAGS = WAFFLE_LOG_MISSING_SWITCHES = WAFFLE_LOG_MISSING_SAMPLES = None
