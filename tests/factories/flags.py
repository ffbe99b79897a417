"""Flags, switches and samples by state."""

from decimal import Decimal
from typing import Any

import factory
import pgtrigger
from factory.django import DjangoModelFactory

from apps.flags.models import Flag, Sample, Switch


def lose(model: Any, name: str) -> None:
    """Remove a declared row as nothing in the product can: past its trigger."""
    with pgtrigger.ignore(f"{model._meta.label}:declared_stays"):
        model._base_manager.filter(name=name).delete()


class FlagFactory(DjangoModelFactory):
    """A flag that is on for nobody."""

    class Meta:
        model = Flag

    name = factory.Sequence(lambda n: f"flag-{n}")


class SwitchFactory(DjangoModelFactory):
    """A switch that is off."""

    class Meta:
        model = Switch

    name = factory.Sequence(lambda n: f"switch-{n}")


class SampleFactory(DjangoModelFactory):
    class Meta:
        model = Sample

    name = factory.Sequence(lambda n: f"sample-{n}")
    percent = Decimal("50.0")
