"""waffle's commands, with a reason and an event for each change, as every other way of turning a flag has."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.core.actors import acting_as
from apps.core.commands import OperatorCommand
from apps.core.errors import DomainError
from apps.flags.models import Flag, Sample, Switch, Toggle
from apps.flags.services import flag_edited

_FIELDS: dict[type[Any], tuple[str, ...]] = {
    Flag: ("everyone", "percent", "superusers", "staff", "authenticated"),
    Switch: ("active",),
    Sample: ("percent",),
}


class ReasonedCommand(OperatorCommand):
    """Comes before waffle's own command among the bases."""

    model: type[Toggle]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--reason",
            default="",
            help="Why you change it. Kept in the audit log; needed for a protected one.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given = options.pop("reason", "").strip()
        name = type(self).__module__.rpartition(".")[2]
        try:
            with acting_as(actor=f"command {name}", reason=given or f"manage.py {name}"):
                before = {toggle.name: toggle for toggle in self._meant(options)}
                protected = next((each for each in before.values() if each.is_protected), None)
                if protected is not None and not given:
                    raise CommandError(f"{protected} is protected. Add --reason.")
                was = {each: _values(toggle) for each, toggle in before.items()}
                super().handle(*args, **options)
                for toggle in self._meant(options):
                    _record(toggle, was.get(toggle.name, {}), f"command {name}")
        except DomainError as error:
            # In waffle's own way, for callers of call_command().
            raise CommandError(error.message) from error

    def _meant(self, options: dict[str, Any]) -> Iterator[Any]:
        """Yield what the call changes: one by its name."""
        if options.get("name"):
            yield from self.model._default_manager.filter(name=options["name"])


def plain_values(toggle: Any) -> dict[str, Any]:
    """Return what the row itself says; a flag has targets besides."""
    return {field: getattr(toggle, field) for field in _FIELDS[type(toggle)]}


def changes_between(was: dict[str, Any], values: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        field: [_plain(was.get(field)), _plain(value)]
        for field, value in values.items()
        if was.get(field) != value
    }


def _values(toggle: Toggle) -> dict[str, Any]:
    values = plain_values(toggle)
    if isinstance(toggle, Flag):
        values["groups"] = sorted(str(group) for group in toggle.groups.all())
        values["users"] = sorted(str(user) for user in toggle.users.all())
    return values


def _record(toggle: Any, was: dict[str, Any], actor: str) -> None:
    if changes := changes_between(was, _values(toggle)):
        flag_edited(flag=toggle, changes=changes, actor=actor)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | list) else str(value)
