"""Keys that grow with time, and the one spelling of an e-mail address."""

import time
import uuid
from itertools import pairwise

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.email_changes.services import email_change_request
from apps.accounts.models import User
from apps.accounts.services import user_create
from apps.core.errors import DomainError
from apps.core.fields import fold_email, validate_address
from apps.core.migrations import __name__ as migrations
from apps.core.uuid7 import uuid7
from apps.organizations.services import invitation_create
from apps.transfers.engine.cells.problems import CellError
from apps.transfers.engine.cells.texts import read_email
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.organizations import OrganizationFactory

# What a text column can hold: everything but NUL and lone surrogates.
storable = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=60
)


@pytest.mark.django_db
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(storable)
def test_application_and_database_fold_alike(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute('SELECT lower(%s::text COLLATE "C")', [text.strip()])
        (folded,) = cursor.fetchone()

    assert fold_email(text) == folded


@given(storable)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_email(fold_email(text)) == fold_email(text)


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["ZOE@Example.org", " zoe@example.org ", "zoe@example.org"])
def test_a_look_up_folds_what_it_is_given(asked: str) -> None:
    person = UserFactory(email="Zoe@EXAMPLE.org")

    assert person.email == "zoe@example.org"
    assert User.objects.get(email=asked) == person
    assert User.objects.filter(email__in=[asked]).get() == person
    assert User.objects.get_by_natural_key(asked) == person


LOOK_ALIKES = [
    "adm\u0131n@harbor.example",  # a dotless i
    "\u017fam@harbor.example",  # a long s
    "admin@harbor.e\uff58ample",  # a wide x
    "admin@bac\u212a.example",  # the sign of kelvin
]


@pytest.mark.django_db
@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_an_address_with_letters_that_only_look_alike_is_refused_by_every_way_in(
    address: str,
) -> None:
    person, actor = UserFactory(), StaffFactory(may=["accounts.change_email"])
    organization = OrganizationFactory()

    for enter in (
        lambda: user_create(email=address, actor=None),
        lambda: email_change_request(user=person, email=address, actor=actor, reason="Married."),
        lambda: email_change_request(user=person, email=address, actor=person, reason="Married."),
        lambda: invitation_create(organization=organization, email=address, actor=None),
    ):
        with pytest.raises(DomainError, match="look-alike letter"):
            enter()
    with pytest.raises(CellError, match="not an e-mail address"):
        read_email(address)
    assert not User.objects.filter(email=fold_email(address)).exists()


def test_an_international_domain_is_an_address() -> None:
    validate_address("ida@b\u00fccher.example")
    assert read_email("ida@b\u00fccher.example") == "ida@b\u00fccher.example"


def test_keys_made_one_after_the_other_in_time_are_in_order() -> None:
    keys = []
    for _ in range(20):
        keys.append(uuid7())
        time.sleep(0.002)

    assert keys == sorted(keys)


@pytest.mark.parametrize("_", range(20))
def test_a_key_says_its_version_and_its_time(_: int) -> None:
    before = time.time_ns() // 1_000_000
    key = uuid7()
    after = time.time_ns() // 1_000_000

    assert (key.version, key.variant) == (7, uuid.RFC_4122)
    assert before <= key.int >> 80 <= after


@pytest.mark.django_db
@pytest.mark.parametrize("function", ["uuid7", "uuid7_before_18"])
def test_the_databases_keys_are_of_the_same_kind(function: str) -> None:
    """The body for servers before 18 is made under another name, so that it is tried on any."""
    with connection.cursor() as cursor:
        cursor.execute(before_18("uuid7_before_18"))
        before = time.time_ns() // 1_000_000
        keys = []
        for _ in range(5):
            cursor.execute(f"SELECT {function}() FROM generate_series(1, 20)")  # noqa: S608
            keys.append([key for (key,) in cursor.fetchall()])
            time.sleep(0.002)
        after = time.time_ns() // 1_000_000

    made = [key for batch in keys for key in batch]
    assert len(set(made)) == 100
    assert {(key.version, key.variant) for key in made} == {(7, uuid.RFC_4122)}
    # Rounded to the millisecond by one of them and cut off by the other.
    assert all(before - 1 <= key.int >> 80 <= after + 1 for key in made)
    for earlier, later in pairwise(keys):
        assert max(earlier) < min(later)


def before_18(name: str) -> str:
    """Return the migration's statement for servers before 18, under another function's name."""
    from importlib import import_module

    create: str = import_module(f"{migrations}.0001_uuid7").CREATE
    body = create.split("$fn$")[1]
    return f"CREATE FUNCTION {name}() RETURNS uuid LANGUAGE sql VOLATILE AS $fn${body}$fn$"
