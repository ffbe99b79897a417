"""Every form of every admin: two tabs lose nothing, and what is typed is what is stored.

Goes over all registered admins and their inlines; a new admin, a new field and a new inline are in it
by themselves. A field whose values obey a rule of its own gets them in `VALUES`.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count, pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms.models import _get_foreign_key
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from apps.core.admin.editing.forms import VersionedModelForm
from apps.core.admin.editing.formsets import VersionedFormSet
from apps.core.discovery import full_site
from apps.organizations.models import Membership
from tests.factories.accounts import StaffFactory, SuperuserFactory, permission, prove_factor
from tests.factories.organizations import MembershipFactory
from tests.forms import opened
from tests.structure.access.payloads import payload
from tests.structure.samples import belonging, has_sample, sample

pytestmark = pytest.mark.django_db
MODELS = sorted(full_site()._registry, key=lambda model: model._meta.label)
_numbers = count(1)
# Values that follow a rule of their own, by model and field: each call another one.
VALUES: dict[str, dict[str, Any]] = {
    # An account is given what endpoints ask for, and nothing else.
    "api.ServiceAccount": {"permissions": lambda: [str(permission("projects.view_task").pk)]},
    "django_celery_beat.PeriodicTask": {
        "when": lambda: f"daily at 07:{next(_numbers) % 60:02}",
    },
    "flags.Flag": {
        "percent": lambda: f"{next(_numbers) % 99}.5",
        "owner": lambda: str(StaffFactory(may=["flags.view_flag"]).pk),
    },
    "flags.Switch": {"owner": lambda: str(StaffFactory(may=["flags.view_switch"]).pk)},
    "flags.Sample": {"percent": lambda: f"{next(_numbers) % 99}.5"},
    "reports.ReportSubscription": {
        "when": lambda: f"daily at 07:{next(_numbers) % 60:02}",
        "time_zone": lambda: ("UTC", "Europe/Berlin", "Asia/Tokyo")[next(_numbers) % 3],
    },
}
# Exactly one of these is given; another one beside it is refused, so they are not changed together.
EXCLUSIVE = {
    "django_celery_beat.PeriodicTask": {
        "task",
        "expires",
        "expire_seconds",
    }
}


@dataclass
class Tab:
    """One form that somebody has open."""

    client: Client
    url: str
    posted: dict[str, Any]

    def post(self, **changes: Any) -> Any:
        return self.client.post(self.url, {**self.posted, **_split(changes)})


def _client() -> Client:
    client = Client()
    client.force_login(SuperuserFactory())
    return prove_factor(client)


def _url(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def _tab(client: Client, record: Any) -> Tab:
    url = _url(record, "change", record.pk)
    return Tab(client, url, opened(client, url))


def _two_tabs(client: Client, record: Any) -> tuple[Tab, Tab, Any]:
    """Return two tabs opened at the same moment, which show the same, and the page that both show."""
    url = _url(record, "change", record.pk)
    page: Any = client.get(url)
    assert page.status_code == 200, url
    return Tab(client, url, payload(page)), Tab(client, url, payload(page)), page


def _form(client: Client, url: str) -> Any:
    page: Any = client.get(url)
    return page.context["adminform"].form if page.status_code == 200 else None


def _names(model: Any, form: Any) -> list[str]:
    """Return the fields of a form that can be changed each for itself."""
    left_out = EXCLUSIVE.get(model._meta.label, set())
    return [
        name
        for name, field in form.fields.items()
        if not field.disabled and name not in left_out and not isinstance(field, forms.FileField)
    ]


def _split(values: dict[str, Any]) -> dict[str, Any]:
    """Return what a browser posts: a date and its time are two inputs."""
    posted = {}
    for name, value in values.items():
        parts = enumerate(value) if isinstance(value, tuple) else ()
        posted.update({f"{name}_{index}": part for index, part in parts} or {name: value})
    return posted


def _another(model: Any, form: Any, name: str) -> Any:
    """Return a value of the field that it does not have, as a browser posts it."""
    field, number = form.fields[name], next(_numbers)
    now = form[name].initial
    own = VALUES.get(model._meta.label, {}).get(name)
    if own is not None:
        return next(value for value in iter(own, None) if field.has_changed(now, value))
    if isinstance(field, forms.ModelMultipleChoiceField):
        return [str(_other_record(field, now).pk)]
    if isinstance(field, forms.ModelChoiceField):
        return str(_other_record(field, now).pk)
    if isinstance(field, forms.BooleanField):
        return "" if now else "on"
    if isinstance(field, forms.ChoiceField):
        values = [str(value) for value, _ in field.choices if value not in ("", now)]
        return values[number % len(values)]
    if isinstance(field, forms.EmailField):
        return f"another{number}@example.org"
    if isinstance(field, forms.DecimalField | forms.IntegerField):
        return str(number % 90 + max(1, int(field.min_value or 1)))
    if isinstance(field, forms.SplitDateTimeField):
        return (timezone.localdate() + timedelta(days=number)).isoformat(), "10:30:00"
    if isinstance(field, forms.DateField):
        return (timezone.localdate() + timedelta(days=number)).isoformat()
    return f"another-{number}"


def _other_record(field: Any, now: Any) -> Any:
    if has_sample(field.queryset.model):
        return sample(field.queryset.model)
    return field.queryset.exclude(pk=now if not isinstance(now, list) else None).order_by("?")[0]


def _stored(client: Client, tab: Tab, name: str) -> Any:
    form = _form(client, tab.url)
    return form[name].initial


def _holds(form: Any, name: str, posted: Any) -> bool:
    """Tell whether the stored value of a field is what was posted."""
    field = form.fields[name]
    if isinstance(field, forms.BooleanField):
        return bool(form[name].initial) == bool(posted)
    posted = list(posted) if isinstance(posted, tuple) else posted
    return not field.has_changed(form[name].initial, posted)


def _editable(client: Client, model: Any) -> tuple[Any, Any, list[str]]:
    record = sample(model)
    page: Any = client.get(_url(model, "change", record.pk))
    if page.status_code != 200 or "adminform" not in page.context or not page.context["adminform"]:
        return record, None, []
    form = page.context["adminform"].form
    return record, form, _names(model, form)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_two_tabs_with_another_field_each_lose_nothing(model: Any) -> None:
    client = _client()
    record, form, names = _editable(client, model)
    for one, two in pairwise(names):
        first, second, page = _two_tabs(client, record)
        form = page.context["adminform"].form
        mine, theirs = _another(model, form, one), _another(model, form, two)

        answers = first.post(**{one: mine}), second.post(**{two: theirs})

        for answer in answers:
            assert answer.status_code == 302, (one, two, answer.context["errors"])
        now = _form(client, first.url)
        assert _has(now, one, mine), one
        assert _has(now, two, theirs), two


def _has(form: Any, name: str, posted: Any) -> bool:
    if isinstance(posted, list):
        held = {str(record.pk) for record in form[name].initial}
        return set(posted) <= held
    return _holds(form, name, posted)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_two_tabs_with_the_same_field_are_shown_the_conflict(model: Any) -> None:
    client = _client()
    record, form, names = _editable(client, model)
    for name in names:
        first, second, page = _two_tabs(client, record)
        form = page.context["adminform"].form
        if isinstance(form.fields[name], forms.BooleanField):
            continue  # It has one other value: two who change it agree.
        theirs, mine = _another(model, form, name), _another(model, form, name)
        if theirs == mine:
            continue  # So has this choice.
        answer = first.post(**{name: theirs})
        assert answer.status_code == 302, (name, answer.context["errors"])

        page = second.post(**{name: mine})

        if isinstance(form.fields[name], forms.ModelMultipleChoiceField):
            assert page.status_code == 302, (name, page.context["errors"])
            assert _has(_form(client, first.url), name, [*theirs, *mine]), name
            continue
        assert page.status_code == 409, name
        assert [conflict.name for conflict in page.context["conflicts"]] == [name]
        assert _has(_form(client, first.url), name, theirs), name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_what_is_typed_into_every_field_is_stored(model: Any) -> None:
    client = _client()
    record, form, names = _editable(client, model)
    if not names:
        return
    tab = _tab(client, record)
    values = {name: _another(model, form, name) for name in names}

    answer = tab.post(**values)

    assert answer.status_code == 302, answer.context["errors"]
    now = _form(client, tab.url)
    assert {name: value for name, value in values.items() if not _has(now, name, value)} == {}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_what_is_typed_into_every_field_of_a_new_record_is_stored(model: Any) -> None:
    client = _client()
    url = _url(model, "add") if _has_add_page(model) else ""
    form = _form(client, url) if url else None
    if form is None:
        return
    names = _names(model, form)
    before = set(model._base_manager.values_list("pk", flat=True))
    values = {name: _another(model, form, name) for name in names}
    if model._meta.label == "django_celery_beat.PeriodicTask":
        values["task"] = "apps.schedules.tasks.prune_task_runs"
    before = set(model._base_manager.values_list("pk", flat=True))

    answer = client.post(url, {**opened(client, url), **_split(values)})

    assert answer.status_code == 302, answer.context["errors"]
    made = model._base_manager.exclude(pk__in=before).get()
    page = _form(client, _url(model, "change", made.pk))
    lost = {
        name: value
        for name, value in values.items()
        if form.fields[name].has_changed(
            _value(made, name, page), list(value) if isinstance(value, tuple) else value
        )
    }
    assert lost == {}


def _value(record: Any, name: str, page: Any) -> Any:
    if name not in {field.name for field in record._meta.get_fields()}:
        # A field of the form alone.
        return page[name].initial
    return record._meta.get_field(name).value_from_object(record)


def _has_add_page(model: Any) -> bool:
    request = RequestFactory().get("/")
    request.user = SuperuserFactory()
    return bool(full_site()._registry[model].has_add_permission(request))


def _inlines() -> list[Any]:
    """Return every inline whose rows can be changed, with the model of its page."""
    request: Any = RequestFactory().get("/")
    request.user = SimpleNamespace(is_active=True, has_perm=lambda *_: True)
    return [
        (model, inline)
        for model in MODELS
        for inline in full_site()._registry[model].inlines
        if inline(model, full_site()).has_change_permission(request)
    ]


@pytest.mark.parametrize(
    ("model", "inline"), _inlines(), ids=lambda value: getattr(value, "__name__", str(value))
)
def test_rows_of_a_page_lose_nothing_either(model: Any, inline: Any) -> None:
    client = _client()
    record = sample(model)
    if inline.model is Membership:
        # The newest stands first; an organization's only owner could not change.
        MembershipFactory(organization=record)
    key = _get_foreign_key(model, inline.model, fk_name=inline.fk_name)
    if not inline.model._base_manager.filter(**{key.name: record}).exists():
        belonging(inline.model, **{key.name: record})
    tab, _, page = _two_tabs(client, record)
    formset = _formset(page, inline)
    row = formset.initial_forms[0]
    names = [
        name
        for name, field in row.fields.items()
        if not field.disabled and name not in ("DELETE", formset.fk.name, "id")
    ]
    values = {name: _another(inline.model, row, name) for name in names}

    answer = tab.post(**{f"{row.prefix}-{name}": value for name, value in values.items()})

    assert answer.status_code == 302, answer.context["errors"]
    now = _formset(client.get(tab.url), inline).initial_forms[0]
    assert {name: value for name, value in values.items() if not _holds(now, name, value)} == {}
    for one, two in pairwise(names):
        first, second, _ = _two_tabs(client, record)
        mine, theirs = _another(inline.model, now, one), _another(inline.model, now, two)
        assert first.post(**{f"{row.prefix}-{one}": mine}).status_code == 302
        assert second.post(**{f"{row.prefix}-{two}": theirs}).status_code == 302
        now = _formset(client.get(tab.url), inline).initial_forms[0]
        assert _holds(now, one, mine), one
        assert _holds(now, two, theirs), two
    for name in names:
        first, second, _ = _two_tabs(client, record)
        theirs, mine = _another(inline.model, now, name), _another(inline.model, now, name)
        if theirs == mine:
            continue
        assert first.post(**{f"{row.prefix}-{name}": theirs}).status_code == 302
        assert second.post(**{f"{row.prefix}-{name}": mine}).status_code == 409, name
        now = _formset(client.get(tab.url), inline).initial_forms[0]


def _formset(page: Any, inline: Any) -> Any:
    return next(
        each.formset
        for each in page.context["inline_admin_formsets"]
        if isinstance(each.opts, inline)
    )


@pytest.mark.parametrize(
    ("model", "inline"), _inlines(), ids=lambda value: getattr(value, "__name__", str(value))
)
def test_what_is_typed_into_a_new_row_is_stored(model: Any, inline: Any) -> None:
    client = _client()
    record = sample(model)
    tab, _, page = _two_tabs(client, record)
    formset = _formset(page, inline)
    index, row = formset.initial_form_count(), formset.empty_form
    names = [name for name in row.fields if name not in ("DELETE", formset.fk.name, "id")]
    values = {name: _another(inline.model, row, name) for name in names}
    before = set(inline.model._base_manager.values_list("pk", flat=True))

    answer = tab.post(
        **{f"{formset.prefix}-{index}-{name}": value for name, value in values.items()},
        **{f"{formset.prefix}-TOTAL_FORMS": index + 1},
    )

    assert answer.status_code == 302, answer.context["errors"]
    made = inline.model._base_manager.exclude(pk__in=before).get()
    lost = [
        name
        for name, value in values.items()
        if row.fields[name].has_changed(_value(made, name, row), value)
    ]
    assert lost == []


# These have a value to begin with, and yet ask for an answer of the moment: nothing that is stored
# is shown in them.
ANSWERS = {"InviteForm": {"role"}, "KeyForm": {"days", "overlap_hours"}, "PlanForm": {"zone"}}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_a_confirmation_that_shows_what_is_stored_says_that_it_edits_it(model: Any) -> None:
    model_admin = full_site()._registry[model]
    client = _client()
    for name in model_admin.actions_detail:
        if not hasattr(getattr(model_admin, str(name), None), "confirmation"):
            continue
        page: Any = client.get(_url(model, name, sample(model).pk))
        if page.status_code != 200:
            continue
        form = page.context["form"]
        shown = {name for name in form.fields if form[name].initial is not None}
        # A page that chooses another record first has a form of its own.
        known = getattr(form, "edits", set()) | ANSWERS.get(type(form).__name__, set())
        assert shown - known == set(), (name, type(form).__name__)


def test_every_form_and_formset_of_the_admin_is_compared() -> None:
    for model_admin in full_site()._registry.values():
        assert issubclass(model_admin.form, VersionedModelForm)
        for inline in model_admin.inlines:
            assert issubclass(inline.formset, VersionedFormSet)


def test_a_picture_is_kept_where_somebody_else_changes_the_name() -> None:
    from apps.accounts.models import User
    from tests.accounts.test_avatars import picture

    client = _client()
    person = sample(User)
    first, second, _ = _two_tabs(client, person)
    file = SimpleUploadedFile("face.png", picture("PNG"), "image/png")

    assert first.post(avatar=file).status_code == 302
    # What is stored is not checked again: a picture that is lost or damaged stops no other edit.
    person.refresh_from_db()
    Path(person.avatar.path).write_bytes(b"damaged")
    assert second.post(first_name="Ida").status_code == 302

    person.refresh_from_db()
    assert person.avatar
    assert person.first_name == "Ida"
