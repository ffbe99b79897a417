"""What the code asks for is turned off and never deleted: it would answer something else again."""

from io import StringIO
from typing import Any

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from apps.core.errors import DomainError
from apps.core.gates import DECLARED, Gate
from apps.flags.models import Flag, Sample, Switch
from apps.flags.services import flag_set, flags_ensure
from tests.factories.accounts import SuperuserFactory
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory, lose

pytestmark = pytest.mark.django_db

BY = "declared in the code and can't be deleted"


@pytest.fixture(params=[Flag, Switch, Sample])
def declared(request: pytest.FixtureRequest) -> Any:
    factory = {Flag: FlagFactory, Switch: SwitchFactory, Sample: SampleFactory}[request.param]
    return factory(is_declared=True)


def stays(declared: Any) -> None:
    assert type(declared).objects.filter(pk=declared.pk).exists()


def test_the_set_up_marks_what_the_code_asks_for() -> None:
    by_hand = FlagFactory(name="beta")
    assert Flag.objects.get(name="bulk-import").is_declared
    assert Switch.objects.get(name="report-mails").is_declared
    assert not by_hand.is_declared

    with DECLARED.changed():
        Gate(name="beta", label="Beta", description="", owner="")
        flags_ensure()
        assert Flag.objects.get(name="beta").is_declared

    flags_ensure()
    Flag.objects.get(name="beta").delete()


def test_neither_a_record_nor_a_queryset_deletes_it(declared: Any) -> None:
    with pytest.raises(DomainError, match=BY):
        declared.delete()
    with pytest.raises(DomainError, match=BY):
        type(declared).objects.filter(pk=declared.pk).delete()
    stays(declared)


@pytest.mark.parametrize(
    "sql", ["DELETE FROM {table} WHERE id = {pk}", "UPDATE {table} SET name = 'x' WHERE id = {pk}"]
)
def test_nor_does_sql_delete_or_rename_it(declared: Any, sql: str) -> None:
    statement = sql.format(table=declared._meta.db_table, pk=declared.pk)
    with (
        pytest.raises(DatabaseError, match="pgtrigger"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    stays(declared)


def test_nor_does_waffles_command(declared: Any) -> None:
    kind = {"flag": "flags", "switch": "switches", "sample": "samples"}[declared._meta.model_name]
    with pytest.raises(CommandError, match=BY):
        call_command("waffle_delete", f"--{kind}", declared.name, stdout=StringIO())
    stays(declared)


def test_nor_do_the_pages_of_the_admin(client: Client, declared: Any) -> None:
    client.force_login(SuperuserFactory())
    name = f"admin:flags_{declared._meta.model_name}"
    answer = client.post(reverse(f"{name}_delete", args=[declared.pk]), {"post": "yes"})
    assert answer.status_code == 403
    client.post(
        reverse(f"{name}_changelist"),
        {
            "action": "delete_selected",
            "_selected_action": declared.pk,
            "post": "yes",
            "reason": "Tidy up",
        },
        follow=True,
    )
    stays(declared)


def test_what_is_not_declared_is_deleted_as_before() -> None:
    for factory in (FlagFactory, SwitchFactory, SampleFactory):
        toggle = factory()
        toggle.delete()
        assert not type(toggle).objects.filter(pk=toggle.pk).exists()


def test_imports_that_were_switched_off_stay_off_when_the_flag_is_lost(client: Client) -> None:
    root = SuperuserFactory()
    client.force_login(root)
    page = reverse("admin:transfers_importrun_new")
    assert client.get(page).status_code == 200
    flag_set(name="bulk-import", everyone=False, reason="The disk is full", actor=root)
    assert client.get(page).status_code == 403

    lose(Flag, "bulk-import")

    assert client.get(page).status_code == 403


@pytest.mark.parametrize(("kind", "answer"), [("release", True), ("operations", False)])
def test_a_release_flag_that_is_lost_answers_its_default(kind: Any, answer: bool) -> None:
    common = {"label": kind, "description": "", "owner": "", "default": True, "kind": kind}
    with DECLARED.changed():
        for by in ("flag", "switch", "sample"):
            Gate(name=f"{kind}-{by}", by=by, **common)
        assert Flag.get(f"{kind}-flag").is_active_for_user(None) is answer
        assert Switch.get(f"{kind}-switch").is_active() is answer
        assert Sample.get(f"{kind}-sample").is_active() is answer


def test_the_triggers_are_in_the_database() -> None:
    for model in (Flag, Switch, Sample):
        for trigger, *_ in pgtrigger.registered(f"{model._meta.label}:declared_stays"):
            assert trigger is model
