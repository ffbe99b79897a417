"""Plugs the accounts app into core's ports, and adds its own actions that need approval."""

from functools import cache

from apps.accounts.approvable.registry import ACTIONS
from apps.accounts.approval_kinds.bulk_run import RunBulkAction
from apps.accounts.approval_kinds.email_change import ChangeEmail
from apps.accounts.approval_kinds.merge import MergeRecords
from apps.accounts.approval_kinds.roles import EmpowerRole, GiveRoles
from apps.accounts.approval_kinds.trash import trash_actions
from apps.accounts.approvals.backend import AccountsBackend
from apps.accounts.approvals.bulk import ManyRecords
from apps.accounts.authority import accounts_beyond
from apps.accounts.impersonation.rules import stand_in_obstacle
from apps.accounts.models import User
from apps.accounts.signin.sudo import is_fresh
from apps.audit.history import personal_fields
from apps.bulk.ports import STAND_INS
from apps.core.approvals import APPROVALS
from apps.core.locked_records import LOCKED_RECORDS, LockedRecords
from apps.core.personal import PERSONAL_DATA, PersonalData
from apps.core.sudo import SUDO

SUDO.plug(is_fresh)
STAND_INS.plug(stand_in_obstacle)
APPROVALS.plug(AccountsBackend())
# The history is declared with the models and does not change while the process runs.
PERSONAL_DATA.plug(
    PersonalData(
        fields=cache(personal_fields),
        view_permission="accounts.view_personal_data",
        export_permission="accounts.export_personal_data",
    )
)
ACTIONS.add(
    ManyRecords(),
    RunBulkAction(),
    MergeRecords(),
    GiveRoles(),
    EmpowerRole(),
    ChangeEmail(),
    *trash_actions(),
)
LOCKED_RECORDS.add(LockedRecords(User, accounts_beyond))
