"""The pages of flags, switches and samples."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.flags.models import Flag, Sample, Switch
from apps.flags.services import flags_ensure
from tests.factories.accounts import StaffFactory, SuperuserFactory
from tests.factories.flags import FlagFactory, SampleFactory, SwitchFactory, lose
from tests.factories.organizations import OrganizationFactory
from tests.forms import save

pytestmark = pytest.mark.django_db
LIST = "admin:flags_flag_changelist"


def _staff(*codenames: str) -> Any:
    user = StaffFactory()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=codenames, content_type__app_label="flags")
    )
    return user


def _change(toggle: Any) -> str:
    return reverse(f"admin:flags_{toggle._meta.model_name}_change", args=[toggle.pk])


def _action(toggle: Any, name: str) -> str:
    return reverse(f"admin:flags_{toggle._meta.model_name}_{name}", args=[toggle.pk])


@pytest.fixture
def flipper(client: Client) -> Any:
    user = _staff("view_flag", "change_flag", "flip_flag", "view_switch", "view_sample")
    client.force_login(user)
    return user


def test_the_list_says_each_state_in_words(client: Client, flipper: Any) -> None:
    FlagFactory(everyone=True)
    FlagFactory(everyone=False)
    FlagFactory()
    flag = FlagFactory(percent=10, staff=True)
    flag.organizations.set([OrganizationFactory() for _ in range(3)])

    body = client.get(reverse(LIST)).content.decode()

    for words in (
        "On for everyone",
        "Off for everyone",
        "Off: no targets",
        "On for staff, 10% of people, 3 organizations",
    ):
        assert words in body


def test_a_get_of_an_action_asks_and_changes_nothing(client: Client, flipper: Any) -> None:
    flag = FlagFactory(everyone=True)

    page = client.get(_action(flag, "turn_off"))

    assert page.status_code == 200
    assert "Reason" in page.content.decode()
    flag.refresh_from_db()
    assert flag.everyone is True


def test_a_post_with_a_reason_turns_the_flag(client: Client, flipper: Any) -> None:
    flag = FlagFactory(everyone=True)

    client.post(_action(flag, "turn_off"), {"reason": "Too slow"})

    flag.refresh_from_db()
    assert flag.everyone is False


def test_a_post_without_a_reason_turns_nothing(client: Client, flipper: Any) -> None:
    flag = FlagFactory(everyone=True)
    client.post(_action(flag, "turn_off"), {"reason": " "})
    flag.refresh_from_db()
    assert flag.everyone is True


def test_without_the_permission_the_action_is_refused(client: Client) -> None:
    client.force_login(_staff("view_flag", "change_flag"))
    flag = FlagFactory(everyone=True)

    page = client.post(_action(flag, "turn_off"), {"reason": "Mine"})

    assert page.status_code == 403
    flag.refresh_from_db()
    assert flag.everyone is True


def test_a_switch_and_a_sample_are_turned_on_their_pages(client: Client, flipper: Any) -> None:
    switch, sample = SwitchFactory(), SampleFactory()

    client.post(_action(switch, "turn_on"), {"reason": "Go"})
    save(client, _action(sample, "set_share"), {"reason": "Go", "percent": "12.5"})

    switch.refresh_from_db()
    sample.refresh_from_db()
    assert switch.active is True
    assert str(sample.percent) == "12.5"


def _form(page: Any, **changed: Any) -> dict[str, Any]:
    form = page.context["adminform"].form
    data = {
        name: value
        for name in form.fields
        if (value := form.get_initial_for_field(form.fields[name], name)) not in (None, False)
    }
    return {**data, **changed}


def test_targets_are_changed_with_a_reason_and_not_without(client: Client, flipper: Any) -> None:
    flag, organization = FlagFactory(), OrganizationFactory()
    data = _form(client.get(_change(flag)), organizations=[organization.pk])

    refused = save(client, _change(flag), data)
    assert refused.status_code == 200
    assert "A reason is required" in refused.content.decode()
    assert not flag.organizations.exists()

    save(client, _change(flag), {**data, "_reason": "They test it"})
    assert flag.organizations.get() == organization


def test_the_form_offers_nothing_that_a_visitor_could_decide(client: Client, flipper: Any) -> None:
    fields = client.get(_change(FlagFactory())).context["adminform"].form.fields
    assert {"testing", "rollout", "languages", "everyone", "name"}.isdisjoint(fields)


def test_one_who_may_not_flip_may_look_but_not_change(client: Client) -> None:
    client.force_login(_staff("view_flag", "change_flag"))
    flag = FlagFactory()

    assert client.get(_change(flag)).status_code == 200
    save(client, _change(flag), {"authenticated": "on", "_reason": "Mine"})

    flag.refresh_from_db()
    assert flag.authenticated is False


def test_a_page_with_many_people_costs_no_statement_per_person(
    client: Client, flipper: Any, django_assert_max_num_queries: Any
) -> None:
    flag = FlagFactory()
    flag.users.set([StaffFactory() for _ in range(60)])
    with django_assert_max_num_queries(25):
        client.get(_change(flag))


def test_what_is_declared_and_missing_is_shown_and_can_be_created(client: Client) -> None:
    client.force_login(SuperuserFactory())
    flags_ensure()
    lose(Flag, "bulk-import")

    body = client.get(reverse(LIST)).content.decode()
    assert "is declared in the code but missing here" in body

    client.post(reverse("admin:flags_flag_ensure"))
    assert Flag.objects.get(name="bulk-import").everyone is True
    assert client.get(reverse("admin:flags_flag_ensure")).status_code == 405


def test_what_is_not_declared_is_marked(client: Client, flipper: Any) -> None:
    flags_ensure()
    FlagFactory(name="by-hand")
    body = client.get(reverse(LIST), {"declared": "no"}).content.decode()
    assert "by-hand" in body
    assert "Not declared" in body
    assert ">bulk-import<" not in body


@pytest.mark.parametrize("model", [Flag, Switch, Sample])
def test_one_is_added_off(client: Client, model: Any) -> None:
    client.force_login(SuperuserFactory())
    name = model._meta.model_name
    assert client.get(reverse(f"admin:flags_{name}_add")).status_code == 200
    client.post(
        reverse(f"admin:flags_{name}_add"), {"name": "new", "percent": "0", "_reason": "Try"}
    )
    made = model.objects.get(name="new")
    assert not (made.is_active_for_user(None) if model is Flag else made.is_active())


@pytest.mark.parametrize(
    ("email", "status"),
    [("operations", 200), ("administrator", 200), ("auditor", 200), ("support", 403)],
)
def test_the_roles_see_flags_as_they_may(client: Client, email: str, status: int) -> None:
    call_command("load_reference", verbosity=0)
    user = StaffFactory(email=f"{email}@example.org")
    from django.contrib.auth.models import Group

    user.groups.add(Group.objects.get(name=email.capitalize()))
    client.force_login(user)
    assert client.get(reverse(LIST)).status_code == status


@pytest.mark.parametrize("is_protected", [False, True])
def test_the_page_of_a_flag_speaks_in_our_words(client: Client, is_protected: bool) -> None:
    """Also of the fields that are only shown, as those of a protected flag are."""
    lose(Flag, "bulk-import")
    flags_ensure()
    Flag.objects.update(is_protected=is_protected)
    client.force_login(SuperuserFactory())
    body = client.get(_change(Flag.objects.get(name="bulk-import"))).content.decode()

    assert "computer readable" not in body
    assert "Flag always active" not in body
    for words in ("The name that the code uses.", "Staff roles", "Signed in", "On for superusers."):
        assert words in body
    assert body.count("Allows imports of rosters and other files") == 1


def test_a_flag_that_the_code_does_not_declare_has_its_note_alone(client: Client) -> None:
    client.force_login(SuperuserFactory())
    flag = FlagFactory(note="Tried out in spring.")
    body = client.get(_change(flag)).content.decode()
    assert body.count("Tried out in spring.") == 1
    assert "Not declared" in body


def test_a_turn_is_told_in_words_with_the_name_alone(client: Client) -> None:
    user = SuperuserFactory(first_name="Olu", last_name="Brennan", email="olu@example.org")
    client.force_login(user)
    flag = FlagFactory(everyone=None)
    client.post(_action(flag, "turn_on"), {"reason": "It is ready."})
    changed = {"note": "Ask Samira first", "percent": "5", "_reason": "Tried out"}
    assert save(client, _change(flag), changed).status_code == 302

    page = client.get(_change(flag)).content.decode()
    assert "by Olu Brennan: “It is ready.”" in page
    history = client.get(reverse("admin:flags_flag_history", args=[flag.pk])).content.decode()
    assert "turned it on for everyone" in history
    assert "changed its note and percentage" in history
    assert "from False to True" not in history
