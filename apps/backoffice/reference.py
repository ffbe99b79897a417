"""The reference data that every release loads, app by app, in a fixed order."""

from collections.abc import Callable, Iterator

from apps.accounts.reference import load_roles
from apps.core.read_only_guards import release_step
from apps.flags.reference import load_flags
from apps.schedules.reference import load_schedules

# Each function is idempotent, returns what it did in a few words, and raises DomainError if its
# file cannot be used. Roles come first, because others may name them.
LOADERS: list[Callable[[], str]] = [load_roles, load_flags, load_schedules]


def load_reference() -> Iterator[str]:
    """Run the loaders one after the other, each in a transaction; yield what each says."""
    for loader in LOADERS:
        # A release may be what read-only mode was turned on for.
        with release_step():
            message = loader()
        yield message
