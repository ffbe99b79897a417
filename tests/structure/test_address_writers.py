"""The address that a person signs in with is written by one service, whatever leads to a person."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import RequestFactory

from apps.accounts.models import User
from apps.audit.timeline.registry import reversions
from apps.core.discovery import full_site
from apps.transfers import registry
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory

# Who may assign it, and why.
WRITERS = {
    "apps/accounts/email_changes/services.py": "the service",
    "apps/accounts/anonymization/account_erasure.py": "takes it away, with the account shut",
    "apps/organizations/anonymization.py": "an invitation's, of a person who is taken away",
    "apps/organizations/forms.py": "a form's, which is checked against the password",
    "apps/core/queued_mails.py": "a queued mail's, which says where it went",
    "apps/reports/services/mails.py": "a report mail's, which says where it went",
    "apps/reports/services/recipients.py": "a recipient's, who has an account now",
    "apps/reports/services/adoption.py": "a recipient's, whose address is a colleague's",
    "apps/backoffice/demo/organizations.py": "an invitation's, of the invented data",
}
# What leads into an account: by signing in, or by what one may do there.
FIELDS = {
    "email",
    "password",
    "status",
    "is_staff",
    "is_superuser",
    "is_limited",
    "groups",
    "user_permissions",
}


def _assigns(tree: ast.AST) -> bool:
    """Tell whether a module sets `….email` on a record, or updates it in a queryset."""
    for node in ast.walk(tree):
        targets: list[Any] = []
        if isinstance(node, ast.Assign):
            targets = [
                each
                for target in node.targets
                for each in (target.elts if isinstance(target, ast.Tuple) else [target])
            ]
        elif isinstance(node, ast.AnnAssign | ast.AugAssign):
            targets = [node.target]
        if any(isinstance(each, ast.Attribute) and each.attr == "email" for each in targets):
            return True
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("update", "update_or_create")
            and any(keyword.arg == "email" for keyword in node.keywords)
        ):
            return True
    return False


def test_only_the_service_assigns_an_address() -> None:
    base = Path(settings.BASE_DIR)
    found = {
        str(path.relative_to(base))
        for path in (base / "apps").rglob("*.py")
        if "migrations" not in path.parts and _assigns(ast.parse(path.read_text(encoding="utf-8")))
    }

    assert found == set(WRITERS)


def test_no_way_back_in_a_timeline_leads_into_an_account() -> None:
    assert not FIELDS & set(reversions[User].fields)
    assert not {"auth.Group", "accounts.User_groups", "accounts.User_user_permissions"} & {
        model._meta.label for model in reversions
    }


def test_no_import_changes_the_address_or_the_rights_of_a_person() -> None:
    for dataset in registry.all_datasets():
        for part in dataset.parts():
            if part.model != "accounts.User":
                continue
            keys = {name for key in part.keys for name in key}
            # As a key it finds the person, and so is the same before and after.
            assert set(part.fields) & FIELDS <= keys


@pytest.mark.django_db
def test_no_form_of_a_person_has_a_field_that_leads_into_the_account() -> None:
    everybody = StaffFactory()
    everybody.user_permissions.set(Permission.objects.all())
    for actor in (everybody, SuperuserFactory()):
        for person in (UserFactory(), StaffFactory(), actor):
            request = RequestFactory().get("/")
            request.user = actor
            for model, model_admin in full_site()._registry.items():
                places = [model_admin, *model_admin.get_inline_instances(request, None)]
                for place in places:
                    if place.model._meta.concrete_model is not User:
                        continue
                    assert place is model_admin, "People are changed on their own page alone."
                    assert not FIELDS & set(getattr(place, "list_editable", ()))
                    form = place.get_form(request, person, change=True)
                    assert not FIELDS & set(form.base_fields), (model, actor, person)
