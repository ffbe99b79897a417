"""The documented ways of simple-history, each tried on our models: it works, or a sentence names our way.

The chapters: recording by attributes and in bulk, querying, comparing, reverting, options, signals, admin,
and commands.
"""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import checks
from django.core.management import call_command
from django.db import ProgrammingError, models, transaction
from django.utils import timezone
from simple_history import signals
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import HistoricForeignKey
from simple_history.utils import (
    bulk_create_with_history,
    bulk_update_with_history,
    update_change_reason,
)

from apps.accounts.models import User
from apps.audit.context import audit_context
from apps.audit.history import History
from apps.audit.history_options import UNSUPPORTED
from apps.core.discovery import full_site
from apps.core.errors import DomainError
from apps.flags.models import Flag
from apps.projects.models import Project, Task
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.factories.schedules import ScheduleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def task() -> Task:
    task = TaskFactory(title="One")
    task.title = "Two"
    task.save()
    return task


@pytest.fixture
def agent() -> User:
    user: User = StaffFactory()
    return user


class TestAttributesOfAnInstance:
    def test_a_change_reason_set_before_save_is_kept(self, task: Task) -> None:
        task.title = "Three"
        task._change_reason = "The customer asked"
        task.save()

        assert task.history.latest().history_change_reason == "The customer asked"

    def test_a_history_user_set_before_save_is_kept(self, task: Task, agent: User) -> None:
        task.title = "Three"
        task._history_user = agent
        task.save()

        newest = task.history.latest()
        assert newest.history_user == agent
        assert newest.change_set.actor_id == agent.pk

    def test_both_are_kept_for_a_new_record(self, agent: User) -> None:
        task = Task(title="New", project=ProjectFactory())
        task._change_reason, task._history_user = "From a phone call", agent
        task.save()

        row = task.history.get()
        assert (row.history_type, row.history_user, row.history_change_reason) == (
            "+",
            agent,
            "From a phone call",
        )

    def test_both_are_kept_for_a_deletion(self, task: Task, agent: User) -> None:
        task._change_reason, task._history_user = "A duplicate", agent
        key = task.pk
        task.delete()

        row = Task.history.filter(id=key).latest()
        assert (row.history_type, row.history_user, row.history_change_reason) == (
            "-",
            agent,
            "A duplicate",
        )

    def test_both_are_kept_where_a_record_with_a_trash_is_deleted_for_good(
        self, agent: User
    ) -> None:
        organization = OrganizationFactory()
        organization._change_reason, organization._history_user = "Made by mistake", agent
        key = organization.pk
        organization.hard_delete()

        row = type(organization).history.filter(id=key).latest()
        assert (row.history_type, row.history_user, row.history_change_reason) == (
            "-",
            agent,
            "Made by mistake",
        )

    def test_a_property_of_the_class_names_the_user(
        self, task: Task, agent: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Task, "_history_user", property(lambda self: agent), raising=False)
        task.title = "Three"
        task.save(update_fields=["title"])

        assert task.history.latest().history_user == agent

    def test_they_win_over_the_context_and_leave_with_the_save(
        self, task: Task, agent: User
    ) -> None:
        other = UserFactory()
        with audit_context(actor=other, reason="Weekly review"), transaction.atomic():
            task.title = "Three"
            task._change_reason, task._history_user = "Fixed on the way", agent
            task.save()
            Project.objects.filter(pk=task.project_id).update(description="Reviewed")

        row, around = task.history.latest(), task.project.history.latest()
        assert (row.history_user, row.history_change_reason) == (agent, "Fixed on the way")
        assert (around.history_user, around.history_change_reason) == (other, "Weekly review")

    def test_a_reason_alone_leaves_the_actor_of_the_context(self, task: Task, agent: User) -> None:
        with audit_context(actor=agent):
            task.title = "Three"
            task._change_reason = "Fixed on the way"
            task.save()

        row = task.history.latest()
        assert (row.history_user, row.history_change_reason) == (agent, "Fixed on the way")

    def test_models_of_other_packages_keep_them_as_well(self, agent: User) -> None:
        for record in (Group(name="Night shift"), ScheduleFactory()):
            record.name = "Night shift"
            record._change_reason, record._history_user = "Set up", agent
            record.save()
            row = type(record).history.latest()
            assert (row.history_user, row.history_change_reason) == (agent, "Set up"), record

    def test_a_history_date_is_refused_and_nothing_is_saved(self, task: Task) -> None:
        task.title = "Three"
        task._history_date = timezone.now()
        with pytest.raises(DomainError, match="the database dates its own history"):
            task.save()

        assert Task.objects.get(pk=task.pk).title == "Two"

    def test_saving_without_a_historical_record_is_refused_and_nothing_is_saved(
        self, task: Task
    ) -> None:
        task.title = "Three"
        with pytest.raises(DomainError, match="untracked_fields"):
            task.save_without_historical_record()
        task.skip_history_when_saving = True
        with pytest.raises(DomainError, match="cannot be skipped"):
            task.save()

        assert Task.objects.get(pk=task.pk).title == "Two"
        assert task.history.count() == 2

    def test_a_change_reason_afterwards_is_refused(self, task: Task) -> None:
        with pytest.raises(
            DomainError, match=r"set _change_reason and _history_user before save\(\)"
        ):
            update_change_reason(task, "Too late")

        assert task.history.latest().history_change_reason is None


class TestBulk:
    def test_bulk_create_with_history_leaves_one_row_each(self) -> None:
        project = ProjectFactory()
        made = bulk_create_with_history(
            [Task(title=f"Task {n}", project=project) for n in range(3)], Task, batch_size=2
        )

        assert len(made) == 3
        assert [each.history.get().history_type for each in made] == ["+", "+", "+"]

    def test_bulk_update_with_history_leaves_one_row_each(self) -> None:
        tasks = TaskFactory.create_batch(3)
        for each in tasks:
            each.title = "Renamed"
        assert bulk_update_with_history(tasks, Task, ["title"]) == 3

        assert [each.history.count() for each in tasks] == [2, 2, 2]

    @pytest.mark.parametrize(
        "options",
        [
            {"default_user": True},
            {"default_change_reason": "Moved"},
            {"default_date": timezone.now()},
            {"custom_historical_attrs": {"link": 1}},
        ],
        ids=lambda options: next(iter(options)),
    )
    def test_what_comes_too_late_is_refused_and_nothing_is_written(
        self, options: dict[str, Any], agent: User
    ) -> None:
        options = {name: agent if value is True else value for name, value in options.items()}
        task = TaskFactory(title="One")
        task.title = "Two"

        with pytest.raises(DomainError, match="with audit_context"), transaction.atomic():
            bulk_update_with_history([task], Task, ["title"], **options)
        for ignoring in (False, True):
            # Without a transaction around it that would take the write back.
            with pytest.raises(DomainError, match="with audit_context"):
                bulk_create_with_history(
                    [Task(title="New", project=task.project)],
                    Task,
                    ignore_conflicts=ignoring,
                    **options,
                )

        assert Task.objects.get().title == "One"
        assert Task.history.count() == 1

    def test_the_attributes_of_bulk_records_are_refused_as_well(self) -> None:
        record = Task(title="New", project=ProjectFactory())
        record._change_reason = "Moved"
        for ignoring in (False, True):
            with pytest.raises(DomainError, match="with audit_context"):
                bulk_create_with_history([record], Task, ignore_conflicts=ignoring)

        assert not Task.objects.exists()

    def test_the_way_that_the_sentence_names_works(self, agent: User) -> None:
        project = ProjectFactory()
        with audit_context(actor=agent, reason="Moved"):
            (made,) = bulk_create_with_history([Task(title="New", project=project)], Task)

        row = made.history.get()
        assert (row.history_user, row.history_change_reason) == (agent, "Moved")


class TestQuerying:
    def test_neighbors_and_differences(self, task: Task) -> None:
        newest = task.history.latest()
        before = newest.prev_record

        assert (before.title, before.next_record, before.prev_record) == ("One", newest, None)
        (change,) = newest.diff_against(before).changes
        assert (change.field, change.old, change.new) == ("title", "One", "Two")
        assert task.history.first() == newest
        assert newest.instance.title == "Two"

    def test_a_difference_can_leave_fields_out_and_name_related_records(self, task: Task) -> None:
        moved_from, moved_to = task.project, ProjectFactory()
        task.project, task.title = moved_to, "Three"
        task.save()
        newest = task.history.latest()

        delta = newest.diff_against(
            newest.prev_record, excluded_fields=["title"], foreign_keys_are_objs=True
        )
        assert delta.changed_fields == ["project"]
        assert (delta.changes[0].old, delta.changes[0].new) == (moved_from, moved_to)
        delta = newest.diff_against(newest.prev_record, included_fields=["title"])
        assert delta.changed_fields == ["title"]

    def test_as_it_was_at_a_time(self, task: Task) -> None:
        then = task.history.earliest().history_date
        assert task.history.as_of(then).title == "One"
        task.delete()

        assert [each.title for each in Task.history.as_of(then)] == ["One"]
        assert list(Task.history.as_of(timezone.now())) == []

    def test_the_most_recent_state_and_the_latest_of_each(self, task: Task) -> None:
        assert task.history.most_recent().title == "Two"
        other = TaskFactory(title="Other")
        other.delete()

        newest = {row.title: row.history_type for row in Task.history.latest_of_each()}
        assert newest == {"Two": "~", "Other": "-"}

    def test_a_password_is_in_no_row_and_the_most_recent_state_still_works(self) -> None:
        user = UserFactory(first_name="Ada")

        assert not hasattr(user.history.latest(), "password")
        assert user.history.most_recent().first_name == "Ada"

    def test_rows_are_found_by_type_user_and_record(self, task: Task, agent: User) -> None:
        with audit_context(actor=agent):
            Task.objects.filter(pk=task.pk).update(title="Three")

        assert Task.history.filter(history_user=agent).get().title == "Three"
        assert Task.history.filter(history_type="+").get().title == "One"
        assert Task.history.get(history_user=agent).history_object.title == "Three"

    def test_a_historic_foreign_key_leads_to_the_state_of_that_time(
        self, task: Task, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # HistoricForeignKey differs from ForeignKey in this class alone.
        descriptor = HistoricForeignKey.forward_related_accessor_class(
            Task._meta.get_field("project")
        )
        monkeypatch.setattr(Task, "project", descriptor)
        name, then = task.project.name, timezone.now()
        Project.objects.filter(pk=task.project_id).update(name="Renamed")

        assert task.history.as_of(then).project.name == name
        assert Task.objects.get(pk=task.pk).project.name == "Renamed"


class TestReverting:
    def test_saving_an_earlier_state_brings_it_back(self, task: Task) -> None:
        task.history.earliest().instance.save()

        assert Task.objects.get(pk=task.pk).title == "One"
        assert task.history.count() == 3

    def test_the_revert_url_leads_to_the_page_that_reverts(
        self, task: Task, admin_client: Any
    ) -> None:
        url = task.history.earliest().revert_url()

        assert admin_client.get(url, follow=True).status_code == 200

    def test_saving_the_last_state_of_a_deleted_record_brings_it_back(self, task: Task) -> None:
        key = task.pk
        task.delete()
        Task.history.filter(id=key).latest().instance.save()

        assert Task.objects.get(pk=key).title == "Two"
        assert [row.history_type for row in Task.history.filter(id=key)] == ["+", "-", "~", "+"]

    def test_the_revert_url_of_what_has_no_such_page_is_refused(self, agent: User) -> None:
        FlagFactory().users.add(agent)
        with pytest.raises(DomainError, match="There is no page that reverts"):
            Flag.users.through.history.latest().revert_url()


class TestRowsNeverChange:
    @pytest.mark.parametrize(
        "write",
        [
            lambda row: row.save(),
            lambda row: Task.history.update(title="x"),
            lambda row: Task.history.bulk_update([row], ["title"]),
            lambda row: Task.history.create(title="x"),
            lambda row: Task.history.bulk_create([row]),
        ],
        ids=["save", "update", "bulk_update", "create", "bulk_create"],
    )
    def test_a_write_is_refused_and_names_the_way(self, task: Task, write: Any) -> None:
        with pytest.raises(DomainError, match=r"audit_context\(actor=…, reason=…\)"):
            write(task.history.latest())

        assert [row.title for row in task.history.all()] == ["Two", "One"]

    @pytest.mark.parametrize(
        "remove", [lambda row: row.delete(), lambda row: Task.history.all().delete()]
    )
    def test_a_removal_is_refused_and_names_the_command(self, task: Task, remove: Any) -> None:
        with pytest.raises(DomainError, match=r"manage\.py trim_history"):
            remove(task.history.latest())

        assert task.history.count() == 2


class TestOptions:
    @pytest.mark.parametrize("option", UNSUPPORTED)
    def test_an_option_that_triggers_cannot_carry_out_is_refused(self, option: str) -> None:
        with pytest.raises(TypeError, match=f"does not take {option}"):
            History(**{option: True})

    def test_fields_can_be_left_out(self) -> None:
        names = {field.name for field in User.history.model._meta.fields}

        assert {"password", "last_login"}.isdisjoint(names)
        assert {"email", "first_name"} <= names


class TestChecks:
    @pytest.fixture
    def receiver(self) -> Iterator[None]:
        def react(**kwargs: Any) -> None: ...

        signals.post_create_historical_record.connect(react, dispatch_uid="test")
        yield
        signals.post_create_historical_record.disconnect(dispatch_uid="test")

    @pytest.mark.usefixtures("receiver")
    def test_a_receiver_of_a_signal_that_is_never_sent_is_told(self) -> None:
        (error,) = checks.run_checks(tags=[checks.Tags.models])

        assert "post_create_historical_record" in error.msg

    def test_a_history_without_triggers_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from apps.audit import checks as ours

        monkeypatch.setattr(ours, "audited", [each for each in ours.audited if each.model != Task])
        (error,) = checks.run_checks(tags=[checks.Tags.models])

        assert error.obj is Task
        assert "History()" in error.hint

    def test_a_stock_history_page_is_told(self) -> None:
        site = full_site()
        kept = site._registry[Task]
        site._registry[Task] = SimpleHistoryAdmin(Task, site)
        try:
            errors = checks.run_checks(tags=[checks.Tags.admin])
        finally:
            site._registry[Task] = kept

        assert "TimelineMixin" in next(each for each in errors if each.id == "audit.E003").hint

    def test_the_handlers_of_the_package_write_nothing(self, task: Task) -> None:
        assert task.history.count() == 2
        assert Project.history.count() == 1
        assert models.signals.post_save.has_listeners(Task)


class TestCommands:
    def test_populate_history_adds_nothing_where_triggers_have_written(self, task: Task) -> None:
        call_command("populate_history", "projects.Task", stdout=StringIO(), stderr=StringIO())

        assert task.history.count() == 2

    def test_populate_history_refuses_what_no_trigger_has_written(self) -> None:
        with pytest.raises(DomainError, match="have no history yet"):
            Task.history.bulk_history_create([Task(title="Old", project=ProjectFactory())])

    def test_clean_duplicate_history_finds_no_duplicates(self, task: Task) -> None:
        task.save()
        out = StringIO()
        call_command("clean_duplicate_history", "projects.Task", stdout=out, stderr=out)

        assert task.history.count() == 2

    def test_clean_old_history_is_refused_and_names_our_command(self, task: Task) -> None:
        refusal = pytest.raises(ProgrammingError, match=r"append-only[^$]*manage\.py trim_history")
        with refusal, transaction.atomic():
            call_command("clean_old_history", "projects.Task", days=-1, stdout=StringIO())

        assert task.history.count() == 2
