"""What a page shows of a flag in use: where the code asks, which processes took up the last change, and what they answered."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from apps.core.admin.display import moment
from apps.flags.answers import Answers, answers_about
from apps.flags.asked_names import places
from apps.flags.models import Toggle
from apps.flags.processes import Process, uptake


class InUseMixin:
    @admin.display(description="asked at")
    def places_label(self, record: Toggle) -> SafeString | str:
        found = places().get((str(record._meta.model_name), record.name), [])
        if not found:
            return "No code asks for it."
        return format_html_join(
            mark_safe("<br>"), "<code class='qd-place'>{}</code>", ((place,) for place in found)
        )

    @admin.display(description="processes")
    def uptake_label(self, record: Toggle) -> SafeString:
        found = uptake()
        late = format_html_join(
            "",
            "<li>{}: {}</li>",
            ((each.label, _lateness(each)) for each in (*found.late, *found.silent)),
        )
        return format_html("{}{}", found.sentence, format_html("<ul>{}</ul>", late) if late else "")

    @admin.display(description="answers")
    def answers_label(self, record: Toggle) -> SafeString:
        found = answers_about(str(record._meta.model_name), record.name)
        last = ""
        if found.last_at is not None:
            last = format_html(
                " Last asked {} by a {} process.", moment(found.last_at), found.last_by
            )
        return format_html("{}{}{}", found.sentence, last, _by_hour(found))


def _lateness(process: Process) -> SafeString:
    if process.is_silent:
        return format_html("silent since {}", moment(process.seen_at))
    return format_html("answers from a version of {}", moment(process.since))


def _by_hour(found: Answers) -> SafeString | str:
    if not found.hours:
        return ""
    rows = format_html_join(
        "",
        "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
        (
            (f"{localtime(hour.start):%a %H:%M}", f"{hour.yes:,}", f"{hour.no:,}")
            for hour in found.hours
        ),
    )
    return format_html(
        '<details class="qd-by-hour"><summary>By hour</summary><table>'
        "<thead><tr><th>Hour</th><th>On</th><th>Off</th></tr></thead><tbody>{}</tbody></table></details>",
        rows,
    )
