"""Answers "can this person …?" with what allows or prevents it, and who can help."""

from dataclasses import dataclass, field

from django.db import connection

from apps.accounts.approvals.selectors import approvals_of
from apps.accounts.models import User
from apps.accounts.people_scope import scope_in_words
from apps.backoffice.access.permission_holders import (
    DIRECTLY,
    SUPERUSER,
    held,
    permission_givers,
    sources,
)
from apps.backoffice.access.permission_words import Right, right, rights
from apps.core.gates import closure_of, gate_before
from apps.core.scope import sees_everything
from apps.core.wording import listed

MOST_ANSWERS = 6

# PostgreSQL's English stemmer and stop words: "may they change organizations?" is "chang", "organ".
_MATCHING = """
    SELECT code
    FROM unnest(%s::text[], %s::text[]) AS known (code, words),
        LATERAL (SELECT tsvector_to_array(to_tsvector('english', words))) AS label (stems),
        LATERAL (
            SELECT count(*) FROM unnest(label.stems) AS stem
            WHERE stem = ANY (tsvector_to_array(to_tsvector('english', %s)))
        ) AS shared (number)
    WHERE shared.number > 0
    ORDER BY shared.number DESC, cardinality(label.stems), code
"""


@dataclass(frozen=True)
class Answer:
    """Whether the person can do it: `because` says what allows it, `obstacles` what prevents it."""

    right: Right
    is_yes: bool
    because: str
    obstacles: list[str] = field(default_factory=list)
    help: str = ""


def answer(person: User, code: str, *, given: dict[str, list[str]] | None = None) -> Answer:
    """Answer for one permission, including gates, approvals, and scope."""
    gives = sources(person, code, given)
    obstacles = []
    if not person.is_active:
        obstacles.append("The account is deactivated.")
    elif not person.is_staff:
        obstacles.append("People without a staff role can't sign in here.")
    gate = gate_before(code)
    closure = closure_of(gate, person) if gate else None
    if closure is not None:
        obstacles.append(closure.sentence)
    if gives:
        obstacles += [approval.sentence for approval in approvals_of(code, person)]
        if not sees_everything(person):
            obstacles.append(f"Only within {scope_in_words(person)}.")
    return Answer(
        right=right(code),
        is_yes=bool(gives) and closure is None,
        because=_because(gives),
        obstacles=obstacles,
        help="" if gives else permission_givers(code, to=person).sentence,
    )


def _because(gives: list[str]) -> str:
    if not gives:
        return "None of this person's roles includes this permission."
    phrases = [name if name in (SUPERUSER, DIRECTLY) else f"the role {name}" for name in gives]
    return f"Given by {listed(phrases)}."


def answers(person: User, question: str) -> list[Answer]:
    """Answer a question in free text, for the permissions that match it best."""
    given = held(person)
    return [answer(person, code, given=given) for code in matching(question)]


def matching(question: str) -> list[str]:
    """Return the permissions whose labels share the most words with the question, the shortest label first."""
    known = rights().values()
    with connection.cursor() as cursor:
        cursor.execute(
            _MATCHING, [[each.code for each in known], [each.words for each in known], question]
        )
        return [code for (code,) in cursor.fetchmany(MOST_ANSWERS)]
