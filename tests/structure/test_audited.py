"""Every model of ours has a history, or stands here with the reason why it has none."""

import pytest
from django.apps import apps
from django.db import connection, models

from apps.audit.history import audited
from apps.audit.proof.trigger_checks import check_triggers

# What is itself a record of what happened, or is thrown away and made again.
EXEMPT: dict[str, str] = {
    "accounts.Disclosure": "says itself who saw whose data, where and when",
    "accounts.EmailChange": "says itself who asked for which address, why and how it ended",
    "accounts.Impersonation": "records who acted as which person, when, why and how it ended",
    "audit.ChangeSet": "the trail itself",
    "audit.Event": "the trail itself",
    "audit.Redaction": "the trail itself",
    "audit.Removal": "the trail itself",
    "audit.Seal": "the proof of the trail",
    "audit.SealBlock": "the proof of the trail",
    "audit.ColumnSet": "the proof of the trail",
    "audit.Verification": "the proof of the trail",
    "bulk.BulkRun": "says itself who changed what, when and why; its end is an event",
    "bulk.BulkItem": "what became of one record of a bulk action; the record has a history",
    "api.IdempotentRequest": "remembers for a day which record a request has written",
    "api.ServiceAccountUse": "a moment and a number that each request of the API writes over",
    "bulk.Merge": "says itself who merged what, when and why; its end is an event",
    "bulk.MergedRow": "what a merge did to one row; the row has a history",
    "core.QueuedMail": "says itself what became of an e-mail; decisions are events",
    "retention.TrashNotice": "remembers that people were told; the e-mail has a record",
    "schedules.TaskRun": "says itself what ran, when and how it ended",
    "schedules.SchedulerHeartbeat": "a moment that is overwritten every ten seconds",
    "schedules.SchedulerPause": "says itself who paused and resumed the schedules, when and why",
    "schedules.ShippedSchedule": "remembers names that the set-up has created",
    "flags.ChangePlan": "says itself who planned what, when, why and how it ended; both are events",
    "flags.PlannedChange": "says itself what became of it; the flag has a history",
    "reports.ClosedPeriod": "numbers of a time that is over, which never change",
    "reports.ClosedNumbers": "numbers of a time that is over, which never change",
    "reports.ReportRun": "says itself who asked for it, when and how it ended",
    "reports.ReportDelivery": "records what was sent to which person; decisions are events",
    "reports.ReportEdition": "is what was sent",
    "reports.ReportMailing": "says itself what became of a due time; its start by hand is an event",
    "transfers.ImportRun": "says itself who applied what; its start and end are events",
    "transfers.UndoRun": "says itself who undid what; its start and end are events",
    "transfers.ExportRun": "says itself who took what; its start is an event",
    "transfers.Upload": "a file on its way into an import, thrown away afterwards",
    "transfers.ImportTemplate": "one's own saved settings of a form",
    "transfers.ExportProfile": "one's own saved settings of a form",
}

# Decided by others, but by them it is decided who may do what.
OF_OTHERS = {"auth.Group", "auth.Group_permissions"}


def ours() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("apps.")
        and not model._meta.proxy
        and not model.__name__.startswith("Historical")
    ]


@pytest.mark.parametrize("model", ours(), ids=lambda model: model._meta.label)
def test_a_model_has_a_history_or_a_reason(model: type[models.Model]) -> None:
    is_audited = any(each.model is model for each in audited)

    assert is_audited != (model._meta.label in EXEMPT), (
        "Give the model `history = History()`, or a line in EXEMPT that says why it has none."
    )


def test_who_may_do_what_is_audited() -> None:
    assert {each.model._meta.label for each in audited} >= OF_OTHERS


def test_every_exemption_still_exists() -> None:
    assert set(EXEMPT) <= {model._meta.label for model in ours()}


@pytest.mark.django_db
def test_every_trigger_stands_in_the_database() -> None:
    assert list(check_triggers()) == []


@pytest.mark.django_db
def test_every_history_has_the_indexes_that_its_pages_read() -> None:
    for each in audited:
        table = each.history_model._meta.db_table
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, table).values()
        columns = [tuple(constraint["columns"]) for constraint in found if constraint["index"]]
        assert ("history_date",) in columns
        assert ("change_set_id",) in columns
        assert (each.model._meta.pk.column, "history_id") in columns
