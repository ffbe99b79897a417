"""Members whose records need care: the same person twice, unverified, or without a phone number."""

from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, Value, Window
from django.db.models.functions import Concat, FirstValue, Lower, Replace

from apps.organizations.measures import members_as_people

SAME, UNVERIFIED, NO_PHONE = "same_name", "unverified", "no_phone"


def people_to_check(user: Any, problem: str = "", person: str = "") -> QuerySet[Any]:
    """Return the active members with a problem; `same` is how many have the same name, `first` one of them.

    `person` is the key of one of them; then only those with the same name are returned.
    Names are the same if only case, spaces, dots, and hyphens differ.
    """
    name: Any = Concat("first_name", "last_name", output_field=CharField())
    for sign in " .-'":
        name = Replace(name, Value(sign), Value(""))
    people = (
        members_as_people(user)
        .annotate(spelling=Lower(name))
        .annotate(
            same=Window(Count("pk"), partition_by=[F("spelling")]),
            first=Window(FirstValue("pk"), partition_by=[F("spelling")], order_by=["pk"]),
        )
    )
    conditions = {
        SAME: Q(same__gt=1) & ~Q(spelling=""),
        UNVERIFIED: Q(is_verified=False),
        NO_PHONE: Q(phone=""),
    }
    chosen = conditions.get(
        problem, conditions[SAME] | conditions[UNVERIFIED] | conditions[NO_PHONE]
    )
    if person:
        spelling = people.filter(pk=person).values_list("spelling", flat=True).first()
        people = people.filter(Q(spelling=spelling) if spelling else Q(pk=person))
    # A condition beside the number of the same name would limit the people that it counts. One that is in
    # an OR with it is applied after counting.
    return people.filter(chosen | Q(same=0)).order_by("spelling", "pk")
