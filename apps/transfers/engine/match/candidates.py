"""Candidate records for a word of a relation column: those of this name, and similar ones.

Bounded: in a large table, only records whose name starts like the word are compared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from apps.core.actors import Actor
from apps.core.fields import fold_email
from apps.transfers.declarations import Relation
from apps.transfers.engine.cells.similarity import keys_of_most_like
from apps.transfers.word_keys import fold_word

SIMILAR = 70
_SHOWN = 5
_POOL = 20_000
_NARROWED = 2_000
_LONGEST_ID = 20


@dataclass(frozen=True)
class Candidate:
    """`value` finds the record in a file; `similarity` is 0 to 100, 100 for one of that very name."""

    value: str
    name: str
    ids: str
    similarity: int

    def __str__(self) -> str:
        message = f"{self.name} ({self.ids})" if self.ids else self.name
        return message if self.similarity == 100 else f"{message}, {self.similarity}% similar"


def records_of(relation: Relation, actor: Actor) -> QuerySet:
    """Return the live records that a relation may name, within the user's scope."""
    model: Any = apps.get_model(relation.model)
    queryset: QuerySet = model._default_manager.order_by("pk")
    for_actor = getattr(queryset, "for_actor", None)
    return for_actor(actor) if for_actor else queryset


def hits(relation: Relation, queryset: QuerySet, values: Iterable[str]) -> dict[str, set[Any]]:
    """Return the keys of the records that each value finds, as the plan would: the first field wins."""
    wanted = list(values)
    found: dict[str, set[Any]] = {value: set() for value in wanted}
    for field in relation.by:
        open_ = [value for value in wanted if not found[value]]
        # The database folds e-mail addresses; map the result back to the requested spelling.
        fold = fold_email if relation.is_folded(field) else str
        asked = {fold(value): value for value in open_}
        rows = queryset.filter(**{f"{field}__in": list(asked)}).values_list(field, "pk")
        for text, pk in rows[:_POOL]:
            found[asked[text]].add(pk)
    return found


class CandidateFinder:
    """Finds candidates in one queryset; reads a small table once."""

    def __init__(self, relation: Relation, queryset: QuerySet) -> None:
        self.relation = relation
        self.queryset = queryset
        self._pool: dict[Any, tuple[str, ...]] | None = None
        self._is_large = False

    def candidates(self, word: str) -> list[Candidate]:
        """Return the candidates of a word, most likely first."""
        exact = self._read(self._any("exact", word), _SHOWN)
        if len(exact) > 1:
            return [self._candidate(texts, 100) for texts in sorted(exact.values())]
        folded = _sorted(word)
        zeros = self._with_lost_zeros(word)
        best: dict[Any, int] = dict.fromkeys(zeros, 99)
        pool = {**self._pool_for(word), **zeros}
        for position in range(len(self.relation.by)):
            texts = {pk: _sorted(row[position]) for pk, row in pool.items() if row[position]}
            for pk, score in keys_of_most_like(folded, texts, least=SIMILAR, limit=_SHOWN):
                best[pk] = max(best.get(pk, 0), int(score))
        best_first = sorted(best, key=lambda pk: (-best[pk], pool[pk]))[:_SHOWN]
        return [self._candidate(pool[pk], best[pk]) for pk in best_first]

    def _with_lost_zeros(self, word: str) -> dict[Any, tuple[str, ...]]:
        """Return the records whose ID is this number with leading zeros, which spreadsheets remove."""
        if not (word.isascii() and word.isdigit()):
            return {}
        padded = [word.zfill(width) for width in range(len(word) + 1, _LONGEST_ID + 1)]
        condition = Q()
        for field in self.relation.by:
            condition |= Q(**{f"{field}__in": padded})
        return self._read(condition, _SHOWN) if padded else {}

    def _pool_for(self, word: str) -> Mapping[Any, tuple[str, ...]]:
        if self._pool is None:
            self._pool = self._read(Q(), _POOL + 1)
            self._is_large = len(self._pool) > _POOL
        if not self._is_large:
            return self._pool
        return self._read(self._any("istartswith", word[:3]), _NARROWED)

    def _any(self, lookup: str, word: str) -> Q:
        condition = Q()
        for field in self.relation.by:
            condition |= Q(**{f"{field}__{lookup}": word})
        return condition

    def _read(self, condition: Q, limit: int) -> dict[Any, tuple[str, ...]]:
        rows = self.queryset.filter(condition).values_list("pk", *self.relation.by)[:limit]
        return {pk: tuple(text or "" for text in texts) for pk, *texts in rows}

    def _candidate(self, texts: tuple[str, ...], similarity: int) -> Candidate:
        filled = [text for text in texts if text]
        name = texts[-1] or filled[0]
        ids = ", ".join(text for text in filled if text != name)
        return Candidate(value=filled[0], name=name, ids=ids, similarity=min(similarity, 100))


def _sorted(text: str) -> str:
    """Sort the words, so that "Finance, Harbor" and "Harbor Finance" are similar."""
    return " ".join(sorted(fold_word(text).split()))
