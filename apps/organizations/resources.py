"""The datasets of organizations and of their members. See docs/imports.md."""

from psycopg.sql import SQL, Composable

from apps.accounts.models import User
from apps.organizations.import_impacts import MEMBER_IMPACTS
from apps.organizations.import_rules import (
    MEMBER_KEEPS,
    MEMBER_RULES,
    ORGANIZATION_RULES,
)
from apps.organizations.models import Membership, Organization, Role
from apps.organizations.role_words import ROLE_WORDS
from apps.transfers import header_words, status_words
from apps.transfers.declarations import Column, Derived, FieldKind, Part, Relation
from apps.transfers.engine.schema import PlanRow
from apps.transfers.registry import register
from apps.transfers.resources import EngineResource
from apps.transfers.rules import RuleView

ORGANIZATION = Relation(
    model="organizations.Organization",
    by=("external_id", "slug", "name"),
    create="name",
    slug="slug",
)
ORGANIZATION_SYNONYMS = (
    "organization external id", "organization id", "org external id", "org id", "committee id",
    "company id", "customer id", "account id", "client id", "group id", "team id", "external id",
    "organization slug", "organization name", "organisation", "org", "committee", "committee name",
    "company", "company name", "customer", "account", "account name", "client",
    *header_words.ORGANIZATION_ID, *header_words.ORGANIZATION,
)  # fmt: skip


def organization_column(attribute: str = "organization__external_id") -> Column:
    """Return the column that names a row's organization; `attribute` is its path."""
    return Column(
        label="Organization",
        attribute=attribute,
        kind=FieldKind.RELATION,
        relation=ORGANIZATION,
        needed=True,
        max_length=200,
        synonyms=ORGANIZATION_SYNONYMS,
        help_text="External ID, slug, or name of an organization.",
        example="C-1001",
    )


@register
class OrganizationsResource(EngineResource):
    name = Column(
        label="Name",
        attribute="name",
        required=True,
        max_length=200,
        synonyms=(
            "organization", "organization name", "organisation", "org", "company", "company name",
            "committee", "committee name", "customer", "customer name", "account", "account name",
            "client", "team", "title", *header_words.NAME, *header_words.ORGANIZATION,
        ),
        example="Harbor Finance Committee",
    )  # fmt: skip
    external_id = Column(
        label="External ID",
        attribute="external_id",
        max_length=200,
        is_id=True,
        synonyms=(
            "id", "external", "ext id", "organization id", "org id", "company id", "committee id",
            "customer id", "customer number", "account id", "account number", "client id",
            "reference", "key", *header_words.EXTERNAL_ID,
        ),
        help_text="The customer's own number. If given, it identifies the organization.",
        example="C-1001",
    )  # fmt: skip
    slug = Column(
        label="Slug",
        attribute="slug",
        kind=FieldKind.SLUG,
        max_length=200,
        clearable=False,
        synonyms=("short name", "handle", "url name"),
        help_text="Made from the name if not given.",
        example="harbor-finance",
    )
    status = Column(
        label="Status",
        attribute="status",
        kind=FieldKind.CHOICE,
        choices=Organization.Status.choices,
        default=Organization.Status.ACTIVE,
        words={
            Organization.Status.ACTIVE: (
                "enabled", "open", "current", "live", *status_words.ACTIVE, *status_words.OPEN,
            ),
            Organization.Status.SUSPENDED: ("paused", "on hold", "blocked", *status_words.SUSPENDED),
            Organization.Status.CLOSED: (
                "inactive", "ended", "archived", "dissolved", *status_words.INACTIVE, *status_words.CLOSED,
                *status_words.ARCHIVED,
            ),
        },
        synonyms=("state", *header_words.STATUS),
        example="active",
    )  # fmt: skip

    class Meta:
        dataset = "organizations"
        label = "Organizations"
        description = "One organization per row, found by external ID, slug, or name."
        icon = "apartment"
        model = Organization
        parts = (
            Part(
                name="organization",
                label="organization",
                model="organizations.Organization",
                fields={
                    "name": "name",
                    "external_id": "external_id",
                    "slug": "slug",
                    "status": "status",
                },
                keys=(("external_id",), ("slug",), ("name",)),
                unique=("slug", "external_id"),
                derived={"slug": Derived("slug", "name")},
            ),
        )
        rules = ORGANIZATION_RULES


@register
class MembersResource(EngineResource):
    email = Column(
        label="E-mail",
        attribute="user__email",
        kind=FieldKind.EMAIL,
        needed=True,
        max_length=254,
        synonyms=(
            "email address",
            "mail",
            "mail address",
            "user",
            "login",
            "work email",
            "primary smtp address",
            *header_words.EMAIL,
        ),
        example="ada.harper@example.org",
    )
    first_name = Column(
        label="First name",
        attribute="user__first_name",
        max_length=150,
        synonyms=("first", "given name", "given", *header_words.FIRST_NAME),
        example="Ada",
    )
    last_name = Column(
        label="Last name",
        attribute="user__last_name",
        max_length=150,
        synonyms=("last", "surname", "family", *header_words.LAST_NAME),
        example="Harper",
    )
    phone = Column(
        label="Phone",
        attribute="user__phone",
        kind=FieldKind.PHONE,
        max_length=40,
        synonyms=(
            "office phone", "phone number", "telephone", "tel", "work phone", "mobile",
            "mobile phone", "cell", "cell phone", "business phone", *header_words.PHONE,
        ),
        example="919-555-0100",
    )  # fmt: skip
    organization = organization_column()
    role = Column(
        label="Role",
        attribute="role",
        kind=FieldKind.CHOICE,
        choices=Role.choices,
        words=ROLE_WORDS,
        default=Role.MEMBER,
        synonyms=(
            "position",
            "membership role",
            "function",
            "member role",
            "permission",
            "access",
            *header_words.ROLE,
        ),
        example="member",
    )

    class Meta:
        dataset = "members"
        label = "Members"
        description = "One membership per row: a person (by e-mail), an organization, and a role."
        icon = "group"
        model = Membership
        parts = (
            Part(
                name="person",
                label="person",
                model="accounts.User",
                fields={
                    "email": "email",
                    "first_name": "first_name",
                    "last_name": "last_name",
                    "phone": "phone",
                },
                keys=(("email",),),
                # No password is set: the person chooses one when invited to sign in.
                constants={"password": "!"},
                undo={"status": User.Status.DEACTIVATED},
                # A sign-in, or any permission in the back office: such a person is more than a
                # roster's row.
                used_when=("last_login", "is_staff"),
                protected_because="the account has a staff role",
                plural="people",
            ),
            Part(
                name="membership",
                label="membership",
                model="organizations.Membership",
                fields={
                    "user_id": "part:person",
                    "organization_id": "organization",
                    "role": "role",
                },
                keys=(("user_id", "organization_id"),),
            ),
        )
        rules = MEMBER_RULES
        impacts = MEMBER_IMPACTS
        keeps = MEMBER_KEEPS
        # An undo may leave an organization without an owner if it had none before the import.
        undo_ignores = ("organizations.Membership:keeps_an_owner",)

    @classmethod
    def late(cls, view: RuleView) -> Composable | None:
        """Apply the rows that end an ownership last, so that an organization always has an owner."""
        if "role" not in view.given:
            return None
        return SQL("verdict = 'update' AND {} AND {} = 'owner'").format(
            PlanRow("p").changes_column("role"), PlanRow("p").before("role")
        )
