"""What a merge does with projects and tasks. A project whose name is taken moves under another one."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, Model, OuterRef, QuerySet, Value
from django.db.models.functions import Concat, Left

from apps.accounts.merge_rules import DONE_BY, PERSON, kept_relations
from apps.bulk.merge_rules import MERGE_RELATIONS, MOVE, Relation, Work
from apps.core.wording import plural
from apps.organizations.merge_rules import ORGANIZATION
from apps.projects.models import Project

_SHOWN = 5


def _taken(kept: Model, rows: QuerySet[Any]) -> QuerySet[Any]:
    same = Project.all_objects.filter(organization=kept.pk, name=OuterRef("name"), deleted_at=None)
    return rows.filter(Exists(same), deleted_at=None)


def _rename(work: Work, rows: QuerySet[Any]) -> None:
    longest = Project._meta.get_field("name").max_length or 1
    name = Left(Concat(F("name"), Value(f" ({work.dropped.name})")), longest)
    work.change(_taken(work.kept, rows), name=name, organization=work.kept)


def _collisions(kept: Model, dropped: Model) -> Iterable[str]:
    taken = _taken(kept, Project.all_objects.filter(organization=dropped.pk))
    number = taken.count()
    if number:
        names = ", ".join(f"“{project.name}”" for project in taken.order_by("name")[:_SHOWN])
        more = ", …" if number > _SHOWN else ""
        yield (
            f"{plural(number, 'name')} taken in {kept}: {names}{more}. "
            f"“ ({dropped})” is added to them."
        )


MERGE_RELATIONS.add(
    Relation(
        ORGANIZATION,
        "projects.Project.organization",
        MOVE,
        "Their tasks go along.",
        settle=_rename,
        collisions=_collisions,
    ),
    Relation(PERSON, "projects.Task.assignee", MOVE),
    *kept_relations(PERSON, DONE_BY, "projects.Project.created_by", "projects.Project.deleted_by"),
)
