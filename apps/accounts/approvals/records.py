"""The most common kind: an action on records of one model, by their keys."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import NoReverseMatch, reverse

from apps.accounts.approvable.preview import SHOWN, ActionPreview, Line
from apps.accounts.approvable.registry import Approvable, Arguments
from apps.accounts.approvals.guard import require_approval
from apps.core.actors import Actor, PermissionHolder
from apps.core.model_meta import model_field
from apps.core.trash.moves import Counts
from apps.core.wording import belongings, counted


@dataclass
class OnRecords(Approvable):
    """`verb` begins the sentence and `done` ends the result: "Delete 3 … for good", "3 … deleted".

    `word` lists the action if even one record needs approval; above the number of `bulk` it needs
    approval anyway. `reach` returns the rows that are also affected, by model.
    """

    kind: str  # type: ignore[misc]
    label: str  # type: ignore[misc]
    permission: str
    records: Callable[[], QuerySet]
    service: Callable[..., Counts]
    reach: Callable[[QuerySet], Iterable[QuerySet]]
    sentence: str
    done: str
    word: str = ""  # type: ignore[misc]
    shown: tuple[str, ...] = ()
    after: str = ""
    consequences: tuple[str, ...] = ()
    url_name: str = ""

    def __post_init__(self) -> None:
        self.permissions = (self.permission,)  # type: ignore[misc]

    def alone_up_to(self) -> int | None:
        listed = [settings.FOUR_EYES.get(word) for word in (self.word, "bulk")]
        return min((number for number in listed if number is not None), default=None)

    def chosen(self, arguments: Arguments) -> QuerySet:
        return self.records().filter(pk__in=arguments.get("keys", []))

    def may_reach(self, user: PermissionHolder, arguments: Arguments) -> bool:
        chosen: Any = self.chosen(arguments)
        found: int = chosen.for_staff(user).count()
        # Deleted records are in nobody's scope; the comparison reports them.
        return found == chosen.count()

    def affected_records(self, arguments: Arguments) -> list[tuple[str, QuerySet]]:
        return [
            (str(rows.model._meta.verbose_name_plural).capitalize(), rows)
            for rows in self.reach(self.chosen(arguments))
        ]

    def preview(self, arguments: Arguments) -> ActionPreview:
        chosen = self.chosen(arguments).order_by("pk")
        parts = self.parts(arguments)
        total = len(arguments["keys"])
        model = chosen.model
        first = chosen.first()
        name = f"“{first}”" if total == 1 and first is not None else counted(total, model)
        along = [f"{part.count:,} {part.name.lower()}" for part in parts[1:] if part.count]
        return ActionPreview(
            sentence=self.sentence.format(name),
            lines=[self._line(record) for record in chosen[:SHOWN]],
            total=total,
            consequences=[
                *self.consequences,
                *([f"Also included: {', '.join(along)}."] if along else []),
            ],
            parts=parts,
        )

    def _line(self, record: Model) -> Line:
        values = []
        for name in self.shown:
            field = model_field(record, name)
            value = getattr(record, f"get_{name}_display", lambda n=name: getattr(record, n))()
            if value not in ("", None) and str(value) != str(record):
                values.append([str(field.verbose_name), _plain(value), self.after])
        return Line(str(record), self._url(record), values)

    def _url(self, record: Model) -> str:
        try:
            return reverse(self.url_name, args=[record.pk]) if self.url_name else ""
        except NoReverseMatch:
            return ""

    def execute(self, arguments: Arguments, *, actor: PermissionHolder, reason: str) -> str:
        counts = self.service(self.chosen(arguments), actor, reason)
        model = self.records().model
        others = belongings(counts, model)
        return (
            f"{counted(counts[model], model)}{f', with {others},' if others else ''} {self.done}."
        )


def require_approval_of(kind: str, records: QuerySet, *, actor: Actor) -> None:
    """Require approval of an action on `records`, which the caller has locked."""
    keys = sorted(str(key) for key in records.order_by().values_list("pk", flat=True))
    require_approval(kind, {"keys": keys}, count=len(keys), actor=actor)


def _plain(value: object) -> str:
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d %H:%M %Z}".strip()
    return str(value)
