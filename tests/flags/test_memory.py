"""Flags are answered from memory: without a statement when warm, and never with an old answer."""

import threading
import time
from dataclasses import FrozenInstanceError
from typing import Any

import psycopg
import pytest
import waffle
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, connections, transaction
from django.test import RequestFactory

from apps.accounts.models import User
from apps.flags.evaluation import current, verdicts
from apps.flags.evaluation.private_connection import private_connection
from apps.flags.models import Flag, Switch
from tests.factories.accounts import UserFactory
from tests.factories.flags import FlagFactory, SwitchFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def is_on(name: str, user: Any = None) -> bool:
    return Flag.get(name).is_active_for_user(user)


def test_a_warm_question_asks_the_database_nothing(django_assert_num_queries: Any) -> None:
    membership = MembershipFactory()
    flag = FlagFactory(percent=1)
    flag.organizations.add(membership.organization)
    flag.users.set([UserFactory() for _ in range(20)])
    switch = SwitchFactory(active=True)
    request = RequestFactory().get("/")
    request.user = membership.user
    assert waffle.flag_is_active(request, flag.name)

    with django_assert_num_queries(0):
        for _ in range(10):
            assert waffle.flag_is_active(request, flag.name)
            assert waffle.switch_is_active(switch.name)
            assert not waffle.flag_is_active(request, "nothing")


def test_a_request_looks_a_person_up_once_for_all_flags(django_assert_num_queries: Any) -> None:
    membership = MembershipFactory()
    group = Group.objects.create(name="Testers")
    flags = [FlagFactory() for _ in range(5)]
    for flag in flags:
        flag.organizations.add(membership.organization)
        flag.denied_groups.add(group)
    assert not is_on(flags[0].name)

    request = RequestFactory().get("/")
    request.user = membership.user
    with django_assert_num_queries(1):
        assert all(waffle.flag_is_active(request, flag.name) for flag in flags)


def test_a_person_who_is_named_is_not_looked_up(django_assert_num_queries: Any) -> None:
    user = UserFactory()
    flag = FlagFactory()
    flag.users.add(user)
    assert is_on(flag.name, user)
    with django_assert_num_queries(0):
        assert is_on(flag.name, user)


def test_many_verdicts_take_at_most_three_statements(django_assert_max_num_queries: Any) -> None:
    organization = OrganizationFactory()
    members = [MembershipFactory(organization=organization).user for _ in range(5)]
    others = [UserFactory() for _ in range(5)]
    flags = [FlagFactory() for _ in range(4)]
    for flag in flags:
        flag.organizations.add(organization)

    with django_assert_max_num_queries(3):
        found = verdicts([*(flag.name for flag in flags), "nothing"], [*members, *others])

    for flag in flags:
        assert [found[flag.name][user.pk] for user in members] == [True] * 5
        assert [found[flag.name][user.pk] for user in others] == [False] * 5
    assert not any(found["nothing"].values())


def test_a_transaction_sees_its_own_change_and_what_its_savepoint_gave_back() -> None:
    flag = FlagFactory()
    assert not is_on(flag.name)
    try:
        with transaction.atomic():
            Flag.objects.filter(pk=flag.pk).update(everyone=True)
            assert is_on(flag.name)
            raise DatabaseError
    except DatabaseError:
        pass
    assert not is_on(flag.name)

    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT here")
        cursor.execute("UPDATE flags_flag SET everyone = true WHERE id = %s", [flag.pk])
        assert is_on(flag.name)
        cursor.execute("ROLLBACK TO SAVEPOINT here")
    assert not is_on(flag.name)


def test_a_failed_transaction_answers_and_raises_nothing() -> None:
    flag = FlagFactory(everyone=True)
    with transaction.atomic(), connection.cursor() as cursor:
        with pytest.raises(DatabaseError):
            cursor.execute("SELECT no_such_column")
        Flag.get(flag.name).is_active_for_user(None)
        transaction.set_rollback(True)
    assert is_on(flag.name)


def test_what_a_snapshot_holds_cannot_be_changed() -> None:
    flag = FlagFactory(everyone=True)
    snapshot = current.current()
    with pytest.raises(FrozenInstanceError):
        snapshot.flags = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        snapshot.flags[flag.name] = None  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        snapshot.flags[flag.name].everyone = False  # type: ignore[misc]

    # Nor does a record that somebody has changed and not saved.
    Flag.get(flag.name).everyone = False
    assert is_on(flag.name)


def test_a_record_from_memory_is_the_stored_one() -> None:
    flag = FlagFactory(percent="12.5", note="What for")
    for name in ("pk", "percent", "note", "created", "modified", "everyone"):
        assert getattr(Flag.get(flag.name), name) == getattr(Flag.objects.get(pk=flag.pk), name)
    Flag.get(flag.name).history.latest("history_id")
    assert [each.name for each in Flag.get_all() if each.name == flag.name] == [flag.name]


@pytest.mark.django_db(transaction=True)
class TestCommitted:
    def test_all_threads_see_a_change_of_their_process_at_once(self) -> None:
        flag = FlagFactory(everyone=False)
        assert not is_on(flag.name)
        for everyone in (True, False, True, False):
            Flag.objects.filter(pk=flag.pk).update(everyone=everyone)
            found: list[bool] = []
            thread = threading.Thread(target=lambda found=found: found.append(is_on(flag.name)))
            thread.start()
            thread.join()
            assert found == [everyone]
            assert is_on(flag.name) is everyone

    def test_no_other_thread_sees_a_change_before_its_commit(self) -> None:
        flag = FlagFactory(everyone=False)
        found: list[bool] = []
        with transaction.atomic():
            Flag.objects.filter(pk=flag.pk).update(everyone=True)
            assert is_on(flag.name)
            thread = threading.Thread(target=lambda: found.append(is_on(flag.name)))
            thread.start()
            thread.join()
        assert found == [False]
        assert is_on(flag.name)

    def test_a_change_of_another_process_is_seen_within_a_second(self) -> None:
        flag = FlagFactory(everyone=False)
        assert not is_on(flag.name)

        with private_connection() as other:
            other.execute("UPDATE flags_flag SET everyone = true WHERE id = %s", [flag.pk])
        time.sleep(current.TRUSTED_SECONDS)

        assert is_on(flag.name)

    def test_an_open_transaction_sees_the_changes_of_others(self) -> None:
        flag = FlagFactory(everyone=False)
        with transaction.atomic():
            assert User.objects.count() == 0
            assert not is_on(flag.name)
            with private_connection() as other:
                other.execute("UPDATE flags_flag SET everyone = true WHERE id = %s", [flag.pk])
            time.sleep(current.TRUSTED_SECONDS)
            assert is_on(flag.name)

    def test_a_transaction_that_stays_open_keeps_nobody_from_turning_a_flag(self) -> None:
        slow, kill = FlagFactory(everyone=True), SwitchFactory(active=True)
        with private_connection() as other:
            other.execute("BEGIN")
            other.execute("UPDATE flags_flag SET note = 'x' WHERE id = %s", [slow.pk])
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                Switch.objects.filter(pk=kill.pk).update(active=False)
            assert not waffle.switch_is_active(kill.name)
            other.execute("ROLLBACK")

    def test_a_statement_that_changes_nothing_raises_no_version(self) -> None:
        def version() -> int:
            with connection.cursor() as cursor:
                cursor.execute("SELECT version FROM flags_version")
                return int(cursor.fetchone()[0])

        before = version()
        Flag.objects.filter(name="nothing").update(everyone=True)
        Flag.objects.filter(name="nothing").delete()
        assert version() == before
        FlagFactory()
        assert version() == before + 1

    def test_without_the_database_the_last_snapshot_answers(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flag, user = FlagFactory(everyone=None), UserFactory()
        flag.users.add(user)
        assert is_on(flag.name, user)
        connection.close()
        parameters = {**connections["default"].settings_dict, "PORT": "1", "HOST": "/nowhere"}
        monkeypatch.setattr(connections["default"], "settings_dict", parameters)
        time.sleep(current.TRUSTED_SECONDS)

        assert is_on(flag.name, user)
        assert not is_on("nothing", user)
        assert (current.age() or 0) >= current.TRUSTED_SECONDS
        monkeypatch.undo()

    def test_a_cold_process_without_a_database_answers_as_declared(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        FlagFactory(name="on", everyone=True)
        current.forget()
        parameters = {**connections["default"].settings_dict, "PORT": "1", "HOST": "/nowhere"}
        monkeypatch.setattr(connections["default"], "settings_dict", parameters)

        assert not is_on("on")
        assert not is_on("bulk-import")
        assert current.age() is None
        with pytest.raises(psycopg.OperationalError), private_connection():
            pass
        monkeypatch.undo()
        current.forget()
