"""Search by the beginnings of words, answered by a functional GIN index."""

import uuid

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
from django.db.models.expressions import Func, Value

MOST_WORDS = 10


class LexemePrefix(SearchQueryCombinable, Func):  # type: ignore[misc]
    """A tsquery for lexemes that begin with the given text as it stands, past the parser.

    The parser keeps a whole e-mail address as one lexeme but takes half an address for two words;
    only the text as it stands finds `anna@exa`.
    """

    template = "%(expressions)s::tsquery"
    output_field = SearchQueryField()


def words_of(text: str) -> list[str]:
    """Return the words to look for; what holds no letter and no digit finds nothing and is left out."""
    words = text.replace("\x00", " ").split()
    return [word for word in words if any(map(str.isalnum, word))][:MOST_WORDS]


def matching(model: type[models.Model], word: str) -> models.Q:
    """Return the condition that some word of the record begins with `word`, or that it is its key."""
    quoted = "'" + word.replace("\\", "\\\\").replace("'", "''") + "':*"
    lowered = "'" + word.lower().replace("\\", "\\\\").replace("'", "''") + "':*"
    query = SearchQuery(quoted, config="simple", search_type="raw") | LexemePrefix(Value(lowered))
    condition = models.Q(SearchVectorExact(search_vector(model), query))
    try:
        return condition | models.Q(pk=uuid.UUID(word))
    except ValueError:
        return condition


def among(column: str, queryset: models.QuerySet) -> models.Q:
    """Return the condition `column = ANY(ARRAY(SELECT …))`, the keys of `queryset`.

    The array is made once and first. PostgreSQL takes every prefix for rather common; as a plain
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


def search_vector(model: type[models.Model]) -> SearchVector:
    """Return the very expression that the model's search index is made of."""
    # A proxy (the trash of a model) is searched through its own model's index.
    for index in model._meta.concrete_model._meta.indexes:  # type: ignore[union-attr]
        if isinstance(index, GinIndex) and index.expressions:
            expression = index.expressions[0]
            if isinstance(expression, SearchVector):
                return expression.copy()
    raise LookupError(f"{model._meta.label} declares no GinIndex over a SearchVector.")
