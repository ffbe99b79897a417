"""People: who they are, their memberships, and how they sign in."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from apps.accounts.admin.email_change import EmailActions
from apps.accounts.admin.person_actions import PersonActions
from apps.accounts.admin.personal_data import masked, sees_personal_data
from apps.accounts.admin.role_form import RoleForm
from apps.accounts.admin.sign_in import SignInActions
from apps.accounts.authority import account_obstacle
from apps.accounts.avatars import check_avatar
from apps.accounts.bulk_actions import DEACTIVATE, REACTIVATE, VERIFY
from apps.accounts.models import EmailChange, User
from apps.accounts.models.user import REMOVED
from apps.accounts.people_scope import scope_in_words
from apps.accounts.services import (
    user_create,
    user_set_roles,
)
from apps.audit.admin.timeline import TimelineMixin
from apps.bulk.admin.merge_page import merge_action, merges
from apps.bulk.admin.offer import bulk_action
from apps.core.admin.base import BaseAdmin
from apps.core.admin.confirm import confirmed
from apps.core.admin.display import (
    EMPTY,
    GOOD,
    MAIN,
    QUIET,
    copyable_id,
    label,
    moment_column,
    state_column,
)
from apps.core.admin.filters import DayRangeFilter
from apps.core.personal import disclose, reveal
from apps.core.scope import sees_everything
from apps.core.wording import listed
from apps.holds.admin.holdable import HOLD_ACTIONS, Holdable

STATUS_COLORS = {"active": GOOD, "deactivated": QUIET}
# What nobody can do to their own account.
NOT_ONESELF = frozenset({"set_roles", "impersonate", "deactivate", "anonymize"})


@admin.register(User)
class UserAdmin(Holdable, SignInActions, EmailActions, PersonActions, TimelineMixin, BaseAdmin):
    create_service = staticmethod(user_create)
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("is_staff", BooleanRadioFilter),
        ("groups", RelatedDropdownFilter),
        ("created_at", DayRangeFilter),
    ]
    search_fields = ["email", "first_name", "last_name"]
    search_help_text = "Name or e-mail"
    ordering = ["email"]
    sortable_by = ["clear_email", "created_moment"]
    actions = ["deactivate", "reactivate", "verify"]
    actions_row = ["deactivate", "reactivate"]
    actions_detail = [
        "set_roles",
        "give_password_link",
        "change_email",
        "cancel_email_change",
        "end_sessions",
        "impersonate",
        "deactivate",
        "reactivate",
        "merge",
        "anonymize",
        *HOLD_ACTIONS,
    ]

    add_fieldsets = [
        (None, {"fields": ["email", "first_name", "last_name", "phone", "is_verified"]})
    ]

    deactivate = bulk_action(
        DEACTIVATE,
        needs_full_access=True,
        icon="person_off",
        danger=True,
        when=lambda user: user.status == User.Status.ACTIVE,
    )
    reactivate = bulk_action(
        REACTIVATE,
        needs_full_access=True,
        icon="person_check",
        when=lambda user: user.status == User.Status.DEACTIVATED and not user.is_removed,
    )

    verify = bulk_action(VERIFY, icon="verified")
    merge = merge_action(
        "accounts.User",
        permission="accounts.merge_user",
        needs_full_access=True,
        chosen_by=EmailChange._meta.get_field("user"),
    )

    copyable_id = copyable_id
    merges = staticmethod(merges)
    status_label = state_column("status", STATUS_COLORS)
    created_moment = moment_column("created_at")
    last_login_moment = moment_column("last_login", description="last sign-in")

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: object) -> Any:
        if db_field.name == "avatar":
            kwargs["validators"] = [check_avatar]
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @display(description="name")
    def name(self, user: User) -> str:
        return user.get_full_name() or EMPTY

    @display(description="e-mail")
    def masked_email(self, user: User) -> str:
        return masked(user.email)

    @display(description="e-mail", ordering="email")
    def clear_email(self, user: User) -> str:
        return reveal(user.email, key=user.pk)

    @display(description="phone")
    def masked_phone(self, user: User) -> str:
        return "given" if user.phone else EMPTY

    @display(description="staff roles")
    def roles(self, user: User) -> SafeString | str:
        labels = format_html_join(" ", "{}", ((label(role, MAIN),) for role in user.groups.all()))
        return labels or EMPTY

    @display(description="access")
    def sees(self, user: User) -> str:
        if not user.is_staff:
            return "None: no staff role"
        return "All organizations" if sees_everything(user) else f"Only {scope_in_words(user)}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_ordering(self, request: HttpRequest) -> Any:
        # The sort order would reveal addresses, too.
        return ["email"] if sees_personal_data(request.user) else ["-created_at", "-id"]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        email = "clear_email" if sees_personal_data(request.user) else "masked_email"
        columns = [email, "name", "status_label", "roles", "created_moment"]
        return [*columns, *self.hold_columns(request)]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        if obj.is_removed:
            fields = ["first_name", "last_name", "masked_email", "status_label"]
            return [
                (None, {"fields": fields, "description": REMOVED}),
                ("Record", {"fields": ["copyable_id", "created_moment"]}),
            ]
        disclose([obj.pk])
        email, phone = (
            ("clear_email", "phone")
            if sees_personal_data(request.user)
            else ("masked_email", "masked_phone")
        )
        return [
            (None, {"fields": ["first_name", "last_name", email, phone, "avatar", "status_label"]}),
            (
                "Sign-in and roles",
                {
                    "classes": ["tab"],
                    "fields": [
                        "is_verified",
                        "pending_email",
                        "is_staff",
                        "roles",
                        "sees",
                        "last_login_moment",
                        "second_factors",
                        "open_sessions",
                    ],
                },
            ),
            (
                "Record",
                {"classes": ["tab"], "fields": ["copyable_id", "created_moment", "merges"]},
            ),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        if obj is None:
            return []
        # Sign-in and status are changed by separate services.
        return [
            "clear_email",
            "masked_email",
            "pending_email",
            "masked_phone",
            "status_label",
            "is_staff",
            "roles",
            "sees",
            "last_login_moment",
            "second_factors",
            "open_sessions",
            "copyable_id",
            "created_moment",
            "merges",
        ]

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[Any]:
        """Offer nothing that is refused: about a colleague with more permissions, or one's own account.

        The record of a person whose data was removed never changes again.
        """
        actor: Any = request.user
        person = self.get_object(request, unquote(str(object_id)))
        if person is not None and account_obstacle(actor=actor, person=person):
            return []
        actions = super().get_actions_detail(request, object_id)
        if person != actor:
            return actions
        return [action for action in actions if action.method.__name__ not in NOT_ONESELF]

    def get_inlines(self, request: HttpRequest, obj: User | None = None) -> Any:
        return super().get_inlines(request, obj) if obj else []

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Only people who may decide about a colleague's account can change the colleague's record."""
        actor: Any = request.user
        if obj is not None and account_obstacle(actor=actor, person=obj):
            return False
        return super().has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Limited staff can only invite people to their organizations."""
        return super().has_add_permission(request) and sees_everything(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are deactivated, because history and foreign keys refer to them."""
        return False

    @confirmed(
        permission="accounts.set_roles",
        description="Set roles",
        icon="shield_person",
        form_class=RoleForm,
        sudo=True,
    )
    def set_roles(self, request: HttpRequest, users: QuerySet[Any], answer: RoleForm) -> str:
        user = users.get()
        given, taken = user_set_roles(
            user=user,
            roles=list(answer.cleaned_data["roles"]),
            actor=request.user,
            reason=answer.reason,
        )
        message = [
            f"{verb}: {listed(names)}"
            for verb, names in (("given", given), ("taken", taken))
            if names
        ]
        return f"{user}: {'; '.join(message)}." if message else f"{user} already has these roles."
