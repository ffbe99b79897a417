"""Read-only mode: the database refuses every write, and people are told why."""

import html
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import User
from apps.audit.models import Verification
from apps.core.read_only import ReadOnlyError, read_only
from apps.core.read_only_guards import release_step
from apps.flags.models import PlannedChange, Switch
from apps.flags.plans.planning import change_for_a_while
from apps.flags.services import flags_ensure, switch_set
from apps.flags.tasks import carry_out_planned_changes
from apps.organizations.models import Organization
from apps.organizations.services.invitations import digest, new_token
from apps.projects.models import Project
from apps.schedules.models import SchedulerPause
from apps.schedules.read_only_runs import why_not_now
from tests.accounts.signing_in import code, sign_in, staff, with_app, with_codes
from tests.factories.accounts import SuperuserFactory
from tests.factories.organizations import InvitationFactory, OrganizationFactory
from tests.factories.projects import ProjectFactory
from tests.flags.read_only_mode import WHY, read_only_mode, turn
from tests.forms import opened

pytestmark = pytest.mark.django_db
STATEMENTS = (
    "INSERT INTO organizations_organization (name) VALUES ('x')",
    "INSERT INTO organizations_organization (name) SELECT 'x' WHERE false",
    "UPDATE organizations_organization SET name = 'x'",
    "UPDATE organizations_organization SET name = 'x' WHERE false",
    "DELETE FROM organizations_organization",
    "TRUNCATE transfers_exportprofile CASCADE",
    "COPY organizations_organization (name) FROM STDIN",
    "MERGE INTO organizations_organization o USING (SELECT 1) x ON false WHEN NOT MATCHED THEN INSERT (name) VALUES ('x')",
    "WITH w AS (UPDATE organizations_organization SET name = 'x' RETURNING 1) SELECT * FROM w",
    "DO $$ BEGIN UPDATE organizations_organization SET name = 'x'; END $$",
    "PREPARE w AS UPDATE organizations_organization SET name = 'x'; EXECUTE w",
    "UPDATE accounts_user SET password = 'x'",
    "UPDATE accounts_user SET last_login = now(), is_superuser = true",
    "UPDATE transfers_importrun SET state = 'confirmed'",
    "UPDATE auth_group SET name = 'x'",
    "DELETE FROM django_migrations",
)


def text_of(response: Any) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def _send(statement: str) -> None:
    with connection.cursor() as cursor:
        if statement.startswith("COPY"):
            with cursor.copy(statement) as copy:
                copy.write(b"x\n")
        else:
            cursor.execute(statement)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_refuses_each_kind_of_statement(statement: str) -> None:
    OrganizationFactory(name="Harbor")
    with connection.cursor() as cursor:
        # Nothing may be pending, or TRUNCATE is refused for that.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    turn(True)

    with pytest.raises(ReadOnlyError) as refused, transaction.atomic():
        _send(statement)

    assert refused.value.message.startswith("Quarterdeck is read-only since 20")
    assert WHY in refused.value.message
    assert Organization.objects.get().name == "Harbor"


def test_each_way_of_the_orm_is_refused_and_reading_is_not() -> None:
    organization = OrganizationFactory(name="Harbor")
    with read_only_mode():
        for write in (
            lambda: OrganizationFactory(),
            lambda: Organization.objects.update(name="x"),
            lambda: Organization.objects.bulk_create([Organization(name="x", slug="x")]),
            organization.hard_delete,
            organization.save,
        ):
            with pytest.raises(ReadOnlyError), transaction.atomic():
                write()
        assert Organization.objects.get().name == "Harbor"

    Organization.objects.update(name="Pier")
    assert Organization.objects.get().name == "Pier"


def test_a_release_writes_all_the_same_and_ends_declarations() -> None:
    with read_only_mode():
        with release_step():
            OrganizationFactory(name="Harbor")
        flags_ensure()
        with pytest.raises(ReadOnlyError), transaction.atomic():
            Organization.objects.update(name="x")
    assert Organization.objects.get().name == "Harbor"


def test_a_form_is_answered_with_its_input_and_can_be_sent_again(client: Client) -> None:
    project = ProjectFactory(name="Harbor")
    client.force_login(SuperuserFactory())
    url = reverse("admin:projects_project_change", args=[project.pk])
    form = opened(client, url) | {"name": "Pier", "reason": "It moved"}
    turn(True)

    page = client.get(url)
    refused = client.post(url, form)

    assert "Quarterdeck is read-only</strong> since" in text_of(page)
    assert WHY in text_of(page)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "300")
    assert f": {WHY}. Nothing was changed." in text_of(refused)
    assert 'value="Pier"' in text_of(refused)
    assert Project.objects.get().name == "Harbor"

    turn(False)
    assert client.post(url, form).status_code == 302
    assert Project.objects.get().name == "Pier"
    assert "is read-only" not in text_of(client.get(url))


def test_an_action_ends_with_the_sentence(client: Client) -> None:
    client.force_login(SuperuserFactory())
    turn(True)

    answer = client.post(
        reverse("admin:django_celery_beat_periodictask_pause"), {"reason": "The mail server moves"}
    )

    assert answer.status_code == 409
    assert f": {WHY}. Nothing was changed." in text_of(answer)
    assert not SchedulerPause.objects.exists()


def test_people_sign_in_with_a_second_factor_and_turn_it_off(client: Client) -> None:
    user = staff(is_superuser=True)
    with_app(user)
    turn(True)

    assert "is read-only" in text_of(client.get(reverse("account_login")))
    assert sign_in(client, user.email).status_code == 302
    answer = client.post(reverse("mfa_authenticate"), {"code": code(user)})
    assert answer.status_code == 302
    page = client.get(reverse("admin:index"))
    assert page.status_code == 200
    switch = Switch.objects.get(name="read-only")
    url = reverse("admin:flags_switch_change", args=[switch.pk])
    assert url in text_of(page)

    action = reverse("admin:flags_switch_turn_off", args=[switch.pk])
    answer = client.post(action, {"reason": "Done", "confirmed": "yes"})
    assert answer.status_code == 302, text_of(answer)
    assert read_only() is None
    assert client.post(reverse("account_logout")).status_code == 302


def test_a_recovery_code_works_once_and_a_wrong_password_is_counted(client: Client) -> None:
    user = staff()
    with_app(user)
    codes = with_codes(user)
    turn(True)

    for status in (302, 200):
        client.logout()
        assert sign_in(client, user.email, "wrong").status_code == 200
        assert sign_in(client, user.email).status_code == 302
        answer = client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert answer.status_code == status


def test_a_password_hashed_by_old_means_lets_in_and_stays(client: Client, settings: Any) -> None:
    user = staff(is_staff=False)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.ScryptPasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    turn(True)

    assert sign_in(client, user.email).status_code == 302
    assert User.objects.get(pk=user.pk).password == user.password


@pytest.mark.django_db(transaction=True)
def test_a_password_is_not_changed(client: Client) -> None:
    user = staff(is_staff=False)
    sign_in(client, user.email)
    turn(True)

    answer = client.post(
        reverse("account_change_password"),
        {
            "oldpassword": "correct horse battery",
            "password1": "another horse battery",
            "password2": "another horse battery",
        },
    )

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert f"“{WHY}”" in text_of(answer)
    assert "Nothing was changed" in text_of(answer)
    assert User.objects.get(pk=user.pk).check_password("correct horse battery")


def test_a_command_ends_with_the_sentence() -> None:
    user = staff()
    with_app(user)
    turn(True)

    with pytest.raises(CommandError, match=f"is read-only since .* UTC: {WHY}"):
        call_command("reset_factors", user.email, "--reason", "Lost phone")

    assert user.authenticator_set.exists()


def test_the_public_sees_the_mode_and_no_address_of_its_reason(client: Client) -> None:
    token = new_token()
    InvitationFactory(email="kim@harbor.example", token_digest=digest(token))
    switch_set(name="read-only", active=True, reason="Ask ida@harbor.example.", actor="system")

    for answer in (
        client.get(reverse("account_login")),
        client.get(reverse("invitation", args=[token])),
        client.post(
            reverse("invitation", args=[token]),
            {"first_name": "Kim", "last_name": "Berg", "password": "a long and quiet afternoon"},
        ),
        client.get(reverse("report_unsubscribe", args=["unknown"])),
    ):
        page = text_of(answer)
        assert "<strong>Quarterdeck is read-only</strong>" in page
        assert ": “Ask i…@harbor.example”. Changes are refused." in page
        assert "ida@harbor.example" not in page
    assert not User.objects.filter(email="kim@harbor.example").exists()


def test_a_planned_end_is_shown_and_carried_out_in_the_mode(client: Client) -> None:
    change_for_a_while(
        kind="switch",
        name="read-only",
        becomes="on",
        minutes=30,
        reason=WHY,
        actor="system",
    )
    mode = read_only()
    assert mode is not None
    assert mode.until is not None
    page = client.get(reverse("account_login"))
    assert f'until <time data-exact datetime="{mode.until.isoformat()}">' in text_of(page)
    assert why_not_now(carry_out_planned_changes.name) == ""

    PlannedChange.objects.update(due_at=timezone.now())
    carry_out_planned_changes()

    assert read_only() is None


@pytest.mark.django_db(transaction=True)
def test_the_history_is_proven_in_the_mode() -> None:
    turn(True)
    call_command("verify_audit", stdout=StringIO())
    assert Verification.objects.exists()
