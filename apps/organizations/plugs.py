"""Plugs the organizations app into lower apps: scope, and warnings before a deactivation."""

from apps.accounts.services import DEACTIVATION_WARNINGS
from apps.core.scope import SCOPE
from apps.organizations.organization_scope import SCOPE as ORGANIZATIONS
from apps.organizations.selectors import answers_for

SCOPE.plug(ORGANIZATIONS)
DEACTIVATION_WARNINGS.add(answers_for)
