"""Which flags and switches are stale, and why: the one measure of the list, the page, the report, and the e-mails.

| reason | holds when |
|---|---|
| expired | its expiry is over |
| complete | on for everyone, without exception, for 30 days; an operations flag is meant to be |
| unasked | older than 30 days, and no process has asked for it for as long |
| unknown | no code asks for it |
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.utils import timezone

from apps.flags.asked_names import places
from apps.flags.life_cycle import Kind
from apps.flags.models import DENIED, Flag, Switch

LONG = timedelta(days=30)
REASONS = {
    "expired": "It has expired.",
    "complete": "It has been on for everyone for 30 days. Remove it from the code, or make it an operations flag.",
    "unasked": "Nothing has asked for it for 30 days.",
    "unknown": "No code asks for it. Delete it, or ask for it.",
}
SHORT = {
    "expired": "Expired",
    "complete": "On for everyone for 30 days",
    "unasked": "Not asked for 30 days",
    "unknown": "Unknown to the code",
}
STATE_FIELDS: dict[type[Any], str] = {Flag: "everyone", Switch: "active"}


class LastAsked(Func):
    """When any process last asked for the flag or switch of this name; `flags_answered` has no model."""

    output_field = DateTimeField()
    template = "(SELECT max(last_at) FROM flags_answered WHERE kind = '%(kind)s' AND name = %(expressions)s)"

    def __init__(self, name: str, *, kind: str) -> None:
        super().__init__(F(name), kind=kind)


def with_staleness(toggles: QuerySet[Any]) -> QuerySet[Any]:
    """Add `stale_<reason>` for each reason, and `is_stale`, in the query's own statement."""
    model = toggles.model
    kind, since = str(model._meta.model_name), timezone.now() - LONG
    asked = sorted(name for of, name in places() if of == kind)
    rules = {
        "expired": Q(expires_on__lt=timezone.localdate()),
        "complete": _complete(model, since) & ~Q(kind=Kind.OPERATIONS),
        "unasked": Q(created__lt=since) & (Q(last_asked=None) | Q(last_asked__lt=since)),
        "unknown": ~Q(name__in=asked),
    }
    found = toggles.annotate(last_asked=LastAsked("name", kind=kind))
    found = found.annotate(**{f"stale_{reason}": _flag(rule) for reason, rule in rules.items()})
    any_of = Q()
    for reason in REASONS:
        any_of |= Q(**{f"stale_{reason}": True})
    return found.annotate(is_stale=_flag(any_of))


def reasons_of(toggle: Flag | Switch) -> list[str]:
    """Return the reasons why a flag of `with_staleness` is stale."""
    return [reason for reason in REASONS if getattr(toggle, f"stale_{reason}")]


def sentences_of(toggle: Flag | Switch) -> list[str]:
    sentences = {**REASONS, "expired": f"It expired on {toggle.expires_on}."}
    return [sentences[reason] for reason in reasons_of(toggle)]


def stale(toggles: QuerySet[Any]) -> QuerySet[Any]:
    """Return those that are stale, without the reasons."""
    found = with_staleness(toggles.order_by()).filter(is_stale=True)
    return toggles.filter(pk__in=found.values("pk"))


def stale_toggles() -> Iterator[Any]:
    """Yield every stale flag, then every stale switch, by name, with their owners."""
    for model in STATE_FIELDS:
        rows: Any = model._default_manager.select_related("owner", "owner_role")
        yield from with_staleness(rows).filter(is_stale=True).order_by("name")


def _complete(model: type[Any], since: Any) -> Q:
    """On for everyone now, 30 days ago, and in every row of the history in between."""
    field = STATE_FIELDS[model]
    history = model.history.filter(id=OuterRef("pk"))
    before = history.filter(history_date__lt=since).order_by("-history_id").values(field)[:1]
    other = history.filter(history_date__gte=since).exclude(**{field: True})
    rule = Q(**{field: True}) & Q(Subquery(before, output_field=BooleanField())) & ~Q(Exists(other))
    for name in (*DENIED, "prerequisites") if model is Flag else ():
        by = "from_flag" if name == "prerequisites" else "flag"
        through: Any = getattr(Flag, name).through
        rule &= ~Q(Exists(through._default_manager.filter(**{by: OuterRef("pk")})))
    return rule


def _flag(rule: Q) -> Case:
    return Case(When(rule, then=True), default=False, output_field=BooleanField())
