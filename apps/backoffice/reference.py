"""What every release loads: the reference data of each app, in an order that holds."""

from collections.abc import Callable, Iterator

from django.db import transaction

from apps.accounts.reference import load_roles
from apps.flags.reference import load_flags
from apps.schedules.reference import load_schedules

# Each function is idempotent, says in a few words what it did, and raises DomainError with one
# sentence where its file cannot be used. Roles come first: others may name them.
LOADERS: list[Callable[[], str]] = [load_roles, load_flags, load_schedules]


def load_reference() -> Iterator[str]:
    """Run the loaders one after the other, each in a transaction; yield what each says."""
    for loader in LOADERS:
        with transaction.atomic():
            message = loader()
        yield message
