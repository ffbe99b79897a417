"""What an address asks for, as the table writes it, and what it answers to each persona.

everyone                    also strangers
member                      everyone who is signed in
staff                       everyone who may sign in to the back office, whatever their permissions
app.codename                a named permission
a.x or a.y                  one of them is enough
a.x + b.y                   each is asked for, in this order ("or" binds more tightly)
owner                       the person who made the record; others who may view it are told whose it is (403)
nobody                      what may be done by nobody (403)
nothing                     there is nothing at this address (404)
-                           the method is not allowed (405)
"""

from collections.abc import Set
from dataclasses import dataclass

LOGIN = "login"
SUDO = "sudo"
OPEN = {"everyone", "member", "staff", SUDO}
REFUSALS = {"owner": "403", "nobody": "403", "nothing": "404", "-": "405"}


@dataclass(frozen=True)
class Persona:
    """Somebody at the entry. `permissions` is None for who may everything."""

    name: str
    permissions: Set[str] | None = frozenset()
    is_staff: bool = True
    is_signed_in: bool = True
    has_fresh_factor: bool = True

    def has(self, permission: str) -> bool:
        return self.permissions is None or permission in self.permissions


def outcome(asks: str, answer: str, persona: Persona) -> str:
    """Return the answer that `persona` must get at an entry that asks for `asks`."""
    conditions = asks.split(" + ")
    is_open = conditions[0] == "everyone" or (conditions[0] == "member" and persona.is_signed_in)
    if not is_open and not (persona.is_signed_in and persona.is_staff):
        return LOGIN
    for condition in conditions:
        if condition == SUDO and not persona.has_fresh_factor:
            return SUDO
        if condition in OPEN:
            continue
        if condition in REFUSALS:
            return REFUSALS[condition]
        words, _, refusal = condition.removesuffix(")").partition(" (")
        alternatives = words.split(" or ")
        if not any(map(persona.has, alternatives)):
            return refusal or "403"
    return answer
