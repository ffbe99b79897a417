"""Purging takes, or refuses because of, everything that refers to a record: no constraint is left to fail."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from apps.accounts.anonymization.services import user_anonymize
from apps.core.errors import DomainError
from apps.core.models import SoftDeletableModel
from apps.core.trash import moves
from apps.core.trash.reach import count_purge
from apps.core.trash.relations import references_to
from apps.core.trash.services import record_purge, records_purge
from apps.flags.models import Flag
from apps.organizations.models import Organization
from apps.projects.models import Project
from tests.factories.accounts import SuperuserFactory, UserFactory
from tests.factories.flags import FlagFactory
from tests.factories.organizations import TrashedOrganizationFactory

SOFT_DELETABLE = [
    model
    for model in apps.get_models()
    if issubclass(model, SoftDeletableModel) and not model._meta.proxy
]


def foreign_keys_in_the_database(table: str) -> set[tuple[str, str]]:
    """Return each column of another table that refers to `table`, as PostgreSQL knows it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, attname FROM pg_constraint "
            "JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey) "
            "WHERE contype = 'f' AND confrelid = %s::regclass",
            [table],
        )
        return set(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("model", SOFT_DELETABLE)
def test_every_foreign_key_of_the_database_is_known_to_the_purge(model: Any) -> None:
    known = {
        (child._meta.db_table, child._meta.get_field(name).column)  # type: ignore[union-attr]
        for on_delete in (models.CASCADE, models.SET_NULL, models.PROTECT, models.RESTRICT)
        for child, name in references_to(model, on_delete)
    }
    assert foreign_keys_in_the_database(model._meta.db_table) <= known


@pytest.mark.django_db(transaction=True)
def test_an_organization_that_flags_name_is_purged_with_its_place_in_them() -> None:
    root = SuperuserFactory()
    first, second, third = (TrashedOrganizationFactory() for _ in range(3))
    flags = [FlagFactory(), FlagFactory()]
    for flag in flags:
        flag.organizations.set([first, second, third])

    record_purge(record=first, actor=root, reason="Asked for it")
    records_purge(
        records=Organization.all_objects.filter(pk__in=[second.pk, third.pk]),
        actor=root,
        reason="Asked for it",
    )

    assert not Organization.all_objects.exists()
    assert not Flag.organizations.through.objects.exists()
    # The history of the flags says who was taken from them.
    assert Flag.organizations.through.history.filter(history_type="-").count() == 6  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_the_preview_counts_what_is_taken() -> None:
    organization = TrashedOrganizationFactory()
    FlagFactory().organizations.add(organization)

    counts = count_purge(Organization.all_objects.filter(pk=organization.pk))

    assert counts[Flag.organizations.through] == 1
    assert counts == moves.purge(Organization.all_objects.filter(pk=organization.pk))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("on_delete", [models.SET_NULL, models.PROTECT, models.RESTRICT])
def test_what_may_outlive_the_record_is_let_go_and_what_protects_it_refuses(on_delete: Any) -> None:
    """No model of today refers to one in the trash like this; the next one may."""
    table = f"tests_reference_{on_delete.__name__.lower()}"
    name = f"Reference{on_delete.__name__}"
    reference: Any = type(
        name,
        (models.Model,),
        {
            "__module__": __name__,
            "project": models.ForeignKey(Project, on_delete=on_delete, null=True, related_name="+"),
            "Meta": type("Meta", (), {"app_label": "core", "db_table": table}),
        },
    )
    try:
        assert (reference, "project") in list(references_to(Project, on_delete))
        with connection.schema_editor() as editor:
            editor.create_model(reference)
        organization = TrashedOrganizationFactory()
        project = Project.all_objects.create(organization=organization, name="Old")
        reference.objects.create(project=project)
        purged = Project.all_objects.filter(pk=project.pk)
        if on_delete is models.SET_NULL:
            moves.purge(purged)
            assert reference.objects.get().project_id is None
        else:
            with pytest.raises(DomainError, match="still refer"):
                moves.purge(purged)
            assert purged.exists()
        with connection.schema_editor() as editor:
            editor.delete_model(reference)
    finally:
        del apps.all_models["core"][name.lower()]
        apps.clear_cache()


@pytest.mark.django_db(transaction=True)
def test_a_person_who_is_named_everywhere_can_be_erased() -> None:
    root, person = SuperuserFactory(), UserFactory()
    FlagFactory().users.add(person)

    user_anonymize(user=person, actor=root, reason="Asked for it")

    person.refresh_from_db()
    assert not person.is_active
    assert "First" not in person.first_name
