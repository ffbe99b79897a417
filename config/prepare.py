"""Bring database and static files up to the code: `python -m config.prepare [--demo]`.

One process for what would be five `manage.py` calls. Every step may run again and again.
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")


def say(sentence: str) -> None:
    print(f"* {sentence}", flush=True)  # noqa: T201


def prepare(*, demo: bool) -> None:
    from config.embedded import ensure_running

    ensure_running()

    import django

    django.setup()

    from django.core.management import call_command, get_commands

    commands = get_commands()
    say("Migrating the database")
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if "load_reference" in commands:
        say("Loading the reference data")
        call_command("load_reference", verbosity=0)
    if demo and "seed_demo" in commands:
        from django.contrib.auth import get_user_model

        if not get_user_model()._default_manager.exists():
            say("Making the demo's people, organizations and projects")
            call_command("seed_demo", verbosity=0)
    say("Collecting the static files")
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    prepare(demo="--demo" in sys.argv)
