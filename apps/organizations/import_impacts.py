"""Blast radius of an import of members: sentences about its plan, as SQL over the plan's table."""

from collections.abc import Sequence
from typing import Any

from apps.organizations.models import Role
from apps.transfers.declarations import Impact

Asked = tuple[str, Sequence[Any]] | None


def _owners_demoted(context: Any) -> Asked:
    if "role" not in context.given:
        return None
    return (
        f"SELECT count(*) FROM {context.tables.plan} WHERE op_seat = 'u' "
        "AND changes->'role'->>0 = %s",
        [Role.OWNER],
    )


def _owners_made(context: Any) -> Asked:
    if "role" not in context.given:
        return None
    return (
        f"SELECT count(*) FROM {context.tables.plan} WHERE op_seat = 'u' "
        "AND changes->'role'->>1 = %s",
        [Role.OWNER],
    )


def _admins_made(context: Any) -> Asked:
    if "role" not in context.given:
        return None
    return (
        f"SELECT count(*) FROM {context.tables.plan} WHERE op_seat = 'u' "
        "AND changes->'role'->>1 = %s",
        [Role.ADMIN],
    )


def _powers_given(context: Any) -> Asked:
    """New memberships with power over others: all; then owners and admins, each with their people.

    One person can get several memberships, so the two numbers differ.
    """
    if "role" not in context.given:
        return None
    return (
        "SELECT count(*), "
        "count(*) FILTER (WHERE c_role = %s), "
        "count(DISTINCT c_email) FILTER (WHERE c_role = %s), "
        "count(*) FILTER (WHERE c_role = %s), "
        "count(DISTINCT c_email) FILTER (WHERE c_role = %s) "
        f"FROM {context.tables.plan} WHERE op_seat = 'c' AND c_role IN (%s, %s)",
        [Role.OWNER, Role.OWNER, Role.ADMIN, Role.ADMIN, Role.OWNER, Role.ADMIN],
    )


def _say_powers(numbers: Sequence[int]) -> str:
    """Return "Makes 86 people owners (237 memberships), 2 people admins."."""
    said: list[str] = []
    for memberships, people, one, many in (
        (numbers[1], numbers[2], "an owner", "owners"),
        (numbers[3], numbers[4], "an admin", "admins"),
    ):
        if memberships:
            words = f"{people:,} person {one}" if people == 1 else f"{people:,} people {many}"
            if memberships != people:
                words += f" ({memberships:,} memberships)"
            said.append(words)
    return f"Makes {', '.join(said)}."


def _staff_touched(context: Any) -> Asked:
    return (
        f"SELECT count(DISTINCT u.id) FROM {context.tables.plan} p "
        "JOIN accounts_user u ON u.id = p.id_person AND u.is_staff "
        "WHERE p.op_person = 'u'",
        [],
    )


def _renamed(context: Any) -> Asked:
    if not {"first_name", "last_name"} <= set(context.given):
        return None
    return (
        f"SELECT count(*) FROM {context.tables.plan} WHERE op_person = 'u' "
        "AND jsonb_exists(changes, 'first_name') AND jsonb_exists(changes, 'last_name') "
        "AND changes->'first_name'->>0 <> '' AND changes->'last_name'->>0 <> ''",
        [],
    )


MEMBER_IMPACTS = (
    Impact(
        code="staff",
        one="Changes the data of {n} staff member.",
        many="Changes the data of {n} staff members.",
        sql=_staff_touched,
        threshold=1,
    ),
    Impact(
        code="owners_demoted",
        one="Removes the owner role from {n} member.",
        many="Removes the owner role from {n} members.",
        sql=_owners_demoted,
        threshold=10,
    ),
    Impact(
        code="owners_made",
        one="Makes {n} member an owner.",
        many="Makes {n} members owners.",
        sql=_owners_made,
        threshold=100,
    ),
    Impact(
        code="admins_made",
        one="Makes {n} member an admin.",
        many="Makes {n} members admins.",
        sql=_admins_made,
    ),
    Impact(code="powers_given", one="", many="", sql=_powers_given, says=_say_powers),
    Impact(
        code="renamed",
        one="Changes first and last name of {n} person at once: were the e-mails swapped?",
        many="Changes first and last name of {n} people at once: were e-mails swapped?",
        sql=_renamed,
        threshold=100,
    ),
)
