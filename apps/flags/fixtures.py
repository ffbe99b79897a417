"""Flags that `loaddata` writes: it saves rows past every service, so the rules are kept here."""

from typing import Any

from django.db.models.signals import pre_save

from apps.flags.declarable import DeclaredError
from apps.flags.models import Flag, Sample, Switch
from apps.flags.services import flag_edited
from apps.flags.waffle_commands import changes_between, plain_values


def check_fixture(instance: Any, raw: bool, **_: object) -> None:
    """Refuse to change a protected flag, and record the event of any other change."""
    if not raw:
        return
    before = type(instance)._base_manager.filter(pk=instance.pk).first()
    if before is not None and before.is_protected:
        raise DeclaredError(
            f"The {before._meta.verbose_name} “{before.name}” is protected, so a fixture can't change it. "
            "Use `manage.py flag`, which asks for a reason."
        )
    # Only the code decides this.
    instance.is_declared = before is not None and before.is_declared
    was = plain_values(before) if before is not None else {}
    if changes := changes_between(was, plain_values(instance)):
        flag_edited(flag=instance, changes=changes, actor="command loaddata")


for _model in (Flag, Switch, Sample):
    pre_save.connect(check_fixture, sender=_model, dispatch_uid=f"fixture of {_model.__name__}")
