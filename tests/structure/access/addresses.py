"""An address for each entry, with records that are really there."""

from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import EmailChange
from apps.core.discovery import full_site
from apps.organizations.services.invitations import digest, new_token
from tests.factories.accounts import UserFactory
from tests.factories.organizations import InvitationFactory
from tests.structure.access.entries import Entry
from tests.structure.samples import sample


class Records:
    """One sample of each model, made when an entry first needs it."""

    def __init__(self) -> None:
        self._made: dict[type[Model], Any] = {}

    def of(self, model: type[Model]) -> Any:
        if model not in self._made:
            self._made[model] = sample(model)
        return self._made[model]

    @cached_property
    def invitation_token(self) -> str:
        token = new_token()
        InvitationFactory(token_digest=digest(token))
        return token

    @cached_property
    def email_change_token(self) -> str:
        token = new_token()
        person: Any = UserFactory()
        EmailChange.objects.create(
            user=person,
            old_email=person.email,
            new_email="somebody.else@example.org",
            reason="Asked for by the customer.",
            token_digest=digest(token),
            expires_at=timezone.now() + timedelta(hours=1),
            requested_by=person,
        )
        return token


def address(entry: Entry, records: Records) -> str:
    """Return the entry's address; one with a new kind of argument fails here, and says so."""
    arguments = {}
    for name in entry.converters:
        make = OWN.get(f"{entry.url_name} {name}") or ARGUMENTS.get(name)
        assert make, (
            f"The address {entry.route} takes “{name}”, for which nobody has said what to give: "
            f"add it to ARGUMENTS in {__name__}."
        )
        arguments[name] = make(entry, records)
    if entry.name in PLAIN:
        return PLAIN[entry.name]
    if entry.url_name == entry.route:
        return "/" + _filled(entry, arguments) + QUERIES.get(entry.name, "")
    return reverse(f"{entry.namespace}{entry.url_name}", kwargs=arguments) + QUERIES.get(
        entry.name, ""
    )


def _filled(entry: Entry, arguments: dict[str, Any]) -> str:
    route = entry.route
    for name, converter in entry.converters.items():
        route = route.replace(_word(name, converter), str(arguments[name]))
    return route


def _word(name: str, converter: Any) -> str:
    kind = type(converter).__name__.removesuffix("Converter").lower()
    return f"<{ {'string': 'str'}.get(kind, kind) }:{name}>"


def model_of(entry: Entry) -> type[Model]:
    """Return the model whose record's key stands in the entry's address."""
    parts = entry.route.split("/")
    for model in full_site()._registry:
        if parts[1:3] == [model._meta.app_label, model._meta.model_name]:
            return model
    raise AssertionError(f"{entry.route} belongs to no model: give its arguments in {__name__}.")


def _key(entry: Entry, records: Records) -> Any:
    return records.of(model_of(entry)).pk


def _position(entry: Entry, records: Records) -> int:
    record: Any = records.of(model_of(entry))
    history: Any = type(record)._meta.concrete_model.history
    return int(history.filter(**{record._meta.pk.name: record.pk}).latest().pk)


def _user(records: Records) -> Any:
    from apps.accounts.models import User

    return records.of(User)


# What stands in an address, by the name that its pattern gives it.
ARGUMENTS: dict[str, Callable[[Entry, Records], Any]] = {
    "object_id": _key,
    "run_id": _key,
    "merge_id": _key,
    "pk": _key,
    "position": _position,
    "dataset": lambda entry, records: "members",
    # Of the API, which knows no session and refuses before it looks.
    "slug": lambda entry, records: "harbor",
    "key": lambda entry, records: (
        "harbor" if entry.name == "api-organization" else "01890000-0000-7000-8000-000000000000"
    ),
}
# Where one name means different things: by the address's name and the argument's.
OWN: dict[str, Callable[[Entry, Records], Any]] = {
    "invitation token": lambda entry, records: records.invitation_token,
    "account_confirm_new_email token": lambda entry, records: records.email_change_token,
    "audit_changeset_record label": lambda entry, records: "accounts.user",
    "audit_changeset_record object_id": lambda entry, records: _user(records).pk,
    "reports_reportrun_report name": lambda entry, records: "weekly",
    "reports_reportrun_download name": lambda entry, records: "weekly",
    "reports_reportrun_download format": lambda entry, records: "csv",
    "reports_reportrun_subscription name": lambda entry, records: "weekly",
    "reports_reportrun_act name": lambda entry, records: "access-review",
    "reports_reportrun_act action": lambda entry, records: "confirm",
    "reports_reportrun_subscribe name": lambda entry, records: "weekly",
    # Forged: whose link it is, and what it does, is tried in tests/reports.
    "report_unsubscribe token": lambda entry, records: "forged",
    "report_mailed_file token": lambda entry, records: "forged",
    "transfers_importrun_template format": lambda entry, records: "csv",
    "view_on_site content_type_id": lambda entry, records: (
        ContentType.objects.get_for_model(type(_user(records))).pk
    ),
    # Nobody's, and forged: what belongs to a person is tried where signing in is tested.
    "account_session_end session_id": lambda entry, records: 1,
    "openid_connect_login provider_id": lambda entry, records: "nobody",
    "openid_connect_callback provider_id": lambda entry, records: "nobody",
    "mfa_edit_webauthn pk": lambda entry, records: 1,
    "mfa_remove_webauthn pk": lambda entry, records: 1,
    "access_person user_id": lambda entry, records: _user(records).pk,
    "access_why label": lambda entry, records: "organizations.organization",
    "avatar name": lambda entry, records: "nobody.png",
    "view_on_site object_id": lambda entry, records: _user(records).pk,
}
# Whose route is a regular expression.
PLAIN = {
    "admin/(?P<url>.*)$": "/admin/nowhere/",
    "app_list": "/admin/organizations/",
    "api-nowhere": "/api/nowhere/",
    "account_reset_password_from_key": "/account/password/reset/key/1-forged/",
}
_RECORDS = "?app_label=organizations&model_name=membership&field_name=organization"
# What must be asked to be answered.
QUERIES = {
    "admin/autocomplete/": _RECORDS,
    "autocomplete": _RECORDS,
    "search": "?s=organization",
}
