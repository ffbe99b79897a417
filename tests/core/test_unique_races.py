"""Two who write one unique value at the same time: the second is told so in a sentence."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from apps.accounts.email_changes.services import email_change_confirm
from apps.accounts.email_changes.tokens import digest, new_token
from apps.accounts.models import EmailChange, User
from apps.accounts.services import user_create
from apps.core.constraints import sentence_of
from apps.core.errors import DomainError
from tests.at_once import while_uncommitted
from tests.factories.accounts import UserFactory

NEW = "new.address@example.org"


def _create() -> str:
    try:
        user_create(email=NEW, actor=None)
    except DomainError as refusal:
        return refusal.message
    return "done"


@pytest.mark.django_db(transaction=True)
def test_two_who_create_a_person_with_one_address_at_once() -> None:
    assert while_uncommitted(_create, _create) == (
        "done",
        "A person with this e-mail address already exists.",
    )
    assert User.objects.filter(email=NEW).count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_address_that_is_taken_while_it_is_being_confirmed() -> None:
    person: Any = UserFactory(email="ida@example.org")
    token = new_token()
    EmailChange.objects.create(
        user=person,
        old_email=person.email,
        new_email=NEW,
        reason="She married.",
        token_digest=digest(token),
        expires_at=timezone.now() + timedelta(hours=1),
        requested_by=person,
    )

    def confirm() -> str:
        try:
            email_change_confirm(token=token)
        except DomainError as refusal:
            return refusal.message
        return "done"

    _, said = while_uncommitted(_create, confirm)

    assert said == "A person with this e-mail address already exists."
    assert User.objects.get(pk=person.pk).email == "ida@example.org"


@pytest.mark.django_db
def test_every_unique_field_of_ours_has_a_sentence() -> None:
    without = []
    for model in apps.get_models():
        if not model.__module__.startswith("apps.") or not model._meta.managed:
            continue
        table = model._meta.db_table
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, table)
        for field in model._meta.local_concrete_fields:
            names = [
                name
                for name, about in found.items()
                if about["unique"]
                and not about["primary_key"]
                and about["columns"] == [field.column]
            ]
            if field.unique and not field.primary_key:
                without += [f"{table}: {name}" for name in names if not sentence_of(table, name)]

    assert not without
