"""Rules of organizations and members over an import: see `apps.transfers.rules`."""

from psycopg.sql import SQL, Composable, Literal

from apps.accounts.models.user import REMOVED_DOMAIN, RESERVED
from apps.core.scope import is_limited
from apps.transfers.engine.schema import PartLine, PlanRow, StageRow
from apps.transfers.rules import Rule, RuleView

# A membership, an organization, a person: each is a line of the records in the rows.
_MEMBERSHIP, _OTHER_MEMBERSHIP, _COMING = PartLine("s"), PartLine("d"), PartLine("g")
_ORGANIZATION, _OTHER_ORGANIZATION = PartLine("p"), PartLine("q")
_PLAN, _OTHER_ROW = PlanRow("p"), PlanRow("q")


def _rank(role: Composable) -> Composable:
    return SQL(
        "(CASE {} WHEN 'owner' THEN 3 WHEN 'admin' THEN 2 WHEN 'member' THEN 1 WHEN 'viewer' THEN 0 END)"
    ).format(role)


def _steps_down(membership: PartLine) -> Composable:
    """SQL condition: an owner gets another role."""
    return SQL("{} AND {} = 'owner' AND {} <> 'owner'").format(
        membership.column("live"), membership.now("role"), membership.new("role")
    )


def _last_owner(view: RuleView) -> Composable | None:
    if "role" not in view.given:
        return None
    return SQL(
        """
        SELECT s.first AS number FROM {memberships} s
        WHERE {steps_down}
          AND NOT EXISTS (
              SELECT FROM organizations_membership m
              WHERE m.organization_id = {organization} AND m.role = 'owner'
                AND NOT EXISTS (SELECT FROM {memberships} d WHERE d.id = m.id AND {other_role} <> 'owner'
                    AND NOT {other_refused}))
          AND NOT EXISTS (
              SELECT FROM {memberships} g
              WHERE {coming_to} = {organization} AND {coming_role} = 'owner' AND NOT g.clash
                AND NOT {coming_refused})
        """
    ).format(
        memberships=view.records("membership"),
        steps_down=_steps_down(_MEMBERSHIP),
        organization=_MEMBERSHIP.key("organization_id"),
        other_role=_OTHER_MEMBERSHIP.new("role"),
        # Refused rows neither remove nor add an owner.
        other_refused=view.is_refused("d"),
        coming_to=_COMING.key("organization_id"),
        coming_role=_COMING.new("role"),
        coming_refused=view.is_refused("g"),
    )


def _answering_owner(view: RuleView) -> Composable | None:
    if "role" not in view.given:
        return None
    return SQL(
        "SELECT s.first AS number FROM {memberships} s JOIN organizations_organization o "
        "ON o.id = {organization} AND o.owner_id = {user} WHERE {steps_down}"
    ).format(
        memberships=view.records("membership"),
        organization=_MEMBERSHIP.key("organization_id"),
        user=_MEMBERSHIP.key("user_id"),
        steps_down=_steps_down(_MEMBERSHIP),
    )


def _own_rights(view: RuleView) -> Composable | None:
    if view.actor is None or "role" not in view.given:
        return None
    return SQL(
        "SELECT s.first AS number FROM {memberships} s WHERE s.live AND {user} = {actor} AND {new} < {now}"
    ).format(
        memberships=view.records("membership"),
        user=_MEMBERSHIP.key("user_id"),
        actor=Literal(view.actor.pk),
        new=_rank(_MEMBERSHIP.new("role")),
        now=_rank(_MEMBERSHIP.now("role")),
    )


def _removed(view: RuleView) -> Composable | None:
    # Use the staged rows, not the plan's people, so that every row of a person gets the message.
    return SQL("SELECT s.number FROM {} s WHERE s.problems IS NULL AND lower({}) LIKE {}").format(
        view.staged, StageRow("s").cell("email"), Literal(f"%@{REMOVED_DOMAIN}")
    )


def _deactivated(view: RuleView) -> Composable | None:
    """New memberships of deactivated people that this import does not reactivate."""
    return SQL(
        "SELECT s.first AS number FROM {memberships} s "
        "JOIN accounts_user u ON u.id = {user} AND u.status = 'deactivated' "
        "WHERE NOT s.live AND NOT {comes_back}"
    ).format(
        memberships=view.records("membership"),
        user=_MEMBERSHIP.key("user_id"),
        comes_back=view.comes_back("person", SQL("u.id")),
    )


def _lost_zeros(view: RuleView) -> Composable | None:
    # Limited users cannot create organizations, and do not learn which exist.
    if "external_id" not in view.given or (view.actor and is_limited(view.actor)):
        return None
    return SQL(
        "SELECT p.first AS number FROM {organizations} p "
        "JOIN organizations_organization o ON ltrim(o.external_id, '0') = {id} "
        "WHERE NOT p.live AND {id} ~ '^[1-9][0-9]*$' "
        "AND o.external_id ~ '^0[0-9]+$' AND o.deleted_at IS NULL"
    ).format(organizations=view.records("organization"), id=_ORGANIZATION.new("external_id"))


def _name_of_another(view: RuleView) -> Composable | None:
    # A name alone does not identify a second organization; and limited users do not learn which
    # exist.
    if not {"external_id", "slug"} & set(view.given) or "name" not in view.given:
        return None
    if view.actor and is_limited(view.actor):
        return None

    def is_new(line: PartLine) -> Composable:
        return SQL("{} <> {}").format(line.new("name"), view.as_read("name", line.now("name")))

    return SQL(
        # Two organizations may exchange names in one file.
        "SELECT p.first AS number FROM {organizations} p WHERE p.live AND {is_new} "
        "AND EXISTS (SELECT FROM organizations_organization o WHERE o.name = {name} "
        "AND o.id <> p.id AND o.deleted_at IS NULL AND NOT EXISTS "
        "(SELECT FROM {organizations} q WHERE q.id = o.id AND {other_is_new}))"
    ).format(
        organizations=view.records("organization"),
        is_new=is_new(_ORGANIZATION),
        name=_ORGANIZATION.new("name"),
        other_is_new=is_new(_OTHER_ORGANIZATION),
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
        label="last owner",
    ),
    Rule(
        code="role:own_rights",
        column="role",
        message="You can't lower your own role by an import.",
        sql=_own_rights,
        label="your own permissions",
    ),
)


def _made_owner(row: PlanRow) -> Composable:
    """SQL condition: the row creates an owner's membership, or makes one an owner."""
    return SQL("({} OR {} = 'owner')").format(row.creates("membership"), row.after("role"))


def _would_be_ownerless(view: RuleView) -> Composable | None:
    """Owners' memberships from the run that an organization with an earlier owner cannot lose."""
    return SQL(
        """
        SELECT p.number FROM {plan} p JOIN organizations_membership t ON t.id = {membership}
        WHERE {writes} AND t.role = 'owner' AND {made_owner}
          AND NOT EXISTS (
              SELECT FROM organizations_membership o
              WHERE o.organization_id = t.organization_id AND o.role = 'owner' AND o.id <> t.id
                AND NOT EXISTS (SELECT FROM {plan} q WHERE {other_membership} = o.id AND {other_writes}))
          AND NOT EXISTS (
              SELECT FROM {plan} q JOIN organizations_membership m ON m.id = {other_membership}
              WHERE {other_updates} AND {other_before} = 'owner'
                AND m.organization_id = t.organization_id)
          AND EXISTS (
              SELECT FROM organizations_historicalmembership h
              WHERE h.organization_id = t.organization_id AND h.role = 'owner'
                AND h.history_type <> '-' AND h.history_date < {confirmed}
                -- As it stood then: an owner of long ago who had gone is none.
                AND NOT EXISTS (
                    SELECT FROM organizations_historicalmembership l
                    WHERE l.id = h.id AND l.history_id > h.history_id
                      AND l.history_date < {confirmed}))
        """
    ).format(
        plan=view.plan,
        membership=_PLAN.id("membership"),
        writes=_PLAN.writes("membership"),
        made_owner=_made_owner(_PLAN),
        other_membership=_OTHER_ROW.id("membership"),
        other_writes=_OTHER_ROW.writes("membership"),
        other_updates=_OTHER_ROW.updates("membership"),
        other_before=_OTHER_ROW.before("role"),
        confirmed=Literal(view.confirmed_at),
    )


def _answers_for_it(view: RuleView) -> Composable | None:
    return SQL(
        "SELECT p.number FROM {plan} p JOIN organizations_membership t ON t.id = {membership} "
        "JOIN organizations_organization o ON o.id = t.organization_id AND o.owner_id = t.user_id "
        "WHERE {made_owner}"
    ).format(plan=view.plan, membership=_PLAN.id("membership"), made_owner=_made_owner(_PLAN))


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
