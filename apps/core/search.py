"""Search by the beginnings of words, answered by a functional GIN index."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import (
    SearchQuery,
    SearchQueryCombinable,
    SearchQueryField,
    SearchVector,
    SearchVectorExact,
)
from django.db import models
from django.db.models.expressions import Case, Func, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Regex

from apps.core.personal import conceals, personal_fields
from apps.core.personal_patterns import PERSONAL_SQL, SIGNS_SQL

MOST_WORDS = 10
# PostgreSQL accepts a word of 2,046 bytes; nobody searches for one that long.
LONGEST_WORD = 200


class LexemePrefix(SearchQueryCombinable, Func):  # type: ignore[misc]
    """A tsquery for lexemes that begin with the given text, without the parser.

    The parser keeps a whole e-mail address as one lexeme but reads half an address as two words.
    Only the unparsed text finds `anna@exa`.
    """

    template = "%(expressions)s::tsquery"
    output_field = SearchQueryField()


def found_by(model: type[models.Model], text: str, through: Sequence[str] = ()) -> models.Q:
    """Return the condition for the records of `model` that match `text`; all of them for an empty
    text.

    The model's words are those of its functional GIN index over a `SearchVector`, if it has one,
    and those of the records that the foreign keys `through` point to.
    """
    words = words_of(text)
    if not words:
        return models.Q()
    found = model._base_manager.all()
    for word in words:
        found = found.filter(_matching(model, word, through))
    return among("pk", found)


def words_of(text: str) -> list[str]:
    """Return the words to search for; parts without a letter or digit find nothing and are left out."""
    words = text.replace("\x00", " ").split()
    found = [word[:LONGEST_WORD] for word in words if any(map(str.isalnum, word))]
    return found[:MOST_WORDS]


def among(column: str, queryset: models.QuerySet) -> models.Q:
    """Return the condition `column = ANY(ARRAY(SELECT …))`, the keys of `queryset`.

    The array is computed once, first. PostgreSQL assumes that every prefix is common: as a plain
    condition or an `IN`, next to an ORDER BY and a LIMIT, it would walk the ordering index and test
    a million rows for a handful of matches (ten seconds instead of ten milliseconds).
    """
    keys = ArraySubquery(queryset.order_by().values("pk"))
    return models.Q(
        models.Func(
            models.F(column),
            keys,
            template="%(expressions)s)",
            arg_joiner=" = ANY(",
            output_field=models.BooleanField(),
        )
    )


def search_vector(model: type[models.Model]) -> SearchVector | None:
    """Return the exact expression of the model's search index."""
    for index in model._meta.indexes:
        if isinstance(index, GinIndex) and index.expressions:
            expression = index.expressions[0]
            if isinstance(expression, SearchVector):
                return expression.copy()
    return None


def _matching(model: type[models.Model], word: str, through: Sequence[str]) -> models.Q:
    """Return the condition that some word of the record begins with `word`, or that it is its key."""
    condition = _key_is(word)
    vector = search_vector(model)
    if vector is not None:
        quoted = "'" + word.replace("\\", "\\\\").replace("'", "''") + "':*"
        query = SearchQuery(quoted, config="simple", search_type="raw")
        query |= LexemePrefix(Value(quoted.lower()))
        matches = models.Q(SearchVectorExact(vector, query))
        if conceals():
            # The index finds candidates. What the reader may see must match as well.
            matches &= _matching_openly(model, _names_in(vector), query)
        condition |= matches
    for name in through:
        field: Any = model._meta.get_field(name)
        related = field.related_model
        # Not the default manager: the trash can be searched, too.
        found = related._base_manager.filter(
            found_by(related, word, related._default_manager.all().search_through)
        )
        condition |= among(field.attname, found)
    return condition


def _matching_openly(model: type[models.Model], names: list[str], query: Any) -> models.Q:
    """Return the condition that a text that is not personal matches, without the addresses in it."""
    names = [name for name in names if name not in personal_fields(model)]
    if not names:
        return models.Q(pk__in=[])
    texts = [open_text(name) for name in names]
    return models.Q(SearchVectorExact(SearchVector(*texts, config="simple"), query))


def containing(
    queryset: models.QuerySet[Any], fields: Sequence[str], text: str
) -> models.QuerySet[Any]:
    """Return the records with a field that contains `text`, for models without a search index."""
    texts = {f"open_text_{place}": open_text(name) for place, name in enumerate(fields)}
    query = models.Q()
    for name in texts:
        query |= models.Q(**{f"{name}__icontains": text})
    return queryset.alias(**texts).filter(query)


def open_text(name: str) -> models.expressions.Combinable:
    """Return a field as text, without addresses and numbers if the reader may not search by them."""
    text = Cast(name, models.TextField())
    if not conceals():
        return text
    hidden = Func(text, Value(PERSONAL_SQL), Value(""), Value("g"), function="regexp_replace")
    return Case(
        When(Regex(text, SIGNS_SQL), then=hidden), default=text, output_field=models.TextField()
    )


def _names_in(vector: SearchVector) -> list[str]:
    found: list[Any] = [part for part in vector.flatten() if isinstance(part, models.F)]
    return [part.name for part in found]


def _key_is(word: str) -> models.Q:
    try:
        return models.Q(pk=uuid.UUID(word))
    except ValueError:
        return models.Q(pk__in=[])
