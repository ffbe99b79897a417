"""Yes or no to "may this person …?", with what gives it or what stands in the way, and who can help."""

import re
from dataclasses import dataclass, field

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
from apps.core.admin.wording import listed
from apps.core.gates import closure_of, gate_before
from apps.core.scope import sees_everything

MOST_ANSWERS = 6
# What people say, and what the permissions' sentences say.
_SAME = {
    "edit": "change",
    "update": "change",
    "remove": "delete",
    "trash": "delete",
    "view": "see",
    "read": "see",
    "look": "see",
    "create": "add",
    "flag": "flags",
    "flip": "flip",
    "role": "roles",
    "scope": "organizations",
    "phone": "phone",
    "mail": "mail",
    "email": "e-mail",
    "members": "memberships",
    "member": "memberships",
    "seat": "memberships",
    "log": "audit",
    "history": "audit",
    "act": "act",
    "impersonate": "act",
    "roll": "undo",
    "rollback": "undo",
    "erase": "purge",
    "csv": "export",
    "download": "export",
    "upload": "import",
    "schedule": "run",
    "job": "task",
}
_NOISE = frozenset(
    [
        "can",
        "may",
        "could",
        "is",
        "are",
        "she",
        "he",
        "they",
        "i",
        "we",
        "you",
        "it",
        "this",
        "that",
        "a",
        "an",
        "the",
        "to",
        "of",
        "for",
        "do",
        "does",
        "why",
        "not",
        "cannot",
        "cant",
        "t",
        "allowed",
        "able",
        "person",
        "somebody",
        "someone",
        "my",
        "her",
        "his",
        "their",
        "in",
        "on",
        "at",
        "and",
        "or",
        "me",
    ]
)


@dataclass(frozen=True)
class Answer:
    """May the person do it: `because` says what gives it, `obstacles` what stands in the way."""

    right: Right
    is_yes: bool
    because: str
    obstacles: list[str] = field(default_factory=list)
    help: str = ""


def answer(person: User, code: str, *, given: dict[str, list[str]] | None = None) -> Answer:
    """Answer for one permission, with flag, approval and scope beside it."""
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
        return "None of this person's roles includes it."
    phrases = [name if name in (SUPERUSER, DIRECTLY) else f"the role {name}" for name in gives]
    return f"Given by {listed(phrases)}."


def answers(person: User, question: str) -> list[Answer]:
    """Answer a question in a person's own words: the permissions that it is most likely about."""
    given = held(person)
    return [answer(person, code, given=given) for code in matching(question)]


def matching(question: str) -> list[str]:
    """Return the permissions whose sentences share most with the question, the best first."""
    asked = _stems(question)
    if not asked:
        return []
    scored = [
        (len(asked & words), len(words), known.code)
        for known in rights().values()
        if (words := _stems(f"{known.words} {known.code.replace('_', ' ').replace('.', ' ')}"))
        & asked
    ]
    if not scored:
        return []
    most = max(score for score, _, _ in scored)
    best = sorted((length, code) for score, length, code in scored if score == most)
    return [code for _, code in best[:MOST_ANSWERS]]


def _stems(text: str) -> set[str]:
    """Return the words that mean something, each in one form."""
    words = re.findall(r"[a-z][a-z-]*", text.lower())
    return {_stem(_SAME.get(word, word)) for word in words if word not in _NOISE}


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word
