"""Search by the beginnings of words, answered by a functional GIN index."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import (
    SearchQuery,
    SearchQueryCombinable,
    SearchQueryField,
    SearchVector,
    SearchVectorExact,
    SearchVectorField,
)
from django.db import connection, models
from django.db.models.expressions import Case, Func, Value, When
from django.db.models.functions import Cast
from django.db.models.lookups import Regex

from apps.core.estimates import conditions_of
from apps.core.personal import conceals, personal_fields
from apps.core.personal_patterns import PERSONAL_SQL, SIGNS_SQL

MOST_WORDS = 10
# PostgreSQL accepts a word of 2,046 bytes; nobody searches for one that long.
LONGEST_WORD = 200

COLLECTED, DIRECT, TESTED, IGNORED = ("collected", "direct", "tested", "ignored")
_how: ContextVar[str] = ContextVar("how a search is made", default=COLLECTED)
_BOOLEAN = models.BooleanField()


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
    forms = [Form(model, through, how).of_all(words) for how in (COLLECTED, DIRECT, TESTED)]
    found = Found(*(models.ExpressionWrapper(form, _BOOLEAN) for form in forms))
    found.model, found.words = model, tuple(words)
    return models.Q(found)


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


@dataclass(frozen=True)
class Form:
    """One of the forms of a search; see `Found`."""

    model: type[models.Model]
    through: Sequence[str]
    how: str

    def of_all(self, words: Sequence[str]) -> models.Q:
        if self.how != COLLECTED:
            return reduce(and_, [self.of(word) for word in words])
        direct = Form(self.model, self.through, DIRECT).of_all(words)
        return among("pk", self.model._base_manager.filter(direct))

    def of(self, word: str) -> models.Q:
        """Return the condition that some word of the record begins with `word`, or that it is its key."""
        condition = _key_is(word) | self._vector_matches(word)
        for name in self.through:
            condition |= self._related_matches(name, word)
        return condition

    def _vector_matches(self, word: str) -> models.Q:
        vector = search_vector(self.model)
        if vector is None:
            return models.Q()
        quoted = "'" + word.replace("\\", "\\\\").replace("'", "''") + "':*"
        query = SearchQuery(quoted, config="simple", search_type="raw")
        query |= LexemePrefix(Value(quoted.lower()))
        names = _names_in(vector)
        indexed: Any = Unindexed(vector) if self.how == TESTED else vector
        matches = models.Q(SearchVectorExact(indexed, query))
        if conceals():
            # The index finds candidates. What the reader may see must match as well.
            matches &= _matching_openly(self.model, names, query)
        return matches

    def _related_matches(self, name: str, word: str) -> models.Q:
        field: Any = self.model._meta.get_field(name)
        related = field.related_model
        # Not the default manager: the trash can be searched, too.
        rows = related._base_manager.all()
        inner = Form(related, related._default_manager.all().search_through, self.how)
        if self.how == DIRECT:
            return among(field.attname, rows.filter(inner.of(word)))
        key = {"pk": models.OuterRef(field.attname)}
        return models.Q(models.Exists(rows.filter(inner.of(word), **key)))


class Unindexed(Func):
    """A search vector that no index has, so that it is computed for the rows that are looked at."""

    template = "(%(expressions)s || ''::tsvector)"
    output_field = SearchVectorField()


class Found(Func):
    """The condition that a record matches a search, in the form that suits the statement.

    - collected: all matching keys first, by the index. Right for a word that few records have: PostgreSQL
      assumes that every prefix is common, and would test a million rows for a handful of matches.
    - direct: the same without an array of the keys, for a statement that wants all matches in no order.
    - tested: row by row, without the index. Right for the few rows that a page looks at, where a word is so
      frequent that these suffice.
    - ignored: every record matches, for an estimate of the other conditions.

    The form is the one of `searching` around the statement, and `collected` elsewhere.
    """

    output_field = models.BooleanField()
    conditional = True
    model: type[models.Model]
    words: tuple[str, ...]

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:  # type: ignore[override]
        if _how.get() == IGNORED:
            return "true", ()
        forms = dict(zip((COLLECTED, DIRECT, TESTED), self.get_source_expressions(), strict=True))
        sql, params = compiler.compile(forms[_how.get()])
        return f"({sql})", params


@contextmanager
def searching(how: str) -> Iterator[None]:
    """Use one form of all searches in the statements that are made here; see `Found`."""
    token = _how.set(how)
    try:
        yield
    finally:
        _how.reset(token)


def search_of(queryset: models.QuerySet[Any]) -> "Found | None":
    """Return the search by words among a queryset's conditions, if there is one."""
    return next(conditions_of(queryset, Found), None)


def share_of(search: "Found") -> float:
    """Return about which share of a model's records match a search: 0 for a word that is not common.

    The statistics of a search index list its thousand most common words.
    """
    words = [word.lower() for word in search.words]
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, [words, list(_indexes(search.model))])
        shares: dict[str, float] = dict.fromkeys(words, 0.0)
        for word, share in cursor.fetchall():
            # A membership is found by its person or by its organization.
            shares[word] = max(shares[word], min(share, 1.0))
    return min(shares.values())


_SHARES = """
    SELECT given.word, sum(common.share) FROM pg_stats
    CROSS JOIN unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common(word, share)
    JOIN unnest(%s::text[]) AS given(word) ON starts_with(common.word, given.word)
    WHERE schemaname = current_schema() AND tablename = ANY(%s) GROUP BY given.word, tablename
"""


def _indexes(model: type[models.Model]) -> Iterator[str]:
    """Yield the names of the search indexes whose words a search of `model` finds."""
    for index in model._meta.indexes:
        if isinstance(index, GinIndex) and index.expressions:
            yield index.name
    for name in model._default_manager.all().search_through:  # type: ignore[attr-defined]
        related: Any = model._meta.get_field(name).related_model
        yield from _indexes(related)


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
