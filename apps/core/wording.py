"""Words about numbers of records, and lists inside of a sentence."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Model, QuerySet


def counted(number: int, model: type[Model]) -> str:
    """Return "1 project" or "12,300 projects"."""
    opts = model._meta
    noun = str(opts.verbose_name if number == 1 else opts.verbose_name_plural)
    # Third parties write "Flag" where Django's convention is "flag"; an "ID" stays one.
    noun = noun if noun[1:2].isupper() else noun[:1].lower() + noun[1:]
    return f"{intcomma(number)} {noun}"


def plural(number: int, noun: str, many: str = "") -> str:
    """Return "1 task" or "12,300 tasks" for a noun that is no model's."""
    return f"{number:,} {noun if number == 1 else many or f'{noun}s'}"


def menu_title(model: type[Model]) -> str:
    """Return what the menu calls the list of a model, "" where it does not name it."""
    for _, entries in settings.NAVIGATION:
        for entry in entries:
            if entry.get("model", "").lower() == model._meta.label_lower and "url" not in entry:
                return str(entry["title"])
    return ""


def listed(words: Iterable[str], *, most: int | None = None) -> str:
    """Return "a, b, and c"; with more than one beyond `most`, "a, b, c, and 4 more"."""
    words = list(words) or [""]
    if most is not None and len(words) > most + 1:
        words = [*words[:most], f"{len(words) - most:,} more"]
    *before, last = words
    if len(before) < 2:
        return " and ".join([*before, last])
    return f"{', '.join(before)}, and {last}"


def belongings(counts: Mapping[type[Model], int], model: type[Model]) -> str:
    """Return "3 projects and 1 membership": what goes with the records of `model`, or nothing."""
    return listed(
        counted(number, other)
        for other, number in counts.items()
        if number and other._meta.concrete_model is not model._meta.concrete_model
    )


def belongings_sentence(
    words: str, counts: Mapping[type[Model], int], model: type[Model]
) -> list[str]:
    """Return "Also deleted: 3 projects." in a list, which is empty if nothing goes along."""
    others = belongings(counts, model)
    return [f"{words}: {others}."] if others else []


def names(records: QuerySet, limit: int = 3) -> str:
    """Return the names of the first records of a queryset."""
    return listed(str(record) for record in records[:limit])
