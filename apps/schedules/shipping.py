"""A schedule that comes with the product, as `config/schedules.py` writes it."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field


@dataclass(frozen=True)
class Ship:
    """`Ship("Close the week", task="projects.close_week", when="Mondays at 07:00 Europe/Berlin")`.

    `task` is the app and the function. `when` is a sentence of `apps.schedules.when`; without a time zone it means
    the product's own. The release step creates the schedule once and leaves it to operations from then on.
    """

    name: str
    _: KW_ONLY
    task: str
    when: str
    arguments: Mapping[str, object] = field(default_factory=dict)
