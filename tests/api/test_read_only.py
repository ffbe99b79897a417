"""Programs in read-only mode: they read, and a refused write tells them when to come again."""

import json

import pytest
from django.db import transaction
from django.test import RequestFactory

from apps.api.problems import problem_of
from apps.core.read_only import ReadOnlyError
from tests.factories.api import api_client, key_of, maker
from tests.factories.organizations import OrganizationFactory
from tests.flags.read_only_mode import WHY, turn

pytestmark = pytest.mark.django_db


def test_a_program_reads_on() -> None:
    _, key = key_of(maker())
    OrganizationFactory(name="Harbor")
    turn(True)

    answer = api_client(key).get("/api/v1/organizations/")

    assert answer.status_code == 200
    assert "Harbor" in answer.content.decode()


def test_a_refused_write_is_a_problem_that_passes() -> None:
    turn(True)
    with pytest.raises(ReadOnlyError) as refused, transaction.atomic():
        OrganizationFactory(name="Harbor")

    answer = problem_of(refused.value, RequestFactory().post("/api/v1/organizations/"))

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    body = json.loads(answer.content)
    assert body["code"] == "read_only"
    assert WHY in body["detail"]
