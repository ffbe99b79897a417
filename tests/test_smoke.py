import pytest

from tests.factories.projects import TaskFactory


@pytest.mark.django_db
def test_the_domain_can_be_stored() -> None:
    task = TaskFactory()
    task.refresh_from_db()
    assert task.project.organization.slug
