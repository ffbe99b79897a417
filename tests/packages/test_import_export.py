"""The documented ways of import-export, each tried on our datasets: they go through our engine."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import tablib
from django.core import checks
from django.core.exceptions import NON_FIELD_ERRORS
from import_export.admin import ImportExportModelAdmin
from import_export.exceptions import ImportError as RowImportError
from import_export.results import Result, RowResult

from apps.accounts.models import User
from apps.audit.models import Event
from apps.core.discovery import full_site
from apps.core.errors import DomainError, MissingPermission
from apps.organizations.models import Membership, Organization, StaffOrganization
from apps.organizations.resources import MembersResource, OrganizationsResource
from apps.projects.models import Task
from apps.projects.resources import TasksResource
from apps.transfers.models import ExportRun, ImportRun
from apps.transfers.registry import DATASETS
from tests.factories.accounts import StaffFactory, permission
from tests.factories.organizations import MembershipFactory, OrganizationFactory
from tests.factories.projects import TaskFactory

pytestmark = pytest.mark.django_db

HEADERS = ["email", "first_name", "last_name", "organization", "role"]


def members(*rows: tuple[Any, ...]) -> tablib.Dataset:
    return tablib.Dataset(*rows, headers=HEADERS)


def types(result: Result) -> list[str]:
    return [row.import_type for row in result]


@pytest.fixture
def harbor() -> Organization:
    return OrganizationFactory(name="Harbor Finance", slug="harbor-finance")


GOOD = ("ada@example.org", "Ada", "Harper", "harbor-finance", "admin")
OTHER = ("ben@example.org", "Ben", "Abel", "harbor-finance", "member")
BAD = ("not an address", "No", "One", "harbor-finance", "member")


class TestExport:
    def test_export_returns_a_dataset_with_the_names_of_the_columns(self) -> None:
        membership = MembershipFactory(user__first_name="Ada", organization__slug="harbor")
        dataset = MembersResource().export()

        assert isinstance(dataset, tablib.Dataset)
        assert dataset.headers == list(MembersResource.columns())
        (row,) = dataset.dict
        assert (row["email"], row["first_name"], row["role"]) == (
            membership.user.email,
            "Ada",
            membership.role,
        )
        assert row["organization"] in (membership.organization.external_id, "harbor")

    def test_export_takes_a_queryset_and_keeps_its_order(self) -> None:
        for name in ("Beta", "Alpha", "Gamma"):
            OrganizationFactory(name=name)
        queryset = Organization.objects.exclude(name="Gamma").order_by("name")

        assert OrganizationsResource().export(queryset)["name"] == ["Alpha", "Beta"]

    def test_export_takes_the_fields(self) -> None:
        OrganizationFactory(name="Alpha", slug="alpha")
        dataset = OrganizationsResource().export(export_fields=["slug", "name"])

        assert dataset.headers == ["slug", "name"]
        assert dataset[0] == ("alpha", "Alpha")

    @pytest.mark.parametrize("format", ["csv", "tsv", "json", "html", "xlsx"])
    def test_the_dataset_can_be_written_in_the_formats_of_tablib(self, format: str) -> None:
        TaskFactory(title="Renew the quay", due_date=date(2026, 12, 1))
        written = TasksResource().export().export(format)

        assert written

    def test_dates_and_empty_values_are_text(self) -> None:
        TaskFactory(due_date=date(2026, 12, 1))
        TaskFactory(due_date=None)

        assert sorted(TasksResource().export()["due_date"]) == ["", "2026-12-01"]

    def test_an_export_leaves_a_record_and_an_event(self) -> None:
        OrganizationFactory.create_batch(2)
        OrganizationsResource().export()

        run = ExportRun.objects.get()
        assert (run.dataset, run.state, run.rows) == ("organizations", "streamed", 2)
        assert Event.objects.get(kind="export").target_pk == str(run.pk)

    def test_a_user_exports_with_their_permissions_and_scope(self) -> None:
        seen = OrganizationFactory(name="Seen")
        OrganizationFactory(name="Hidden")
        with pytest.raises(MissingPermission, match=r"transfers\.export_data"):
            OrganizationsResource().export(user=StaffFactory())

        agent = StaffFactory(is_limited=True)
        agent.user_permissions.add(
            permission("transfers.export_data"), permission("organizations.view_organization")
        )
        StaffOrganization.objects.create(user=agent, organization=seen)
        assert OrganizationsResource().export(user=agent)["name"] == ["Seen"]

    def test_another_models_queryset_is_refused(self) -> None:
        with pytest.raises(TypeError, match="a queryset of Organization"):
            OrganizationsResource().export(Membership.objects.all())

    def test_an_unknown_field_is_refused(self) -> None:
        with pytest.raises(DomainError, match="no field “color”"):
            OrganizationsResource().export(export_fields=["color"])

    def test_what_was_exported_comes_in_again_unchanged(self) -> None:
        MembershipFactory.create_batch(3)
        result = MembersResource().import_data(MembersResource().export())

        assert types(result) == ["skip", "skip", "skip"]
        assert not result.has_errors()


@pytest.mark.usefixtures("harbor")
class TestImport:
    def test_a_dry_run_returns_the_plan_and_writes_nothing(self) -> None:
        result = MembersResource().import_data(members(GOOD, BAD), dry_run=True)

        assert isinstance(result, Result)
        assert (result.total_rows, len(result.rows)) == (2, 2)
        assert (result.totals["new"], result.totals["invalid"]) == (1, 1)
        assert types(result) == ["new", "invalid"]
        assert not Membership.objects.exists()
        assert not User.objects.filter(email="ada@example.org").exists()

    def test_the_documented_two_steps_import_the_rows(self) -> None:
        resource = MembersResource()
        dataset = members(GOOD, OTHER)
        if not resource.import_data(dataset, dry_run=True).has_errors():
            result = resource.import_data(dataset, dry_run=False)

        assert result.totals["new"] == 2
        assert Membership.objects.get(user__email="ada@example.org").role == "admin"
        assert result.run.state == ImportRun.State.APPLIED

    def test_rows_say_what_became_of_them(self, harbor: Organization) -> None:
        membership = MembershipFactory(
            organization=harbor,
            user__email="ada@example.org",
            user__first_name="Ada",
            user__last_name="Harper",
            role="member",
        )
        MembershipFactory(
            organization=harbor,
            user__email="ben@example.org",
            user__first_name="Ben",
            user__last_name="Abel",
            role="member",
        )
        new = ("cy@example.org", "Cy", "Dunn", "harbor-finance", "viewer")
        result = MembersResource().import_data(members(GOOD, OTHER, new))

        assert types(result) == ["update", "skip", "new"]
        assert dict(result.totals) == {
            "new": 1,
            "update": 1,
            "delete": 0,
            "skip": 1,
            "error": 0,
            "invalid": 0,
        }
        update, skip, created = result.rows[0], result.rows[1], result.rows[-1]
        assert (update.is_update(), skip.is_skip(), created.is_new()) == (True, True, True)
        assert update.object_id == membership.pk
        assert Membership.objects.get(pk=created.object_id).user.email == "cy@example.org"
        assert [row.import_type for row in result.valid_rows()] == types(result)

    def test_a_diff_shows_what_was_deleted_and_inserted(self, harbor: Organization) -> None:
        MembershipFactory(organization=harbor, user__email="ada@example.org", role="member")
        result = MembersResource().import_data(members(GOOD), dry_run=True)

        assert result.diff_headers == [
            n for n in MembersResource.columns() if n != "record_version"
        ]
        diff = dict(zip(result.diff_headers, result.rows[0].diff, strict=True))
        assert "<del" in diff["role"]
        assert "<ins" in diff["role"]
        assert "<del" not in diff["email"]

    def test_a_diff_escapes_what_is_in_the_cells(self) -> None:
        row = ("ada@example.org", "<script>alert(1)</script>", "H", "harbor-finance", "member")
        result = MembersResource().import_data(members(row), dry_run=True)

        assert "<script>" not in "".join(result.rows[0].diff)

    def test_invalid_rows_have_the_numbers_and_the_problems(self) -> None:
        odd = ("cy@example.org", "Two\nlines\r\nthree", "Dunn", "harbor-finance", "member")
        result = MembersResource().import_data(members(odd, GOOD, BAD), dry_run=True)

        invalid = {row.number: row for row in result.invalid_rows}
        assert 3 in invalid
        assert list(invalid[3].field_specific_errors) == ["email"]
        assert invalid[3].error_count == 1
        assert result.has_validation_errors()
        assert not result.has_errors()
        refused = next(row for row in result if row.is_invalid())
        assert refused.validation_error is not None

    def test_without_an_option_the_good_rows_are_applied(self) -> None:
        result = MembersResource().import_data(members(GOOD, BAD))

        assert (result.totals["new"], result.totals["invalid"]) == (1, 1)
        assert Membership.objects.get().user.email == "ada@example.org"

    def test_rollback_on_validation_errors_applies_nothing(self) -> None:
        result = MembersResource().import_data(
            members(GOOD, BAD), rollback_on_validation_errors=True
        )

        assert result.has_validation_errors()
        assert not Membership.objects.exists()
        assert result.run.state == ImportRun.State.CANCELED

    def test_it_needs_transactions_as_documented(self) -> None:
        MembersResource().import_data(
            members(GOOD, BAD), use_transactions=False, rollback_on_validation_errors=True
        )

        assert Membership.objects.count() == 1

    def test_raise_errors_names_the_first_bad_row_and_applies_nothing(self) -> None:
        with pytest.raises(RowImportError) as caught:
            MembersResource().import_data(members(GOOD, BAD), raise_errors=True)

        assert caught.value.number == 2
        assert caught.value.row["email"] == "not an address"
        assert not Membership.objects.exists()

    def test_raise_errors_without_a_bad_row_imports(self) -> None:
        result = MembersResource().import_data(members(GOOD), raise_errors=True)

        assert result.totals["new"] == 1

    def test_failed_rows_are_collected_with_their_error(self) -> None:
        result = MembersResource().import_data(
            members(GOOD, BAD), dry_run=True, collect_failed_rows=True
        )

        assert result.failed_dataset.headers == [*HEADERS, "Error"]
        assert result.failed_dataset[0][:2] == ("not an address", "No")
        assert result.failed_dataset[0][-1]

    def test_a_missing_column_is_an_error_of_the_whole_dataset(self) -> None:
        dataset = tablib.Dataset(("Ada",), headers=["first_name"])
        result = MembersResource().import_data(dataset)

        assert result.has_errors()
        assert isinstance(result.base_errors[0].error, DomainError)
        with pytest.raises(RowImportError, match="E-mail"):
            MembersResource().import_data(dataset, raise_errors=True)

    def test_a_dataset_without_headers_or_rows(self) -> None:
        assert MembersResource().import_data(tablib.Dataset(GOOD)).has_errors()
        empty = MembersResource().import_data(members())
        assert (empty.total_rows, list(empty.rows), empty.has_errors()) == (0, [], False)

    def test_columns_are_found_by_label_and_synonym_and_unknown_ones_left_out(self) -> None:
        dataset = tablib.Dataset(
            ("ada@example.org", "harbor-finance", "blue"),
            headers=["E-mail", "Committee", "Favorite color"],
        )
        result = MembersResource().import_data(dataset)

        assert result.totals["new"] == 1

    def test_values_may_be_python_values(self) -> None:
        task = TaskFactory(title="One", due_date=None)
        dataset = tablib.Dataset(
            (task.project.organization.slug, task.project.name, "One", date(2026, 12, 1)),
            (task.project.organization.slug, task.project.name, "Two", None),
            headers=["organization", "project", "title", "due_date"],
        )
        result = TasksResource().import_data(dataset)

        assert types(result) == ["update", "new"]
        assert Task.objects.get(title="One").due_date == date(2026, 12, 1)

    def test_a_dataset_loaded_from_text_comes_in(self) -> None:
        text = "email,organization\nada@example.org,harbor-finance\n"
        result = MembersResource().import_data(tablib.Dataset().load(text, format="csv"))

        assert result.totals["new"] == 1

    def test_instances_are_kept_where_they_are_asked_for(self) -> None:
        result = MembersResource().import_data(members(GOOD), retain_instance_in_row_result=True)

        assert result.rows[0].instance == Membership.objects.get()
        plain = MembersResource().import_data(members(GOOD))
        assert plain.rows[0].instance is None

    def test_an_import_has_a_run_a_history_and_an_undo(self, importer: Any) -> None:
        from apps.transfers.services import import_run_undo

        result = MembersResource().import_data(
            members(GOOD), file_name="roster.csv", reason="From the yearly list"
        )
        membership = Membership.objects.get()

        assert result.run.upload.name == "roster.csv"
        assert membership.history.get().history_change_reason == "From the yearly list"
        assert membership.history.get().change_set.run_id == str(result.run.pk)
        assert import_run_undo(run=result.run, reason="", actor=None, in_background=False).pk

    def test_a_user_imports_with_their_permissions(self) -> None:
        with pytest.raises(MissingPermission, match=r"transfers\.import_data"):
            MembersResource().import_data(members(GOOD), user=StaffFactory())

        assert not ImportRun.objects.exists()

    def test_a_keyword_for_hooks_is_refused(self) -> None:
        with pytest.raises(TypeError, match="season"):
            MembersResource().import_data(members(GOOD), season="spring")

    def test_a_plan_that_is_gone_is_told(self) -> None:
        from apps.transfers.engine import schema

        result = MembersResource().import_data(members(GOOD), dry_run=True)
        schema.drop(schema.Tables(result.run.pk).plan)

        with pytest.raises(DomainError, match="no longer stored"):
            list(result)


class TestRowByRow:
    @pytest.mark.parametrize(
        "call",
        [
            lambda resource: resource.import_row({}, None),
            lambda resource: resource.import_instance(None, {}),
            lambda resource: resource.save_instance(None, True, {}),
            lambda resource: resource.export_resource(None),
        ],
        ids=["import_row", "import_instance", "save_instance", "export_resource"],
    )
    def test_its_methods_name_ours(self, call: Callable[[Any], Any]) -> None:
        with pytest.raises(DomainError, match=r"import_data\(\) or export\(\)"):
            call(MembersResource())

    def test_headers_and_fields_are_told(self) -> None:
        resource = OrganizationsResource()

        assert resource.get_export_headers() == list(OrganizationsResource.columns())
        assert resource.get_queryset().model is Organization


class TestChecks:
    @pytest.fixture
    def declared(self) -> Callable[..., list[str]]:
        def messages(meta: dict[str, Any] | None = None, **attributes: Any) -> list[str]:
            parent: Any = OrganizationsResource
            options = type("Meta", (parent.Meta,), meta or {})
            made = type("Made", (parent,), {"Meta": options, **attributes})
            with DATASETS.changed(made, without=[OrganizationsResource.dataset()]):
                found = checks.run_checks(tags=["datasets"])
            return [error.msg for error in found if error.id == "transfers.E001"]

        return messages

    def test_our_datasets_override_nothing_in_vain(self) -> None:
        assert checks.run_checks(tags=["datasets"]) == []

    @pytest.mark.parametrize(
        ("name", "way"),
        [
            ("before_import_row", "Rule"),
            ("skip_row", "Rule"),
            ("after_save_instance", "Rule"),
            ("filter_export", "queryset"),
            ("dehydrate_name", "attribute"),
        ],
    )
    def test_a_hook_that_is_never_called_is_told(
        self, declared: Callable[..., list[str]], name: str, way: str
    ) -> None:
        (message,) = declared(**{name: lambda self, *args, **kwargs: None})

        assert f"{name}()" in message
        assert way in message

    @pytest.mark.parametrize(
        ("option", "value"),
        [("import_id_fields", ["slug"]), ("skip_unchanged", True), ("use_bulk", True)],
    )
    def test_an_option_that_is_not_read_is_told(
        self, declared: Callable[..., list[str]], option: str, value: Any
    ) -> None:
        (message,) = declared({option: value})

        assert f"Meta.{option}" in message

    def test_a_page_of_the_package_is_told(self) -> None:
        site = full_site()
        kept = site._registry[Organization]
        site._registry[Organization] = ImportExportModelAdmin(Organization, site)
        try:
            errors = checks.run_checks(tags=[checks.Tags.admin])
        finally:
            site._registry[Organization] = kept

        assert "add-a-dataset.md" in next(
            each.hint for each in errors if each.id == "transfers.E002"
        )

    def test_options_that_shape_the_result_are_honored(
        self, declared: Callable[..., list[str]], harbor: Organization
    ) -> None:
        assert declared({"skip_diff": True, "store_row_values": True}) == []

        class Brief(MembersResource):
            class Meta:
                skip_diff = store_row_values = True

        row: RowResult = Brief().import_data(members(GOOD), dry_run=True).rows[0]
        assert row.diff is None
        assert row.row_values["email"] == "ada@example.org"


def test_problems_without_a_column_are_problems_of_the_row(harbor: Organization) -> None:
    twice = members(GOOD, (*GOOD[:4], "viewer"))
    result = MembersResource().import_data(twice, dry_run=True)

    assert [row.number for row in result.invalid_rows] == [1, 2]
    for row in result.invalid_rows:
        assert set(row.error_dict) <= {*MembersResource.columns(), NON_FIELD_ERRORS}
