"""Two people on one record: what only one changed is kept, what both changed is shown."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from apps.core.trash.services import record_trash
from apps.flags.models import Flag
from apps.organizations.models import Membership, Organization, Role, StaffOrganization
from apps.organizations.services import membership_update, organization_update
from apps.projects.models import Project, Task
from tests.factories.accounts import (
    RoleFactory,
    StaffFactory,
    SuperuserFactory,
    UserFactory,
    prove_factor,
)
from tests.factories.flags import FlagFactory
from tests.factories.organizations import MembershipFactory, OrganizationFactory, OwnerFactory
from tests.factories.projects import ProjectFactory, TaskFactory
from tests.forms import opened
from tests.trace import last_trace

pytestmark = pytest.mark.django_db


def _client(**names: str) -> Client:
    client = Client()
    client.force_login(SuperuserFactory(**names))
    return client


@pytest.fixture
def ada() -> Client:
    return _client(first_name="Ada", last_name="Castellanos")


@pytest.fixture
def sam() -> Client:
    return _client(first_name="Sam", last_name="Okafor")


def _url(record: Any) -> str:
    opts = record._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[record.pk])


def _said(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_what_only_others_changed_is_kept_and_said(ada: Client, sam: Client) -> None:
    organization = OrganizationFactory(name="Harbor", slug="harbor")
    url = _url(organization)
    first, second = opened(ada, url), opened(sam, url)

    ada.post(url, {**first, "slug": "bright-harbor", "_reason": "New sign."})
    answer = sam.post(url, {**second, "name": "Bright Harbor"})

    assert answer.status_code == 302
    organization.refresh_from_db()
    assert (organization.name, organization.slug) == ("Bright Harbor", "bright-harbor")
    output = _said(answer)
    assert "The slug was changed by Ada Castellanos at " in output
    assert "“New sign.”" in output
    assert "your change to the name was saved too" in output
    trace = last_trace(organization)
    newest, before = organization.history.all()[:2]
    assert (newest.slug, before.slug) == ("bright-harbor", "bright-harbor")
    assert trace.kind == "~"


def test_a_field_that_both_changed_is_shown_with_a_choice(ada: Client, sam: Client) -> None:
    organization = OrganizationFactory(name="Harbor")
    url = _url(organization)
    first, second = opened(ada, url), opened(sam, url)
    ada.post(url, {**first, "name": "Bright Harbor", "_reason": "New sign."})

    page = sam.post(url, {**second, "name": "Dark Harbor", "status": "suspended"})

    assert page.status_code == 409
    body = page.content.decode()
    for words in ("Harbor", "Bright Harbor", "Dark Harbor", "Ada Castellanos", "New sign."):
        assert words in body
    organization.refresh_from_db()
    assert (organization.name, organization.status) == ("Bright Harbor", "active")
    (conflict,) = page.context["conflicts"]
    assert (conflict.before, conflict.theirs, conflict.mine) == (
        "Harbor",
        "Bright Harbor",
        "Dark Harbor",
    )


@pytest.mark.parametrize(("choice", "name"), [("mine", "Dark Harbor"), ("theirs", "Bright Harbor")])
def test_the_choice_decides_and_the_rest_is_saved(
    ada: Client, sam: Client, choice: str, name: str
) -> None:
    organization = OrganizationFactory(name="Harbor")
    url = _url(organization)
    first, second = opened(ada, url), opened(sam, url)
    ada.post(url, {**first, "name": "Bright Harbor"})
    posted = {**second, "name": "Dark Harbor", "status": "suspended"}
    page = sam.post(url, posted)

    answer = sam.post(url, {**_again(page, posted), "_choose-name": choice})

    assert answer.status_code == 302
    organization.refresh_from_db()
    assert (organization.name, organization.status) == (name, "suspended")


def _again(page: Any, posted: dict[str, Any]) -> dict[str, Any]:
    """Return what the page that refused would post."""
    from tests.structure.access.payloads import _Forms

    parser = _Forms()
    parser.feed(page.content.decode())
    fields = max(parser.forms, key=len)
    return {**posted, **{name: value for name, value in fields.items() if "_opened" in name}}


def test_without_a_choice_nothing_is_saved(ada: Client, sam: Client) -> None:
    organization = OrganizationFactory(name="Harbor")
    url = _url(organization)
    first, second = opened(ada, url), opened(sam, url)
    ada.post(url, {**first, "name": "Bright Harbor"})
    posted = {**second, "name": "Dark Harbor"}
    page = sam.post(url, posted)

    page = sam.post(url, _again(page, posted))

    assert page.status_code == 409
    organization.refresh_from_db()
    assert organization.name == "Bright Harbor"


def test_a_choice_counts_only_for_what_was_shown(ada: Client, sam: Client) -> None:
    organization = OrganizationFactory(name="Harbor")
    url = _url(organization)
    first, second = opened(ada, url), opened(sam, url)
    ada.post(url, {**first, "name": "Bright Harbor"})
    posted = {**second, "name": "Dark Harbor"}
    page = sam.post(url, posted)
    organization_update(organization=organization, name="Third Harbor", actor=None)

    page = sam.post(url, {**_again(page, posted), "_choose-name": "mine"})

    assert page.status_code == 409
    assert page.context["conflicts"][0].theirs == "Third Harbor"
    organization.refresh_from_db()
    assert organization.name == "Third Harbor"


def test_an_invalid_form_keeps_the_version_it_was_opened_on(ada: Client, sam: Client) -> None:
    organization = OrganizationFactory(name="Harbor", slug="harbor")
    url = _url(organization)
    first, second = opened(ada, url), opened(sam, url)
    page = sam.post(url, {**second, "name": ""})
    assert page.status_code == 200
    ada.post(url, {**first, "slug": "bright-harbor"})

    again = _again(page, {**second, "name": "Bright Harbor"})
    assert sam.post(url, again).status_code == 302

    organization.refresh_from_db()
    assert (organization.name, organization.slug) == ("Bright Harbor", "bright-harbor")


@pytest.mark.parametrize("token", [None, "", "forged", "other"])
def test_a_form_without_its_version_is_refused(sam: Client, token: str | None) -> None:
    organization = OrganizationFactory(name="Harbor")
    url = _url(organization)
    posted = opened(sam, url)
    if token is None:
        posted.pop("_opened")
    elif token == "other":
        posted["_opened"] = opened(sam, _url(OrganizationFactory()))["_opened"]
    else:
        posted["_opened"] = token

    page = sam.post(url, {**posted, "name": "Dark Harbor"})

    assert page.status_code == 409
    assert "say which version of the record" in page.content.decode()
    organization.refresh_from_db()
    assert organization.name == "Harbor"
    again = _again(page, {**posted, "name": "Dark Harbor"})
    assert sam.post(url, again).status_code == 409
    assert sam.post(url, {**again, "_choose-name": "mine"}).status_code == 302
    organization.refresh_from_db()
    assert organization.name == "Dark Harbor"


def test_targets_of_a_flag_that_two_people_add_and_remove_are_put_together(
    ada: Client, sam: Client
) -> None:
    flag = FlagFactory()
    stays, leaves, one, two = (OrganizationFactory() for _ in range(4))
    flag.organizations.set([stays, leaves])
    url = _url(flag)
    first, second, third = (opened(client, url) for client in (ada, sam, sam))
    kept = [str(stays.pk), str(leaves.pk)]

    assert ada.post(url, {**first, "organizations": [*kept, str(one.pk)]}).status_code == 302
    second["organizations"] = [str(stays.pk), str(two.pk)]
    assert sam.post(url, {**second, "percent": "5"}).status_code == 302
    assert sam.post(url, {**third, "staff": "on"}).status_code == 302

    flag = Flag.objects.get(pk=flag.pk)
    assert set(flag.organizations.all()) == {stays, one, two}
    assert (flag.percent, flag.staff) == (5, True)


@pytest.mark.parametrize("others", [{}, {"slug": "not a slug"}])
def test_a_refused_page_keeps_the_name_that_is_stored(
    others: dict[str, str], ada: Client, sam: Client
) -> None:
    """Whether a colleague was faster or a value is wrong: nothing was renamed."""
    organization = OrganizationFactory(name="Harbor", slug="harbor")
    url = _url(organization)
    first, second = opened(ada, url), opened(sam, url)
    ada.post(url, {**first, "name": "Harbor Council"})

    page = sam.post(url, {**second, "name": "Harbor Club", **others}).content.decode()

    assert "<h1>Harbor Council</h1>" in page
    assert "Harbor Club | Change" not in " ".join(page.split())
    assert 'value="Harbor Club"' in page


def test_rows_of_a_page_are_merged_field_by_field(ada: Client, sam: Client) -> None:
    task = TaskFactory(title="Paint", status="todo")
    url = _url(task.project)
    first, second = opened(ada, url), opened(sam, url)

    ada.post(url, {**first, "tasks-0-title": "Paint the hull"})
    answer = sam.post(url, {**second, "tasks-0-status": "done", "description": "All of it."})

    assert answer.status_code == 302
    task.refresh_from_db()
    assert (task.title, task.status) == ("Paint the hull", "done")
    assert "The title of Paint the hull was changed by Ada Castellanos" in _said(answer)


def test_a_row_and_its_own_page_meet(ada: Client, sam: Client) -> None:
    task = TaskFactory(title="Paint")
    first, second = opened(ada, _url(task)), opened(sam, _url(task.project))
    ada.post(_url(task), {**first, "title": "Paint the hull"})

    page = sam.post(_url(task.project), {**second, "tasks-0-title": "Varnish"})

    assert page.status_code == 409
    (conflict,) = page.context["conflicts"]
    assert (conflict.theirs, conflict.mine) == ("Paint the hull", "Varnish")
    again = _again(page, {**second, "tasks-0-title": "Varnish"})
    answer = sam.post(_url(task.project), {**again, conflict.input_name: "mine"})
    assert answer.status_code == 302
    task.refresh_from_db()
    assert task.title == "Varnish"


def test_a_row_that_is_gone_is_left_alone_or_told(ada: Client, sam: Client) -> None:
    project = ProjectFactory()
    gone, stays = (TaskFactory(project=project, title=title) for title in ("A", "B"))
    url = _url(project)
    untouched, touched = opened(sam, url), opened(sam, url)
    gone.delete()

    assert sam.post(url, {**untouched, "tasks-1-title": "B2"}).status_code == 302
    page = sam.post(url, {**touched, "tasks-0-title": "A2"})

    assert "removed this task since you opened the page" in page.content.decode()
    assert "A2" in page.content.decode()
    stays.refresh_from_db()
    assert stays.title == "B2"
    assert not Task.objects.filter(pk=gone.pk).exists()


def test_a_row_that_moved_to_another_page_is_still_found(sam: Client) -> None:
    membership = OwnerFactory()
    organization = membership.organization
    url = _url(organization)
    form = opened(sam, url)
    for _ in range(30):
        MembershipFactory(organization=organization)
    member = MembershipFactory(organization=organization)
    second = opened(sam, url)
    for _ in range(30):
        MembershipFactory(organization=organization)

    assert sam.post(url, {**form, "name": "Kept"}).status_code == 302
    second.update({"memberships-0-role": Role.ADMIN})
    assert sam.post(url, second).status_code == 302

    member.refresh_from_db()
    assert member.role == Role.ADMIN


@pytest.mark.parametrize(("choice", "is_left"), [("mine", False), ("theirs", True)])
def test_removing_a_row_that_somebody_changed_asks(
    ada: Client, sam: Client, choice: str, is_left: bool
) -> None:
    organization = OwnerFactory().organization
    membership = MembershipFactory(organization=organization, role=Role.VIEWER)
    url = _url(organization)
    form = opened(sam, url)
    membership_update(membership=membership, role=Role.ADMIN, actor=None)
    posted = {**form, "memberships-0-DELETE": "on"}

    page = sam.post(url, posted)

    assert page.status_code == 409
    (conflict,) = page.context["conflicts"]
    assert "Viewer" in conflict.before
    assert "Admin" in conflict.theirs
    answer = sam.post(url, {**_again(page, posted), conflict.input_name: choice})
    assert answer.status_code == 302
    assert Membership.objects.filter(pk=membership.pk).exists() is is_left
    if is_left:
        membership.refresh_from_db()
        assert membership.role == Role.ADMIN


def test_what_was_typed_into_a_record_that_went_to_the_trash_is_shown(
    ada: Client, sam: Client
) -> None:
    organization = OrganizationFactory(name="Harbor")
    url = _url(organization)
    form = opened(sam, url)
    record_trash(record=organization, actor=None)

    page = sam.post(url, {**form, "name": "Bright Harbor"})

    assert page.status_code == 409
    assert "Bright Harbor" in page.content.decode()
    assert "trash" in page.content.decode()
    assert ada.post(url, {**form, "name": "Bright Harbor"}).status_code == 404
    assert Organization.all_objects.get(pk=organization.pk).name == "Harbor"


def test_only_what_was_changed_is_written(sam: Client) -> None:
    project = ProjectFactory(name="Hull", description="One\nTwo")
    url = _url(project)
    form = opened(sam, url)
    form["description"] = "One\r\nTwo"
    Project.objects.filter(pk=project.pk).update(description="Changed by hand")

    sam.post(url, {**form, "status": "archived"})

    project.refresh_from_db()
    assert (project.description, project.status) == ("Changed by hand", "archived")


def test_a_person_who_nobody_touches_is_not_in_the_way(sam: Client) -> None:
    task = TaskFactory(assignee=UserFactory())
    url = _url(task)
    form = opened(sam, url)
    other = UserFactory()
    Task.objects.filter(pk=task.pk).update(assignee=other)

    answer = sam.post(url, {**form, "title": "Mended"})

    assert answer.status_code == 302
    task.refresh_from_db()
    assert (task.title, task.assignee) == ("Mended", other)


def _confirm(client: Client, record: Any, action: str) -> tuple[str, dict[str, Any]]:
    opts = record._meta
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_{action}", args=[record.pk])
    return url, opened(client, url)


def test_roles_that_two_people_set_are_put_together(ada: Client, sam: Client) -> None:
    person = UserFactory()
    held, one, two = RoleFactory(), RoleFactory(), RoleFactory()
    person.groups.set([held])
    url, first = _confirm(prove_factor(ada), person, "set_roles")
    _, second = _confirm(prove_factor(sam), person, "set_roles")

    assert ada.post(url, {**first, "roles": [str(held.pk), str(one.pk)]}).status_code == 302
    assert sam.post(url, {**second, "roles": [str(two.pk)]}).status_code == 302

    assert set(person.groups.all()) == {one, two}


def test_what_somebody_sees_is_put_together_and_its_kind_is_a_conflict(
    ada: Client, sam: Client
) -> None:
    person = StaffFactory()
    one, two = OrganizationFactory(), OrganizationFactory()
    url, first = _confirm(prove_factor(ada), person, "set_scope")
    _, second = _confirm(prove_factor(sam), person, "set_scope")
    _, third = _confirm(sam, person, "set_scope")

    some = {"sees": "some"}
    assert ada.post(url, {**first, **some, "organizations": [str(one.pk)]}).status_code == 302
    assert sam.post(url, {**second, **some, "organizations": [str(two.pk)]}).status_code == 302

    seen = set(StaffOrganization.objects.filter(user=person).values_list("organization", flat=True))
    assert seen == {one.pk, two.pk}
    assert sam.post(url, third).status_code in (200, 302, 409)
    assert StaffOrganization.objects.filter(user=person).count() == 2


@pytest.mark.parametrize("action", ["set_roles", "set_scope"])
def test_a_form_that_edits_a_person_is_refused_without_its_version(
    sam: Client, action: str
) -> None:
    person = StaffFactory()
    url, form = _confirm(prove_factor(sam), person, action)
    form.pop("_opened")
    role = RoleFactory()

    page = sam.post(url, {**form, "roles": [str(role.pk)], "sees": "some"})

    assert page.status_code == 409
    assert "say which version of the record" in page.content.decode()
    person.refresh_from_db()
    assert not person.groups.exists()
    assert not person.is_limited


def test_a_confirmation_is_asked_again_where_the_record_changed(ada: Client, sam: Client) -> None:
    flag = FlagFactory(everyone=None)
    url, form = _confirm(sam, flag, "turn_off")
    other, turning = _confirm(ada, flag, "turn_on")
    assert ada.post(other, turning).status_code == 302

    page = sam.post(url, form)

    assert page.status_code == 409
    assert "changed by Ada Castellanos" in page.content.decode()
    flag.refresh_from_db()
    assert flag.everyone is True
    assert sam.post(url, opened(sam, url)).status_code == 302
    flag.refresh_from_db()
    assert flag.everyone is False


def test_a_conflict_shows_no_address_to_who_may_not_see_them(ada: Client) -> None:
    project = ProjectFactory(description="Nothing yet")
    url = _url(project)
    clerk = Client()
    clerk.force_login(StaffFactory(may=["projects.view_project", "projects.change_project"]))
    first, second = opened(ada, url), opened(clerk, url)
    ada.post(
        url, {**first, "description": "Ask ida@secret.example", "_reason": "By bo@secret.example"}
    )

    page = clerk.post(url, {**second, "description": "Ask somebody"})

    assert page.status_code == 409
    assert "ida@secret.example" not in page.content.decode()
    assert "bo@secret.example" not in page.content.decode()


def test_a_field_that_can_no_longer_be_changed_is_not_dropped_in_silence(sam: Client) -> None:
    flag = FlagFactory()
    url = _url(flag)
    form = opened(sam, url)
    Flag.objects.filter(pk=flag.pk).update(is_protected=True)

    page = sam.post(url, {**form, "percent": "50", "note": "New"})

    assert page.status_code == 200
    assert "can no longer be changed here" in page.content.decode()
    flag.refresh_from_db()
    assert flag.note != "New"
