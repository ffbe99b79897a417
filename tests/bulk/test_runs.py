"""A bulk action on more than 200 records: planned, confirmed, applied, canceled, undone."""

import csv
import io

import pytest
from django.urls import reverse

from apps.accounts.anonymization.services import user_anonymize
from apps.accounts.models import User
from apps.accounts.services import user_deactivate
from apps.audit.context import audit_context
from apps.audit.models import ChangeSet, Event
from apps.bulk.engine.applier import apply_chunk
from apps.bulk.engine.undoer import undo_chunk
from apps.bulk.models import BulkItem, BulkRun
from apps.organizations.models import StaffOrganization
from apps.projects.models import Task
from tests.bulk.lists import (
    MAY_CHANGE_PEOPLE,
    MAY_CHANGE_TASKS,
    PEOPLE,
    TASKS,
    client_of,
    client_who_may,
    confirm,
    done,
    page_of,
    people,
    planned,
    select_all,
    tasks,
    undo,
)
from tests.factories.accounts import StaffFactory, SuperuserFactory, UserFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db
State = BulkRun.State


def test_everybody_of_a_list_is_deactivated_with_one_change_set() -> None:
    everybody = people(1_200)
    gone = people_gone()
    clerk = StaffFactory(may=MAY_CHANGE_PEOPLE)
    client = client_of(clerk)

    run = planned(client, PEOPLE, "deactivate")

    assert run.state == State.PLANNED
    assert "keys" not in run.query
    assert run.plan["change"] == 1_200
    assert ["Already deactivated.", 3] in run.plan["skipped"]
    assert User.objects.filter(status="deactivated").count() == len(gone)
    body = client.get(page_of(run)).content.decode()
    assert "1,200 of 1,204 records change." in body
    assert "3 are skipped: Already deactivated." in body
    assert all(word in body for word in ("Many0", "Active", "Deactivated"))

    assert confirm(client, run).status_code == 302
    done(run)

    assert run.state == State.APPLIED
    assert run.results["changed"] == 1_200
    assert not User.objects.filter(pk__in=[p.pk for p in everybody], status="active").exists()
    clerk.refresh_from_db()
    assert clerk.is_active
    history = User.history.filter(id__in=[p.pk for p in everybody], history_type="~")
    assert history.count() == 1_200
    (change_set,) = ChangeSet.objects.filter(run_kind="bulk_action")
    assert set(history.values_list("change_set", flat=True)) == {change_set.pk}
    assert (change_set.actor_id, change_set.reason) == (clerk.pk, "Left the company.")
    assert change_set.source == "bulk_action"
    assert Event.objects.filter(kind="bulk_applied", target_pk=str(run.pk)).count() == 1


def test_two_hundred_are_changed_at_once_and_skip_what_does_not_apply() -> None:
    some = people(3)
    gone = people_gone()
    client = client_who_may(MAY_CHANGE_PEOPLE)
    url = reverse(PEOPLE)
    chosen = {
        "action": "deactivate",
        "index": "0",
        "select_across": "0",
        "_selected_action": [str(p.pk) for p in [*some, *gone]],
    }
    page = client.post(url, chosen)
    body = page.content.decode()
    assert "3 people are left alone: Already deactivated." in body

    token = page.context["hidden"][0]
    answer = client.post(url, {**chosen, token[0]: token[1], "reason": "Left."}, follow=True)

    assert "3 people deactivated. 3 people are left alone: Already deactivated." in (
        answer.content.decode()
    )
    assert not User.objects.filter(pk__in=[p.pk for p in some], status="active").exists()
    # They are one run with one change set, which an undo takes back.
    run = BulkRun.objects.get()
    assert (run.state, run.results["changed"]) == (State.APPLIED, 3)
    assert page_of(run) in answer.content.decode()
    assert ChangeSet.objects.filter(run_kind="bulk_action", run_id=str(run.pk)).count() == 1
    assert "Already deactivated." in client.get(page_of(run)).content.decode()
    undo(client, run)
    assert done(run).state == State.UNDONE
    assert User.objects.filter(pk__in=[p.pk for p in some], status="active").count() == 3
    assert not User.objects.filter(pk__in=[p.pk for p in gone], status="active").exists()


def test_what_no_longer_matches_the_plan_is_left_alone_and_listed() -> None:
    first, second, third, *_ = tasks(250, status="todo")
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", "?status__exact=todo", status="in_progress")
    assert run.plan["change"] == 250
    # Out of the list's filter, in a field that the plan is not about, and deleted.
    Task.objects.filter(pk=first.pk).update(status="done")
    Task.objects.filter(pk=second.pk).update(title="Renamed")
    gone = str(third.pk)
    third.delete()

    confirm(client, run)
    done(run)

    assert run.state == State.APPLIED_IN_PART
    assert (run.results["changed"], run.results["left"]) == (247, 3)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("done", "todo")
    answer = client.get(reverse("admin:bulk_bulkrun_skipped", args=[run.pk]))
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert rows[0] == ["ID", "task", "Outcome", "Reason"]
    assert {row[0] for row in rows[1:]} == {str(first.pk), str(second.pk), gone}
    assert any("changed after the plan" in row[3] for row in rows)


def test_it_goes_on_exactly_where_it_stopped() -> None:
    tasks(2_500)
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", status="done")
    confirm(client, run)
    claimed = BulkRun.claim(run.pk)
    assert claimed is not None
    assert apply_chunk(claimed)
    claimed.let_go()
    run.refresh_from_db()
    assert (run.results["changed"], Task.objects.filter(status="done").count()) == (1_000, 1_000)

    done(run)

    assert run.state == State.APPLIED
    assert run.results["changed"] == 2_500
    assert Task.history.filter(history_type="~").count() == 2_500


def test_a_cancel_stops_within_a_chunk_and_what_is_done_can_be_undone() -> None:
    tasks(1_500)
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", status="done")
    confirm(client, run)
    claimed = BulkRun.claim(run.pk)
    assert claimed is not None
    apply_chunk(claimed)
    client.post(reverse("admin:bulk_bulkrun_cancel", args=[run.pk]))
    claimed.let_go()
    done(run)
    assert run.state == State.CANCELED
    assert "1,000 of 1,500 records were changed" in run.error

    undo(client, run)
    done(run)

    assert run.state == State.UNDONE
    assert set(Task.objects.values_list("status", flat=True)) == {"todo"}


def test_an_undo_keeps_what_somebody_changed_since() -> None:
    first, second, *rest = tasks(250, status="in_progress")
    boss = UserFactory()
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_assignee", assignee=str(boss.pk))
    confirm(client, run)
    done(run)
    assert Task.objects.filter(assignee=boss).count() == 250
    with audit_context(actor=boss):
        Task.objects.filter(pk=first.pk).update(title="Mine now")
        Task.objects.filter(pk=second.pk).update(status="done")

    undo(client, run)
    done(run)

    assert run.state == State.UNDONE_IN_PART
    assert (run.results["undone"], run.results["kept"]) == (248, 2)
    assert set(Task.objects.filter(assignee=boss)) == {first, second}
    assert not Task.objects.filter(pk__in=[t.pk for t in rest]).exclude(assignee=None).exists()
    body = client.get(page_of(run)).content.decode()
    assert "It was changed after the bulk action." in body
    assert ChangeSet.objects.filter(source="bulk_action_undo", reason="By mistake.").count() == 1


def test_one_record_that_the_database_refuses_refuses_no_other() -> None:
    everybody = people(300)
    bad = everybody[137]
    # Not even our own statements may change a person whose data was removed.
    User.objects.filter(pk=bad.pk).update(status="deactivated")
    User.objects.filter(pk=bad.pk).update(
        email=f"{bad.pk}@anonymous.invalid", first_name="", last_name=""
    )
    User.objects.exclude(pk=bad.pk).filter(email__startswith="many").update(status="deactivated")
    client = client_who_may(MAY_CHANGE_PEOPLE)

    run = planned(client, PEOPLE, "reactivate")
    confirm(client, run)
    done(run)

    assert run.results["changed"] == 299
    bad.refresh_from_db()
    assert bad.status == "deactivated"


def test_people_are_marked_as_verified_and_an_undo_takes_it_back() -> None:
    people(210)
    people_gone()
    client = client_who_may(MAY_CHANGE_PEOPLE)

    run = planned(client, PEOPLE, "verify", "?q=many")
    assert "Yes" in client.get(page_of(run)).content.decode()
    confirm(client, run)
    done(run)
    assert User.objects.filter(is_verified=True).count() == 210

    undo(client, run)
    done(run)
    assert not User.objects.filter(is_verified=True).exists()


@pytest.mark.parametrize("what", ["permission", "active"])
def test_what_was_revoked_counts_at_the_next_chunk(what: str) -> None:
    tasks(1_500)
    clerk = StaffFactory(may=MAY_CHANGE_TASKS)
    client = client_of(clerk)
    run = planned(client, TASKS, "set_status", status="done")
    confirm(client, run)
    claimed = BulkRun.claim(run.pk)
    assert claimed is not None
    apply_chunk(claimed)
    claimed.let_go()
    if what == "permission":
        clerk.user_permissions.clear()
    else:
        User.objects.filter(pk=clerk.pk).update(status="deactivated")

    done(run)

    assert run.state == State.FAILED
    assert Task.objects.filter(status="done").count() == 1_000
    assert "1,000 of 1,500 records were changed" in run.error


def test_a_scope_that_was_narrowed_counts_at_the_next_chunk() -> None:
    inside, outside = ProjectFactory(), ProjectFactory()
    tasks(150, inside)
    tasks(150, outside)
    clerk = StaffFactory(may=MAY_CHANGE_TASKS, is_limited=True)
    for project in (inside, outside):
        StaffOrganization.objects.create(user=clerk, organization=project.organization)
    client = client_of(clerk)
    run = planned(client, TASKS, "set_status", status="done")
    assert run.plan["change"] == 300
    confirm(client, run)
    StaffOrganization.objects.filter(organization=outside.organization).delete()

    done(run)

    assert (run.results["changed"], run.results["left"]) == (150, 150)
    assert not Task.objects.filter(project=outside, status="done").exists()


def test_a_limited_person_reaches_only_their_own() -> None:
    inside, outside = ProjectFactory(), ProjectFactory()
    tasks(250, inside)
    tasks(250, outside)
    clerk = StaffFactory(may=MAY_CHANGE_TASKS, is_limited=True)
    StaffOrganization.objects.create(user=clerk, organization=inside.organization)

    run = planned(client_of(clerk), TASKS, "set_status", status="done")

    assert run.plan["total"] == 250
    # Colleagues do not see the run of somebody with another scope.
    other = StaffFactory(may=MAY_CHANGE_TASKS, is_limited=True)
    assert client_of(other).get(page_of(run)).status_code == 404


def test_what_limited_staff_may_not_do_is_not_offered_and_plans_nothing() -> None:
    people(250)
    limited = StaffFactory(may=MAY_CHANGE_PEOPLE, is_limited=True)
    project = ProjectFactory()
    StaffOrganization.objects.create(user=limited, organization=project.organization)
    for person in User.objects.filter(email__startswith="many"):
        project.organization.memberships.create(user=person)

    client = client_of(limited)
    answer = select_all(client, PEOPLE, "deactivate")
    assert answer.status_code == 302
    page = client.get(answer["Location"])

    assert 'value="deactivate"' not in page.content.decode()
    assert 'name="reason"' not in page.content.decode()
    assert not BulkRun.objects.exists()


def test_who_may_not_gets_no_plan_and_cannot_confirm_anothers() -> None:
    tasks(250)
    assert (
        select_all(client_who_may(["projects.view_task"]), TASKS, "set_status").status_code != 200
        or not BulkRun.objects.exists()
    )
    assert not BulkRun.objects.exists()
    run = planned(client_who_may(MAY_CHANGE_TASKS), TASKS, "set_status", status="done")

    answer = confirm(client_of(SuperuserFactory()), run)

    assert answer.status_code == 409
    run.refresh_from_db()
    assert run.state == State.PLANNED
    stranger = client_who_may(["projects.view_task", "projects.change_task"])
    assert stranger.get(page_of(run)).status_code == 403
    for name in ("confirm", "cancel", "undo"):
        url = reverse(f"admin:bulk_bulkrun_{name}", args=[run.pk])
        assert stranger.post(url, {"reason": "x"}).status_code == 403


def test_a_reason_is_required() -> None:
    tasks(250)
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", status="done")

    answer = confirm(client, run, reason=" ")

    assert answer.status_code == 409
    assert "A reason is required." in answer.content.decode()
    run.refresh_from_db()
    assert run.state == State.PLANNED


def test_a_plan_that_is_confirmed_twice_runs_once() -> None:
    tasks(250)
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", status="done")
    assert confirm(client, run).status_code == 302
    assert confirm(client, run).status_code == 409

    done(run)
    assert done(run).results["changed"] == 250
    assert BulkItem.objects.filter(run=run, outcome="changed").count() == 250


def test_only_the_one_who_confirms_is_named_as_acting_for_the_person() -> None:
    tasks(250)
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", status="done")
    # Somebody made the plan in the person's place, who confirms it without them.
    BulkRun.objects.filter(pk=run.pk).update(real_user=SuperuserFactory())

    confirm(client, run)

    run.refresh_from_db()
    assert run.real_user is None


def test_an_undo_that_was_stopped_counts_only_what_is_left() -> None:
    tasks(1_500)
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", status="done")
    confirm(client, run)
    done(run)
    last = run.items.order_by("-id").values("key")[:10]
    Task.objects.filter(pk__in=last).update(due_date="2030-01-01")
    undo(client, run)
    claimed = BulkRun.claim(run.pk)
    assert claimed is not None
    undo_chunk(claimed)
    client.post(reverse("admin:bulk_bulkrun_cancel", args=[run.pk]))
    claimed.let_go()
    assert done(run).state == State.UNDO_STOPPED

    undo(client, run)
    done(run)

    assert (run.rows_done, run.rows_to_do) == (500, 500)
    assert (run.results["undone"], run.results["kept"]) == (1_490, 10)


def test_colleagues_with_more_permissions_are_skipped_by_the_plan() -> None:
    people(250)
    boss = SuperuserFactory()
    client = client_who_may(MAY_CHANGE_PEOPLE)

    run = planned(client, PEOPLE, "deactivate")
    confirm(client, run)
    done(run)

    boss.refresh_from_db()
    assert boss.is_active
    assert run.results["changed"] == 250


def test_many_need_a_second_person_where_the_setting_says_so(settings: object) -> None:
    settings.FOUR_EYES = {"bulk": 225}  # type: ignore[attr-defined]
    tasks(250)
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", status="done")
    page = client.get(page_of(run)).content.decode()
    assert "Ask a second person" in page
    assert confirm(client, run).status_code == 409

    url = reverse("admin:bulk_bulkrun_confirm", args=[run.pk])
    asked = client.post(url, {"reason": "All are done.", "_ask": "1"})
    assert asked.status_code == 302
    run.refresh_from_db()
    assert run.state == State.PLANNED

    second = client_of(
        StaffFactory(
            may=[
                *MAY_CHANGE_TASKS,
                "accounts.decide_approvalrequest",
                "accounts.view_approvalrequest",
            ]
        )
    )
    approve = asked["Location"].replace("/change/", "/approve/")
    second.post(approve, {"reason": "Fine."})
    done(run)
    assert run.state == State.APPLIED
    assert Task.objects.filter(status="done").count() == 250


def people_gone() -> list[User]:
    return User.objects.bulk_create(
        User(email=f"gone{n}@example.org", password="!", status="deactivated") for n in range(3)
    )


def test_removing_a_persons_data_removes_it_from_reasons_and_searches() -> None:
    person = UserFactory(first_name="Ottoline", last_name="Quarrington")
    tasks(250)
    for task in Task.objects.all():
        task.title = f"Ottoline {task.title}"
        task.save()
    client = client_who_may(MAY_CHANGE_TASKS)
    run = planned(client, TASKS, "set_status", "?q=Ottoline", status="done")
    confirm(client, run, reason="Ottoline Quarrington left.")
    done(run)
    user_deactivate(user=person, actor=None)

    user_anonymize(user=person, reason="Asked for it.", actor=None)

    run.refresh_from_db()
    assert "Ottoline" not in f"{run.reason} {run.query}"
