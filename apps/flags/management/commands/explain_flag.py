"""Explains why a flag is on or off for a person, rule by rule, now or at a past moment."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.accounts.models import User
from apps.core.commands import OperatorCommand
from apps.core.errors import DomainError
from apps.flags.evaluation.explanation import Explanation, Step
from apps.flags.explaining import flag_explain
from apps.flags.models import Flag
from apps.flags.registry import declared_gates
from apps.organizations.models import Organization


class Command(OperatorCommand):
    help = (
        "Explain why a flag is on or off: the verdict, each rule in its order, and the one that decides. "
        "Without --user, for the system. Exit 0: explained, on or off. Exit 2: refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="The name of the flag.")
        parser.add_argument("--user", metavar="EMAIL", help="The person it is about.")
        parser.add_argument(
            "--organization",
            metavar="SLUG",
            help="Look at the person as a member of this organization alone.",
        )
        parser.add_argument(
            "--at", metavar="TIME", help="A past moment: 2026-11-21T14:05, in the site's time zone."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print one JSON object, even if the command fails."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        is_known = name in declared_gates("flag") or Flag.objects.filter(name=name).exists()
        if not is_known and not options["at"]:
            raise DomainError(f"There is no flag “{name}”.")
        found = flag_explain(
            name=name,
            user=_user(options["user"]),
            organization=_organization(options["organization"]),
            at=_moment(options["at"]),
        )
        if options["json"]:
            self.stdout.write(json.dumps(_as_dict(found, options)))
            return
        self.stdout.write(found.sentence)
        for number, step in enumerate(found.steps, start=1):
            self.stdout.write(f"{number}. {_line(step)}")


def _line(step: Step) -> str:
    outcome = {None: "not asked", False: "does not apply"}.get(step.applies)
    outcome = outcome or f"decides: {'on' if step.answer else 'off'}"
    return f"{step.label}: {outcome}" + (f" ({step.details})" if step.details else "")


def _as_dict(found: Explanation, options: dict[str, Any]) -> dict[str, Any]:
    return {
        "flag": found.flag,
        "on": found.is_on,
        "rule": found.rule,
        "user": options["user"],
        "organization": options["organization"],
        "at": options["at"],
        "steps": [
            {
                "rule": step.key,
                "label": step.label,
                "applies": step.applies,
                "decides": step.decides,
                "details": step.details,
            }
            for step in found.steps
        ],
    }


def _user(email: str | None) -> User | None:
    if email is None:
        return None
    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise DomainError(f"There is no person with the address “{email}”.")
    return found


def _organization(slug: str | None) -> Organization | None:
    if slug is None:
        return None
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        raise DomainError(f"There is no organization “{slug}”.")
    return found


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise DomainError(f"“{text}” is not a moment. Write it as 2026-11-21T14:05.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
