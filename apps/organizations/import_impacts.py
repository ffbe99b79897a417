"""The blast radius of an import of members: sentences about its plan, from SQL over the plan's table."""

from collections.abc import Sequence

from psycopg.sql import SQL, Composable, Literal

from apps.organizations.models import Role
from apps.transfers.engine.schema import PlanRow
from apps.transfers.rules import Impact, RuleView

_ROW = PlanRow("p")


def _changed_memberships(view: RuleView, role: Composable, wanted: Role) -> Composable | None:
    """SQL that counts the memberships whose `role`, before or after, is the wanted one."""
    if "role" not in view.given:
        return None
    return SQL("SELECT count(*) FROM {} p WHERE {} AND {} = {}").format(
        view.plan, _ROW.updates("membership"), role, Literal(wanted.value)
    )


def _owners_demoted(view: RuleView) -> Composable | None:
    return _changed_memberships(view, _ROW.before("role"), Role.OWNER)


def _owners_made(view: RuleView) -> Composable | None:
    return _changed_memberships(view, _ROW.after("role"), Role.OWNER)


def _admins_made(view: RuleView) -> Composable | None:
    return _changed_memberships(view, _ROW.after("role"), Role.ADMIN)


def _powers_given(view: RuleView) -> Composable | None:
    """Count new memberships with power: all, then owners and admins, each with their people.

    One person can get several memberships, so the two numbers differ.
    """
    if "role" not in view.given:
        return None
    return SQL(
        "SELECT count(*), count(*) FILTER (WHERE {role} = {owner}), "
        "count(DISTINCT {email}) FILTER (WHERE {role} = {owner}), "
        "count(*) FILTER (WHERE {role} = {admin}), "
        "count(DISTINCT {email}) FILTER (WHERE {role} = {admin}) "
        "FROM {plan} p WHERE {creates} AND {role} IN ({owner}, {admin})"
    ).format(
        plan=view.plan,
        creates=_ROW.creates("membership"),
        role=_ROW.cell("role"),
        email=_ROW.cell("email"),
        owner=Literal(Role.OWNER.value),
        admin=Literal(Role.ADMIN.value),
    )


def _describe_powers(numbers: Sequence[int]) -> str:
    """Return "Makes 86 people owners (237 memberships), 2 people admins."."""
    phrases: list[str] = []
    for memberships, people, one, many in (
        (numbers[1], numbers[2], "an owner", "owners"),
        (numbers[3], numbers[4], "an admin", "admins"),
    ):
        if memberships:
            words = f"{people:,} person {one}" if people == 1 else f"{people:,} people {many}"
            if memberships != people:
                words += f" ({memberships:,} memberships)"
            phrases.append(words)
    return f"Makes {', '.join(phrases)}."


def _staff_touched(view: RuleView) -> Composable | None:
    return SQL(
        "SELECT count(DISTINCT u.id) FROM {} p JOIN accounts_user u ON u.id = {} AND u.is_staff "
        "WHERE {}"
    ).format(view.plan, _ROW.id("person"), _ROW.updates("person"))


def _renamed(view: RuleView) -> Composable | None:
    if not {"first_name", "last_name"} <= set(view.given):
        return None
    renamed = [
        SQL("{} AND {} <> ''").format(_ROW.changes_column(name), _ROW.before(name))
        for name in ("first_name", "last_name")
    ]
    return SQL("SELECT count(*) FROM {} p WHERE {} AND {}").format(
        view.plan, _ROW.updates("person"), SQL(" AND ").join(renamed)
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
    Impact(code="powers_given", one="", many="", sql=_powers_given, says=_describe_powers),
    Impact(
        code="renamed",
        one="Changes first and last name of {n} person at once: were the e-mails swapped?",
        many="Changes first and last name of {n} people at once: were e-mails swapped?",
        sql=_renamed,
        threshold=100,
    ),
)
