"""The sidebar shows each user the jobs that they may do, and no more."""

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from apps.backoffice.templatetags.job_crumbs import job_crumbs
from tests.factories.accounts import StaffFactory, SuperuserFactory, prove_factor
from tests.factories.organizations import TrashedOrganizationFactory

pytestmark = pytest.mark.django_db


def test_a_superuser_sees_the_groups_that_have_entries(client: Client) -> None:
    client.force_login(SuperuserFactory())

    body = client.get(reverse("admin:index")).content.decode()

    assert "Organizations" in body
    assert reverse("admin:projects_task_changelist") in body


def test_staff_with_one_permission_see_one_list(client: Client) -> None:
    user = StaffFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_task"))
    client.force_login(user)

    body = client.get(reverse("admin:index")).content.decode()

    assert reverse("admin:projects_task_changelist") in body
    assert reverse("admin:organizations_organization_changelist") not in body


def test_the_longest_matching_entry_is_the_active_one(client: Client) -> None:
    client.force_login(SuperuserFactory())

    page = client.get(reverse("admin:projects_task_changelist"))

    active = [
        item["title"]
        for group in page.context["sidebar_navigation"]
        for item in group["items"]
        if item["active"]
    ]
    assert active == ["Tasks"]


def test_the_crumbs_are_the_job_its_list_the_record_and_the_page(client: Client) -> None:
    client.force_login(SuperuserFactory())
    prove_factor(client)
    trashed = TrashedOrganizationFactory(name="Old Harbor")
    page = "admin:organizations_trashedorganization_{}"

    def crumbs(url: str) -> list[str]:
        answer = client.get(url)
        return [crumb["title"] for crumb in job_crumbs(answer.context)]  # type: ignore[arg-type]

    assert crumbs(reverse(page.format("changelist"))) == ["People", "Organizations' trash"]
    assert crumbs(reverse(page.format("change"), args=[trashed.pk])) == [
        "People",
        "Organizations' trash",
        "Old Harbor",
    ]
    assert crumbs(reverse(page.format("purge"), args=[trashed.pk])) == [
        "People",
        "Organizations' trash",
        "Old Harbor",
        "Delete for good",
    ]


def test_each_list_is_called_what_the_menu_calls_it(client: Client) -> None:
    client.force_login(SuperuserFactory())
    prove_factor(client)
    named = [
        (entry["model"], entry["title"])
        for _, entries in settings.NAVIGATION
        for entry in entries
        if "model" in entry and "url" not in entry
    ]
    assert named
    for model, title in named:
        address = "admin:{}_{}_changelist".format(*model.lower().split("."))
        assert f"<title>{title}" in " ".join(
            client.get(reverse(address)).content.decode().replace("&#x27;", "'").split()
        ).replace("<title> ", "<title>"), model


def test_third_parties_models_are_counted_in_our_nouns(client: Client) -> None:
    nouns = {
        model._meta.label: {str(model._meta.verbose_name), str(model._meta.verbose_name_plural)}
        for model in admin.site._registry
    }
    assert nouns["django_celery_beat.PeriodicTask"] == {"schedule", "schedules"}
    assert nouns["auth.Group"] == {"staff role", "staff roles"}
    assert [name for words in nouns.values() for name in words if name[:2].istitle()] == []
