"""Rules of organizations and members, as SQL over a plan's part tables.

`context.tables.part("seat")` has a line per seat: `id`, `live`, `first` (row), `k_user_id`,
`k_organization_id`, `v_role` (new) and `b_role` (now).
"""

from collections.abc import Sequence
from typing import Any

from apps.accounts.models.user import REMOVED_DOMAIN, RESERVED
from apps.core.scope import is_limited
from apps.transfers.declarations import Rule
from apps.transfers.engine.resolve import reactivation
from apps.transfers.engine.stage.column_reader import cleaned_sql

Asked = tuple[str, Sequence[Any]] | None

_RANK = (
    "(CASE {0} WHEN 'owner' THEN 3 WHEN 'admin' THEN 2 WHEN 'member' THEN 1 "
    "WHEN 'viewer' THEN 0 END)"
)


def _last_owner(context: Any) -> Asked:
    if "role" not in context.given:
        return None
    seat, refused = context.tables.part("seat"), context.tables.refused
    return (
        # Who is refused already neither steps down nor comes.
        f"""
        SELECT s.first AS number FROM {seat} s
        WHERE s.live AND s.b_role = 'owner' AND s.v_role <> 'owner'
          AND NOT EXISTS (
              SELECT FROM organizations_membership m
              WHERE m.organization_id = s.k_organization_id AND m.role = 'owner'
                AND NOT EXISTS (SELECT FROM {seat} d WHERE d.id = m.id AND d.v_role <> 'owner'
                    AND NOT EXISTS (SELECT FROM {refused} x WHERE x.number = d.first)))
          AND NOT EXISTS (
              SELECT FROM {seat} g
              WHERE g.k_organization_id = s.k_organization_id AND g.v_role = 'owner' AND NOT g.clash
                AND NOT EXISTS (SELECT FROM {refused} x WHERE x.number = g.first))
        """,
        [],
    )


def _answering_owner(context: Any) -> Asked:
    if "role" not in context.given:
        return None
    seat = context.tables.part("seat")
    return (
        f"SELECT s.first AS number FROM {seat} s JOIN organizations_organization o "
        "ON o.id = s.k_organization_id AND o.owner_id = s.k_user_id "
        "WHERE s.live AND s.b_role = 'owner' AND s.v_role <> 'owner'",
        [],
    )


def _own_rights(context: Any) -> Asked:
    if context.actor is None or "role" not in context.given:
        return None
    seat = context.tables.part("seat")
    return (
        f"SELECT s.first AS number FROM {seat} s WHERE s.live AND s.k_user_id = %s "
        f"AND {_RANK.format('s.v_role')} < {_RANK.format('s.b_role')}",
        [context.actor.pk],
    )


def _removed(context: Any) -> Asked:
    # The staged rows, not the plan's people: every row of a person is to say so.
    return (
        f"SELECT s.number FROM {context.tables.stage} s WHERE s.problems IS NULL "
        "AND lower(s.c_email) LIKE %s",
        [f"%@{REMOVED_DOMAIN}"],
    )


def _deactivated(context: Any) -> Asked:
    """New memberships of deactivated people that this import does not reactivate."""
    person = context.by_name["person"]
    back = reactivation.comes_back(context, person, "u")
    return (
        f"SELECT s.first AS number FROM {context.tables.part('seat')} s "
        "JOIN accounts_user u ON u.id = s.k_user_id AND u.status = 'deactivated' "
        f"WHERE NOT s.live{f' AND NOT {back}' if back else ''}",
        [],
    )


def _lost_zeros(context: Any) -> Asked:
    # Who is limited makes no organizations, and is not told which there are.
    if "external_id" not in context.given or (context.actor and is_limited(context.actor)):
        return None
    return (
        f"SELECT p.first AS number FROM {context.tables.part('organization')} p "
        "JOIN organizations_organization o ON ltrim(o.external_id, '0') = p.v_external_id "
        "WHERE NOT p.live AND p.v_external_id ~ '^[1-9][0-9]*$' "
        "AND o.external_id ~ '^0[0-9]+$' AND o.deleted_at IS NULL",
        [],
    )


def _name_of_another(context: Any) -> Asked:
    # By the name alone no two are meant; and who is limited is not told which there are.
    if not {"external_id", "slug"} & set(context.given) or "name" not in context.given:
        return None
    if context.actor and is_limited(context.actor):
        return None
    organization = context.tables.part("organization")
    is_new = "{0}.v_name <> " + cleaned_sql(context.columns["name"], "{0}.b_name")
    return (
        # Two may well change names in one file.
        f"SELECT p.first AS number FROM {organization} p WHERE p.live AND {is_new.format('p')} "
        "AND EXISTS (SELECT FROM organizations_organization o WHERE o.name = p.v_name "
        "AND o.id <> p.id AND o.deleted_at IS NULL AND NOT EXISTS "
        f"(SELECT FROM {organization} q WHERE q.id = o.id AND {is_new.format('q')}))",
        [],
    )


ORGANIZATION_RULES = (
    Rule(
        code="name:another",
        column="name",
        message=(
            "The row names two organizations: one by its external ID or slug, another by this "
            "name. Correct one of them. To give two organizations the same name, edit one on "
            "its page."
        ),
        sql=_name_of_another,
    ),
    Rule(
        code="external_id:zeros",
        column="external_id",
        message=(
            "An organization has this number with leading zeros as its external ID, and "
            "spreadsheets remove those. Format the column as text and enter the number again."
        ),
        sql=_lost_zeros,
    ),
)

MEMBER_RULES = (
    Rule(
        code="person:removed",
        column="email",
        message=RESERVED,
        sql=_removed,
    ),
    Rule(
        code="person:deactivated",
        column="email",
        message=(
            "This person is deactivated and can't get a new membership. Reactivate the person "
            "first, or leave the row out."
        ),
        sql=_deactivated,
    ),
    Rule(
        code="role:answering_owner",
        column="role",
        message=(
            "This person is the organization's owner and must keep the owner role. Choose "
            "another owner first."
        ),
        sql=_answering_owner,
    ),
    Rule(
        code="role:last_owner",
        column="role",
        message=(
            "The organization would have no owner. Give it another one first, or in the same file."
        ),
        sql=_last_owner,
    ),
    Rule(
        code="role:own_rights",
        column="role",
        message="You can't lower your own role by an import.",
        sql=_own_rights,
    ),
)


def _would_be_ownerless(context: Any) -> Asked:
    """Owners' seats of the run, without which an organization that had an owner before has none."""
    plan = context.tables.plan
    return (
        f"""
        SELECT p.number FROM {plan} p JOIN organizations_membership t ON t.id = p.id_seat
        WHERE p.op_seat IS NOT NULL AND t.role = 'owner'
          AND (p.op_seat = 'c' OR p.changes->'role'->>1 = 'owner')
          AND NOT EXISTS (
              SELECT FROM organizations_membership o
              WHERE o.organization_id = t.organization_id AND o.role = 'owner' AND o.id <> t.id
                AND NOT EXISTS (SELECT FROM {plan} q WHERE q.id_seat = o.id AND q.op_seat IS NOT NULL))
          AND NOT EXISTS (
              SELECT FROM {plan} q JOIN organizations_membership m ON m.id = q.id_seat
              WHERE q.op_seat = 'u' AND q.changes->'role'->>0 = 'owner'
                AND m.organization_id = t.organization_id)
          AND EXISTS (
              SELECT FROM organizations_historicalmembership h
              WHERE h.organization_id = t.organization_id AND h.role = 'owner'
                AND h.history_type <> '-' AND h.history_date < %s
                -- As it stood then: an owner of long ago who had gone is none.
                AND NOT EXISTS (
                    SELECT FROM organizations_historicalmembership l
                    WHERE l.id = h.id AND l.history_id > h.history_id AND l.history_date < %s))
        """,
        [context.run.confirmed_at, context.run.confirmed_at],
    )


def _answers_for_it(context: Any) -> Asked:
    return (
        f"SELECT p.number FROM {context.tables.plan} p "
        "JOIN organizations_membership t ON t.id = p.id_seat "
        "JOIN organizations_organization o ON o.id = t.organization_id AND o.owner_id = t.user_id "
        "WHERE p.op_seat = 'c' OR p.changes->'role'->>1 = 'owner'",
        [],
    )


MEMBER_KEEPS = (
    Rule(
        code="last_owner",
        column="role",
        message="Without this membership, the organization would have no owner.",
        sql=_would_be_ownerless,
    ),
    Rule(
        code="answering_owner",
        column="role",
        message="This person now owns the organization.",
        sql=_answers_for_it,
    ),
)
