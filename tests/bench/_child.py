"""`python -m tests.bench._child COMMAND …`: manage.py, which at its end says how much memory it took."""

import os
import sys

from django.core.management import execute_from_command_line

from apps.core.memory import peak_rss_mb

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    try:
        execute_from_command_line(["manage.py", *sys.argv[1:]])
    finally:
        print(f"\npeak {peak_rss_mb():.1f}", file=sys.stderr)
