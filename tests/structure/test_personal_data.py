"""Nobody without the permission reads an address or a number, on whatever page, file or by asking."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import Error, models, transaction
from django.test import Client
from django.urls import NoReverseMatch, reverse

from apps.accounts.models import Disclosure, User
from apps.accounts.personal_text import masked_html
from apps.audit.context import audit_context
from apps.audit.events import record_event
from apps.audit.models import ChangeSet
from apps.core.discovery import full_site
from apps.core.personal_patterns import masked_in
from apps.core.queued_mails import mail_send
from apps.organizations.models import Invitation, Membership, Role
from apps.transfers.models import ImportRun, Upload
from tests.factories.accounts import (
    ApprovalRequestFactory,
    StaffFactory,
    UserFactory,
    prove_factor,
)
from tests.factories.organizations import InvitationFactory, MembershipFactory, OrganizationFactory
from tests.structure.samples import has_sample, sample
from tests.transfers.engine import Importer

NAMELESS, NAMED, INVITED, OLD = "zzanon", "zzida", "zzinvited", "zzold"
PHONE, REFUSED_PHONE = "+49 40 7654321", "+49 40 1234567"
SECRETS = [NAMELESS, NAMED, INVITED, OLD, "zzrefused", "7654321", "1234567"]
# Typed by the reader, and so shown back: in the search box, in a title.
TYPED = re.compile(r"<input[^>]*>|<textarea.*?</textarea>|href=\"[^\"]*\"|action=\"[^\"]*\"", re.S)

# What a form holds to be edited, and where a link leads.
EDITED = re.compile(r"<input[^>]*>|<textarea.*?</textarea>", re.S)

pytestmark = pytest.mark.django_db


def reader(*also: str) -> User:
    """Somebody who may look at everything and take everything away, but for personal data."""
    user = StaffFactory(first_name="Rita", last_name="Reader", may=also)
    user.user_permissions.add(
        *Permission.objects.filter(codename__startswith="view_"),
        *Permission.objects.filter(
            codename__in=["export_data", "export_auditlog", "import_data", "undo_import"]
        ),
    )
    if "accounts.view_personal_data" not in also:
        user.user_permissions.remove(Permission.objects.get(codename="view_personal_data"))
    return User.objects.get(pk=user.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return prove_factor(client)


@pytest.fixture
def people(tmp_path: Any) -> dict[str, Any]:
    """People in every place where one can stand, with addresses that nothing else looks like."""
    with audit_context(actor="command seed", reason=f"For {OLD}@secret.example."):
        person = UserFactory(email=f"{OLD}@secret.example", first_name="Ida", last_name="Berg")
    person.email, person.phone = f"{NAMED}@secret.example", PHONE
    person.save()
    nameless = UserFactory(
        email=f"{NAMELESS}@secret.example", first_name="", last_name="", is_staff=True
    )
    organization = OrganizationFactory(external_id="C-9", owner=nameless)
    MembershipFactory(user=nameless, organization=organization, role=Role.OWNER)
    membership = MembershipFactory(user=person, organization=organization)
    with audit_context(actor=nameless, reason="Said it", source="form"):
        invitation = InvitationFactory(
            email=f"{INVITED}@secret.example", organization=organization, invited_by=nameless
        )
        change_set = invitation.history.get().change_set
    record_event("sign_in_failed", username=f"{NAMED}@secret.example")
    record_event("refused", path=f"/admin/?q={NAMED}@secret.example", method="GET")
    run = Importer(tmp_path).rows(
        "members",
        [
            ["E-mail", "First name", "Phone", "Organization", "Role"],
            [f"{NAMED}@secret.example", "Ida", PHONE, "C-9", "admin"],
            ["zzrefused@secret.example", "Ida", REFUSED_PHONE, "nowhere", "admin"],
        ],
    )
    return {
        "person": person,
        "nameless": nameless,
        "organization": organization,
        "membership": membership,
        "invitation": invitation,
        "run": run.record,
        "change_set": change_set,
    }


def addresses(people: dict[str, Any]) -> Iterator[str]:
    for model in full_site()._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        record: Any = model._default_manager.first()
        if record is None and has_sample(model):
            record = sample(model)
        if record is None:
            continue
        records = [record, *(each for each in people.values() if isinstance(each, model))]
        for each in records:
            for page in ("change", "history", "delete"):
                yield reverse(f"{name}_{page}", args=[each.pk])
            for pattern in full_site()._registry[model].get_urls():
                try:
                    arguments = [each.pk for _ in pattern.pattern.converters]
                    if getattr(pattern, "name", None):
                        yield reverse(f"admin:{pattern.name}", args=arguments)
                except NoReverseMatch:
                    continue
    run = reverse("admin:transfers_importrun_change", args=[people["run"].pk])
    for tab in ("result", "rows", "mapping", "log", "undo"):
        yield f"{run}?tab={tab}"
    yield reverse("admin:index")
    for term in (NAMED, f"{NAMED}@secret.example", "Ida", NAMELESS, INVITED):
        yield f"/admin/search/?s={term}"
        for name in ("accounts_user", "organizations_membership", "organizations_invitation"):
            yield f"{reverse(f'admin:{name}_changelist')}?q={term}"
        yield f"{reverse('admin:audit_changeset_changelist')}?q={term}"
        yield (
            "/admin/autocomplete/?app_label=organizations&model_name=membership"
            f"&field_name=user&term={term}"
        )
    yield "/admin/autocomplete/?app_label=organizations&model_name=membership&field_name=user"
    user = ChangeSet._meta.app_label and "accounts.user"
    yield reverse("admin:audit_changeset_record", args=[user, people["person"].pk])


def test_no_page_shows_an_address_or_a_number(people: dict[str, Any]) -> None:
    client = client_of(reader())
    seen = leaks = 0
    found: dict[str, set[str]] = {}
    for address in dict.fromkeys(addresses(people)):
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        seen += answer.status_code == 200
        text = TYPED.sub("", body.decode(errors="replace"))
        if "?q=" in address or "?s=" in address or "term=" in address:
            term = address.rpartition("=")[2]
            text = text.replace(term, "")
        leaked = {secret for secret in SECRETS if secret in text}
        if leaked:
            leaks += 1
            found[address] = leaked

    assert found == {}
    assert seen > 60
    assert not Disclosure.objects.filter(user__first_name="Rita").exists()


FREE = "for zzfree@secret.example, tel:+49\u00a040 9876543"
# Char fields that hold what somebody typed; the others hold keys, which the code looks up.
TYPED_FIELDS = {"name", "title", "first_name", "last_name", "description", "external_id", "note"}


def free_texts(record: Any) -> list[str]:
    """Return the fields of a record that hold what somebody typed, and that hold an address as well."""
    found = []
    for field in record._meta.concrete_fields:
        if not isinstance(field, models.TextField) and field.name not in TYPED_FIELDS:
            continue
        if field.choices or (field.max_length or len(FREE)) < len(FREE):
            continue
        try:
            with transaction.atomic():
                type(record)._base_manager.filter(pk=record.pk).update(**{field.name: FREE})
        except Error:
            continue
        found.append(field.name)
    return found


def free_pages() -> Iterator[str]:
    for model in full_site()._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for record in model._default_manager.all()[:2]:
            yield from (
                reverse(f"{name}_{page}", args=[record.pk]) for page in ("change", "history")
            )
            for pattern in full_site()._registry[model].get_urls():
                if getattr(pattern, "name", None) and len(pattern.pattern.converters) == 1:
                    yield reverse(f"admin:{pattern.name}", args=[record.pk])
            if model is ImportRun:
                page = reverse(f"{name}_change", args=[record.pk])
                yield from (
                    f"{page}?tab={tab}" for tab in ("result", "rows", "mapping", "log", "undo")
                )
    yield from (reverse("admin:index"), "/admin/search/?s=example")
    for model, name in (("organizations.membership", "organization"), ("projects.task", "project")):
        app_label, model_name = model.split(".")
        yield (
            f"/admin/autocomplete/?app_label={app_label}&model_name={model_name}&field_name={name}"
        )


def test_no_page_shows_an_address_that_stands_in_a_free_text(people: dict[str, Any]) -> None:
    for record in everything():
        free_texts(record)
    client = client_of(reader())
    leaks, shown = [], 0

    for page in dict.fromkeys(free_pages()):
        answer = client.get(page)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = EDITED.sub("", body.decode(errors="replace"))
        shown += "z…@secret.example" in text or "z\\u2026@secret.example" in text
        leaks += [page] if "zzfree" in text or "9876543" in text else []

    assert leaks == []
    assert shown > 10


@pytest.mark.parametrize("term", ["zzfree", "zzfree@secret.example", "9876543", "98765"])
def test_no_free_text_is_found_by_an_address_in_it(people: dict[str, Any], term: str) -> None:
    written = {type(record): free_texts(record) for record in everything()}
    client = client_of(reader())
    assert len([fields for fields in written.values() if fields]) > 10

    found = []
    for model, model_admin in full_site()._registry.items():
        if not model_admin.search_fields:
            continue
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = client.get(url, {"q": term})
        assert page.status_code == 200
        if list(page.context["cl"].queryset):
            found.append(url)
    log = reverse("admin:audit_changeset_changelist")
    lines = (
        term,
        f"reason:{term}",
        f"object:{term}",
        f"before:{term}",
        f"after:{term}",
        f"actor:{term}",
    )
    for line in lines:
        if 'qd-entry"' in client.get(log, {"q": line}).content.decode():
            found.append(line)
    palette = client.get("/admin/search/", {"s": term}).content.decode()
    records = [record for record in everything() if hasattr(record, "pk")]

    assert found == []
    assert not [record for record in records if f"/{record.pk}/change/" in palette]


def test_the_rest_of_a_free_text_is_found(people: dict[str, Any]) -> None:
    organization = people["organization"]
    organization.name = "Harbor office for zzfree@secret.example"
    organization.save()
    client = client_of(reader())
    url = reverse("admin:organizations_organization_changelist")

    assert list(client.get(url, {"q": "harbor off"}).context["cl"].queryset) == [organization]
    log = client.get(reverse("admin:audit_changeset_changelist"), {"q": "after:harbor"})
    assert 'qd-entry"' in log.content.decode()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ask maria.o'connor@x.example.", "ask m…@x.example."),
        ("said 'ann@x.example'", "said 'a…@x.example'"),
        ('"ann lee"@x.example', '"a…@x.example'),
        ("ann@[10.0.0.1]", "a…@[10.0.0.1]"),
        ("/admin/?q=ann%40x.example&p=2", "/admin/?q=a…%40x.example&p=2"),
        ("ann\uff20x.example", "a…\uff20x.example"),
        ("tel:+491701234567", "tel:+…"),
        ("Mobile+49 170 1234567, now", "Mobile+…, now"),
        ("+49\u00a0(0)\u2011170/123\u2013456", "+…"),
        ("0049 170 1234567", "+…"),
        ("(030) 1234567 or 0170/1234567", "+… or +…"),
        ("212-555-0123, (212) 555-0123", "+…, +…"),
    ],
)
def test_an_address_or_number_is_masked_however_it_is_written(text: str, read: str) -> None:
    assert masked_in(text) == read
    assert html.unescape(masked_html(f"<p>{html.escape(text)}</p>", own=[])) == f"<p>{read}</p>"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 10:00:00+01:00",
        "2026-11-22T10:00:00+0200",
        "+120,204 rows, 1,234,567 of 2,000,000",
        "row 0042 of 12345, run 20261122",
        "H-0170-123456, INV-2026-0001234, 0000123456",
        "01a2025b-606e-7503-9c7e-0123-456789012345",
        "8.8.8.8, 192.168.100.200:8000, 1.2.3",
        "C++ @ 50 %, 100 %",
        "01/02/2026 - 03/04/2026",
    ],
)
def test_dates_numbers_and_keys_are_not_masked(text: str) -> None:
    assert masked_in(text) == text


def test_a_long_text_is_masked_in_a_moment() -> None:
    text = "a" * 300_000 + " @ +" + "1 +" * 50_000 + "(" * 50_000
    assert "a…" not in masked_in(text)


def everything() -> list[Any]:
    """Return records of all that the admin shows, but for permissions, whose names the code asks for."""
    found = list(Upload.objects.all())
    for model in full_site()._registry:
        record: Any = model._default_manager.first()
        if record is None and has_sample(model):
            record = sample(model)
        if record is not None and model is not Permission:
            found.append(record)
    return found


def test_a_page_is_masked_in_what_is_read_alone() -> None:
    page = (
        '<script>"a@b.example"</script><input value="a@b.example" placeholder="a@b.example">'
        "<textarea>a@b.example</textarea><a href=\"?q=a@b.example\" data-who='a@b.example'>b</a>"
        '<td title="by o&#x27;a@b.example">a@b.example &lt;+49 40 1234567&gt; me@b.example &amp;</td>'
    )

    assert masked_html(page, own=["me@b.example", ""]) == (
        '<script>"a@b.example"</script><input value="a@b.example" placeholder="a…@b.example">'
        "<textarea>a@b.example</textarea><a href=\"?q=a@b.example\" data-who='a…@b.example'>b</a>"
        '<td title="by o…@b.example">a…@b.example &lt;+…&gt; me@b.example &amp;</td>'
    )


@pytest.mark.parametrize("term", [NAMED, f"{NAMED}@secret.example", "zzi"])
def test_nobody_is_found_by_an_address_that_one_may_not_read(
    people: dict[str, Any], term: str
) -> None:
    client = client_of(reader())
    person = people["person"]

    listed = client.get(reverse("admin:accounts_user_changelist"), {"q": term})
    memberships = client.get(reverse("admin:organizations_membership_changelist"), {"q": term})
    invited = client.get(reverse("admin:organizations_invitation_changelist"), {"q": INVITED})
    palette = client.get("/admin/search/", {"s": term}).content.decode()
    choices = client.get(
        "/admin/autocomplete/",
        {
            "app_label": "organizations",
            "model_name": "membership",
            "field_name": "user",
            "term": term,
        },
    ).json()
    log = client.get(reverse("admin:audit_changeset_changelist"), {"q": term}).content.decode()

    assert list(listed.context["cl"].queryset) == []
    assert list(memberships.context["cl"].queryset) == []
    assert list(invited.context["cl"].queryset) == []
    assert str(person.pk) not in palette
    assert choices.get("results", []) == []
    assert 'qd-entry"' not in log


def test_by_the_name_everybody_is_found(people: dict[str, Any]) -> None:
    client = client_of(reader())

    listed = client.get(reverse("admin:accounts_user_changelist"), {"q": "ida ber"})
    memberships = client.get(reverse("admin:organizations_membership_changelist"), {"q": "berg"})

    assert list(listed.context["cl"].queryset) == [people["person"]]
    assert list(memberships.context["cl"].queryset) == [people["membership"]]


@pytest.mark.parametrize(
    ("name", "lookup"),
    [
        ("accounts_user", "email"),
        ("accounts_user", "email__startswith"),
        ("accounts_user", "phone__contains"),
        ("organizations_membership", "user__email"),
        ("organizations_invitation", "email__startswith"),
        ("organizations_organization", "owner__email__startswith"),
        ("projects_task", "assignee__phone__contains"),
    ],
)
def test_a_filter_in_the_address_tells_nothing(
    people: dict[str, Any], name: str, lookup: str
) -> None:
    answer = client_of(reader()).get(reverse(f"admin:{name}_changelist"), {lookup: "zz"})

    assert answer.status_code in (302, 400)


def test_an_export_leaves_personal_columns_out(people: dict[str, Any]) -> None:
    client = client_of(reader())
    url = reverse("admin:organizations_membership_export")

    page = client.get(url).content.decode()
    forged = client.post(url, {"fields_chosen": ["email", "role"], "format": "csv"})
    taken = client.post(url, {"fields_chosen": ["first_name", "role"], "format": "csv"})
    body = b"".join(taken.streaming_content).decode()

    assert "Left out: E-mail" in page
    assert forged.status_code == 400
    assert "Ida" in body
    assert not [secret for secret in SECRETS if secret in body]


def test_the_export_of_the_audit_log_is_masked(people: dict[str, Any]) -> None:
    answer = client_of(reader()).post(reverse("admin:audit_changeset_export"))

    body = b"".join(answer.streaming_content).decode()

    assert body.count("\n") > 10
    assert not [secret for secret in SECRETS if secret in body]


@pytest.mark.parametrize("term", [NAMED, "7654321", f"{OLD}@secret.example"])
def test_the_export_of_the_audit_log_finds_nobody_by_an_address(
    people: dict[str, Any], term: str
) -> None:
    url = reverse("admin:audit_changeset_export")
    for line in (term, f"reason:{term}", f"after:{term}", f"object:{term}"):
        body = b"".join(client_of(reader()).post(url, {"q": line}).streaming_content).decode()
        assert body.count("\n") == 1, line


def test_a_mail_about_a_request_holds_no_address_for_who_may_read_none(
    people: dict[str, Any], mailoutbox: Any
) -> None:
    asker = UserFactory(is_staff=True, first_name="Ada")
    request = ApprovalRequestFactory(requester=asker, reason=FREE, sentence=FREE)
    for person in (reader(), reader("accounts.view_personal_data")):
        keys = {"request": str(request.pk), "person": str(person.pk)}
        mail_send("request asked", f"{request.pk}:{person.pk}", **keys)

    masked, unmasked = (mail.body for mail in mailoutbox)
    assert "zzfree" not in masked
    assert "z…@secret.example" in masked
    assert "zzfree@secret.example" in unmasked


def test_what_is_cut_on_a_page_is_masked_before() -> None:
    templates = Path(settings.BASE_DIR, "templates").rglob("*.html")
    cuts = [
        (path.name, cut)
        for path in templates
        for cut in re.findall(r"{{[^}]*\|truncate[^}]*}}", path.read_text("utf-8"))
    ]
    free = [
        cut for cut in cuts if "|readable|truncate" not in cut[1] and "upload.name" not in cut[1]
    ]
    assert len(cuts) > 10
    assert free == []


def test_the_refused_rows_are_not_given_out(people: dict[str, Any]) -> None:
    run = people["run"]
    answer = client_of(reader()).get(reverse("admin:transfers_importrun_refused", args=[run.pk]))

    assert answer.status_code == 403


class TestWhoMay:
    @pytest.fixture
    def client(self) -> Client:
        return client_of(reader("accounts.view_personal_data", "accounts.export_personal_data"))

    def looks(self) -> list[tuple[str, int]]:
        return list(Disclosure.objects.order_by("id").values_list("page", "people"))

    def test_a_list_is_written_down_once_with_its_number_of_people(
        self, client: Client, people: dict[str, Any]
    ) -> None:
        page = client.get(reverse("admin:accounts_user_changelist"))

        assert NAMED in page.content.decode()
        (look,) = Disclosure.objects.all()
        assert (look.page, look.people) == ("accounts_user_changelist", User.objects.count())
        assert look.user == page.wsgi_request.user
        assert look.request_id == page["X-Request-ID"]

    def test_a_record_a_history_and_a_search_are_written_down(
        self, client: Client, people: dict[str, Any]
    ) -> None:
        person = people["person"]
        client.get(reverse("admin:accounts_user_change", args=[person.pk]))
        client.get(reverse("admin:accounts_user_history", args=[person.pk]))
        client.get("/admin/search/", {"s": NAMED})

        assert self.looks()[:2] == [("accounts_user_change", 1), ("accounts_user_history", 1)]
        assert [people for _, people in self.looks()] == [1, 1, 1]

    def test_a_page_without_personal_data_leaves_nothing(
        self, client: Client, people: dict[str, Any]
    ) -> None:
        client.get(reverse("admin:projects_project_changelist"))

        assert self.looks() == []

    def test_an_export_asks_for_a_factor_and_is_written_down_with_its_rows(
        self, people: dict[str, Any]
    ) -> None:
        user = reader("accounts.view_personal_data", "accounts.export_personal_data")
        url = reverse("admin:organizations_membership_export")
        posted = {"fields_chosen": ["email", "role"], "format": "csv"}
        stale = Client()
        stale.force_login(user)

        assert stale.post(url, posted)["Location"].startswith(reverse("account_sudo"))

        body = b"".join(client_of(user).post(url, posted).streaming_content).decode()

        assert f"{NAMED}@secret.example" in body
        look = Disclosure.objects.get(page="export of members")
        assert look.people == Membership.objects.count()

    def test_auditors_read_who_saw_what(self, client: Client, people: dict[str, Any]) -> None:
        client.get(reverse("admin:accounts_user_changelist"))

        page = client.get(reverse("admin:accounts_disclosure_changelist")).content.decode()

        assert "Rita Reader" in page
        assert "People: list" in page


def test_an_invitation_is_called_by_a_masked_address(people: dict[str, Any]) -> None:
    invitation = Invitation.objects.get(pk=people["invitation"].pk)

    assert str(invitation).startswith("z…@secret.example")
    assert str(people["nameless"]) == "z…@secret.example"


def test_an_address_that_ends_like_the_readers_own_is_masked() -> None:
    page = "<p>me@b.example, ime@b.example, me@b.example.org, me@b.example.</p>"

    assert masked_html(page, own=["me@b.example"]) == (
        "<p>me@b.example, i…@b.example, m…@b.example.org, me@b.example.</p>"
    )
