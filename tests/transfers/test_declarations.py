"""A dataset that is declared wrongly is refused at start, in a sentence; a rule in Python is asked in batches."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from apps.organizations.resources import ORGANIZATION
from apps.projects.models import Project
from apps.transfers.dataset_checks import check_datasets, wrong_in
from apps.transfers.declarations import (
    Column,
    DatasetResource,
    Derived,
    FieldKind,
    Part,
    Relation,
    Rule,
)
from apps.transfers.registry import DATASETS, register
from tests.factories.organizations import OrganizationFactory
from tests.transfers.engine import Importer

FIELDS = {"organization_id": "organization", "name": "name"}


def column(**changes: Any) -> Column:
    return Column(**{"label": "Name", "attribute": "name", "required": True, **changes})


def relation(**changes: Any) -> Column:
    given = {
        "label": "Organization",
        "attribute": "organization__external_id",
        "kind": FieldKind.RELATION,
        "relation": ORGANIZATION,
        "required": True,
    }
    return Column(**given | changes)


def part(**changes: Any) -> Part:
    given: dict[str, Any] = {
        "name": "berth",
        "label": "berth",
        "model": "projects.Project",
        "fields": FIELDS,
        "keys": (("organization_id", "name"),),
    }
    return Part(**given | changes)


def dataset(*, meta: Mapping[str, Any] | None = None, **columns: Column) -> type[DatasetResource]:
    """Declare berths, a right dataset over projects, but for what is given."""
    options = {
        "dataset": "berths",
        "label": "Berths",
        "description": "One berth per row.",
        "model": Project,
        "parts": (part(),),
    }
    options |= meta or {}
    given = {"organization": relation(), "name": column()} | columns
    return type("BerthsResource", (DatasetResource,), {"Meta": type("Meta", (), options), **given})


def of(*parts: Part) -> dict[str, Any]:
    return {"parts": parts}


def test_the_datasets_that_we_ship_are_declared_rightly() -> None:
    assert check_datasets() == []
    assert list(wrong_in(dataset())) == []


PERSON = part(name="person", model="accounts.User", fields={"email": "name"}, keys=(("email",),))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"meta": {"dataset": ""}}, "its Meta says no “dataset”."),
        ({"meta": {"model": None}}, "its Meta says no “model”."),
        ({"meta": {"dataset": "our berths"}}, "its name “our berths” must be one word"),
        ({"meta": {"parts": ()}}, "its Meta says no “parts”"),
        ({"meta": {"parts": part()}}, "Meta.parts is a tuple: one alone is written with a comma"),
        ({"meta": of(part(model="projects.Berth"))}, "part “berth” writes “projects.Berth”, a model that there is not."),
        ({"meta": of(part(), part(name="berth"))}, "the name “berth” of a part must be one word, and its own."),
        ({"meta": of(part(model="organizations.Organization", fields={"name": "name"}, keys=(("name",),)))}, "Meta.model is projects.Project, but its last part writes organizations.Organization"),
        ({"meta": of(part(model="accounts.Disclosure"))}, "accounts.Disclosure keeps no history: give the model “history = History()”."),
        ({"meta": of(part(model="auth.Group", fields={"name": "name"}, keys=(("name",),)))}, "auth.Group needs the UUID key of apps.core.models.BaseModel."),
        ({"meta": of(PERSON, part())}, "no person may be deleted, so an undo must know what to set instead"),
        ({"meta": of(part(fields={**FIELDS, "organization": "organization"}))}, "projects.Project has no column “organization”. Did you mean “organization_id”?"),
        ({"meta": of(part(fields={**FIELDS, "statsu": "name"}))}, "projects.Project has no column “statsu”. Did you mean “status”?"),
        ({"meta": of(part(fields={**FIELDS, "status": "nmae"}))}, "“status” takes its value from “nmae”, which is not a column. Did you mean “name”?"),
        ({"meta": of(part(fields={**FIELDS, "created_by_id": "part:person"}))}, "“created_by_id” takes its value from “part:person”, which is not an earlier part."),
        ({"meta": of(part(keys=()))}, "it has no “keys”"),
        ({"meta": of(part(keys=("name",)))}, "write keys=((“name”,),) with both commas."),
        ({"meta": of(part(keys=(("slug",),)))}, "its key “slug” is none of its “fields”."),
        ({"meta": of(part(derived={"status": Derived("slug", "nmae")}))}, "“status” can be derived as a “slug” of a column"),
        ({"meta": of(part(fields={"name": "name"}, keys=(("name",),)))}, "nothing gives a new project its “organization_id”"),
        ({"organization": column(label="Organization")}, "“organization_id” is a relation: column “organization” must say which"),
        ({"name": relation(label="Name")}, "“name” is not a relation to organizations.Organization, which column “name” names."),
        ({"name": column(kind=FieldKind.DATE)}, "column “name” is of kind “date”, which cannot be written to “name”. “text”, “email”,"),
        ({"meta": {"rules": (Rule("odd", "nmae", "Odd.", lambda context: None),)}}, "its rule “odd” is shown at “nmae”, which is not a column. Did you mean “name”?"),
        ({"color": Column(label="Color", attribute="status")}, "column “color” is written nowhere"),
        ({"name": column(label="Organization")}, "columns “organization” and “name” have one name: “organization”."),
        ({"name": column(synonyms="berth")}, "its “synonyms” are letters: one alone is written with a comma"),
        ({"name": column(attribute="nmae")}, "its attribute “nmae”: projects.Project has no “nmae”. Did you mean “name”?"),
        ({"name": column(attribute="organisation__name")}, "its attribute “organisation__name”: projects.Project has no relation “organisation”."),
        ({"name": column(kind=FieldKind.CHOICE)}, "“kind=FieldKind.CHOICE” needs “choices”."),
        ({"name": column(kind=FieldKind.CHOICE, choices=(("a", "A"),), words={"b": ("c",)})}, "“words” are given to “b”, which is not a choice."),
        ({"name": column(kind=FieldKind.CHOICE, choices=(("a", "A"),), words={"a": "c"})}, "the “words” of “a” are a tuple"),
        ({"name": column(kind=FieldKind.CHOICE, choices=(("a", "A"),), default="b")}, "its default “b” is not a choice."),
        ({"name": column(check=lambda values: {0: values[0]})}, "its “check” fails on no values at all: IndexError"),
        ({"name": column(check=lambda values: [])}, "its “check” must return a mapping of positions to reasons"),
        ({"name": column(kind=FieldKind.RELATION)}, "“kind=FieldKind.RELATION” and “relation=Relation(…)” belong together."),
        ({"organization": relation(relation=Relation("organizations.Organization", by="name"))}, "“by” is a tuple of fields"),  # type: ignore[arg-type]
        ({"organization": relation(relation=Relation("organizations.Organization", by=("nmae",)))}, "organizations.Organization has no field “nmae”. Did you mean “name”?"),
        ({"organization": relation(relation=Relation("organizations.Organization", by=("name",), within={"owner": "name"}))}, "it is looked up within “name”, which is not a relation column"),
        ({"organization": relation(attribute="created_by__email")}, "its attribute “created_by__email” must lead to a field of organizations.Organization"),
        ({"organization": relation(relation=Relation("accounts.Nobody", by=("name",)))}, "its relation names “accounts.Nobody”, a model that there is not."),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_refused_in_a_sentence(wrong: dict[str, Any], sentence: str) -> None:
    output = list(wrong_in(dataset(**wrong)))

    assert any(sentence in each for each in output), output


def test_a_wrong_dataset_is_an_error_of_the_system_check() -> None:
    with DATASETS.changed():
        register(dataset(meta=of(part(fields={**FIELDS, "statsu": "name"}))))
        [error] = check_datasets()

    assert str(error).endswith(
        "BerthsResource'>: (transfers.E001) Part “berth”: projects.Project has no column “statsu”. "
        "Did you mean “status”?"
    )


def test_two_datasets_of_one_name_are_refused_as_they_are_declared() -> None:
    with (
        DATASETS.changed(),
        pytest.raises(ImproperlyConfigured, match="“members” to the datasets"),
    ):
        register(dataset(meta={"dataset": "members"}))


def test_a_dataset_that_was_not_registered_is_named() -> None:
    with DATASETS.changed(without=["tasks"]):
        [error] = check_datasets()

    assert str(error.msg) == "TasksResource is a dataset that nobody is offered."
    assert "@register" in str(error.hint)
    assert "apps.projects.resources" in str(error.hint)


def refuses_odd(values: Sequence[str]) -> Mapping[int, str]:
    """A rule that would break on a blank: it gets none."""
    return {i: "Its number is odd." for i, value in enumerate(values) if int(value[-1]) % 2}


def test_a_rule_that_only_python_can_check_is_asked_about_what_could_be_read(
    importer: Importer,
) -> None:
    berths = dataset(name=column(needed=True, max_length=9, check=refuses_odd))
    OrganizationFactory(external_id="H-1")
    rows = [["H-1", "Quay 2"], ["H-1", ""], ["H-1", "Quay 3"], ["H-1", "A long quay 5"]]

    with DATASETS.changed(berths):
        outcome = importer.rows("berths", [["Organization", "Name"], *rows])

    assert outcome.created == 1
    assert [(p["row"], p["value"], p["message"]) for p in outcome.problems] == [
        (3, "", "Name is missing."),
        (4, "Quay 3", "Its number is odd."),
        (5, "A long quay 5", "13 characters are too many. The limit is 9."),
    ]


def test_a_rule_that_breaks_ends_the_import_in_words_and_changes_nothing(
    importer: Importer, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(values: Sequence[str]) -> Mapping[int, str]:
        return {0: "No number."} if all(int(value) for value in values) else {}

    berths = dataset(name=column(needed=True, check=breaks))
    OrganizationFactory(external_id="H-1")

    with DATASETS.changed(berths):
        outcome = importer.rows("berths", [["Organization", "Name"], ["H-1", "Quay"]])

    assert outcome.code == 2
    assert outcome.err == (
        "The check of “Name” failed because of an error on our side, which was recorded. "
        "Nothing was changed."
    )
    assert "invalid literal for int()" in caplog.text
    assert not Project.objects.exists()
