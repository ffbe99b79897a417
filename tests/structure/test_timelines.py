"""Every record with a history has a page that tells it."""

from simple_history.admin import SimpleHistoryAdmin

from apps.audit.admin.timeline import TimelineMixin
from apps.audit.timeline.models import history_of
from apps.core.admin.base import BaseAdmin
from apps.core.discovery import full_site


def test_no_admin_here_inherits_the_stock_pages_and_each_audited_one_has_the_timeline() -> None:
    for model, model_admin in full_site()._registry.items():
        assert not isinstance(model_admin, SimpleHistoryAdmin), model
        if isinstance(model_admin, BaseAdmin) and history_of(model) is not None:
            assert isinstance(model_admin, TimelineMixin), (
                f"{type(model_admin).__name__} has TimelineMixin in front of its base."
            )
