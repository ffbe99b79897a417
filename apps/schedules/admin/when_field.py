"""The field "When" of a schedule: a sentence, its time zone, and the next runs below it."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_celery_beat.models import PeriodicTask
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.core.actors import require
from apps.core.admin.page_parameters import takes
from apps.schedules.selectors import upcoming
from apps.schedules.timing import unsaved
from apps.schedules.when import EXAMPLES, parse
from apps.schedules.when_in_words import with_zone

_PREVIEW = reverse_lazy("admin:django_celery_beat_periodictask_when")
_REGION = "next-runs"
HELP = f"For example: {', '.join(EXAMPLES[:-1])}. Experts may write a crontab: {EXAMPLES[-1]}."


def zone_choices() -> list[tuple[str, str]]:
    named = (zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return [(zone, zone) for zone in ("UTC", *sorted(named))]


class WhenWidget(UnfoldAdminTextInputWidget):
    """A text input that shows the next runs below it, and again while somebody types.

    The form sets `preview`: what the page shows without JavaScript.
    """

    preview: SafeString | str = ""

    def __init__(self) -> None:
        super().__init__(
            attrs={
                "hx-get": _PREVIEW,
                "hx-trigger": "input changed delay:400ms",
                "hx-include": "[name='time_zone']",
                "hx-target": f"#{_REGION}",
                "autocomplete": "off",
            }
        )

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        return format_html(
            '{}<div id="{}" class="mt-2" aria-live="polite">{}</div>',
            super().render(*args, **kwargs),
            _REGION,
            self.preview,
        )


class ZoneWidget(UnfoldAdminSelectWidget):
    def __init__(self) -> None:
        super().__init__(
            attrs={
                "hx-get": _PREVIEW,
                "hx-trigger": "change",
                "hx-include": "[name='when']",
                "hx-target": f"#{_REGION}",
            }
        )


def next_runs(schedule: PeriodicTask) -> SafeString:
    """Show the next five runs of a schedule, or why there is none."""
    context: dict[str, Any] = {"is_stored": bool(schedule.pk), "enabled": schedule.enabled}
    try:
        context["runs"] = upcoming(schedule, timezone.now())
    except ValueError as error:
        context["problem"] = str(error)
    return SafeString(render_to_string("schedules/next_runs.html", context))


def preview(said: Mapping[str, Any], schedule: PeriodicTask | None = None) -> SafeString:
    """Show the next five runs of what was typed; nothing where nothing was typed."""
    sentence = str(said.get("when") or "").strip()
    if not sentence:
        return SafeString("")
    try:
        timing = parse(sentence, str(said.get("time_zone") or ""))
    except ValueError as error:
        return SafeString(
            render_to_string("schedules/next_runs.html", {"problem": str(error), "typed": True})
        )
    limits = {"start_time": schedule.start_time, "expires": schedule.expires} if schedule else {}
    typed = PeriodicTask(name="", enabled=True, **limits, **unsaved(timing))
    context = {"runs": upcoming(typed, timezone.now()), "sentence": with_zone(timing)}
    return SafeString(render_to_string("schedules/next_runs.html", context))


@takes("when", "time_zone")
def when_view(request: HttpRequest) -> HttpResponse:
    """Show the next runs of a sentence that somebody types."""
    require(request.user, "django_celery_beat.view_periodictask")
    said = {name: request.GET.get(name, "")[:300] for name in ("when", "time_zone")}
    return HttpResponse(preview(said))
