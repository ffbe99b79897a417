"""`FOUR_EYES`: what two people decide, as a list of words, some with a number.

    purge, roles, flags, import:50000, bulk:1000

`purge` deletes for good, `roles` gives a role that can give roles or decide requests, `flags` turns
a protected flag, `import:N` imports more than N rows or undoes such an import, `bulk:N` does
something to more than N records of a list at once. `off` leaves everything to one person.
"""

PLAIN = ("purge", "roles", "flags")
COUNTED = ("import", "bulk")
# Small enough to reach in the demo, but larger than the rosters that one agent imports alone.
DEMO = "purge, roles, flags, import:15000, bulk:25"


def parse(text: str) -> dict[str, int]:
    """Return each word with its number (0 where it has none); raise `ValueError` in words."""
    found: dict[str, int] = {}
    if text.strip().lower() in ("", "off"):
        return found
    for item in text.split(","):
        word, _, number = (part.strip() for part in item.partition(":"))
        if word in PLAIN and not number:
            found[word] = 0
        elif word in COUNTED and number.isdecimal():
            found[word] = int(number)
        elif word in COUNTED:
            raise ValueError(f"needs a number behind “{word}”, such as {word}:1000")
        else:
            known = ", ".join([*PLAIN, *(f"{each}:NUMBER" for each in COUNTED)])
            raise ValueError(f"must be “off” or a list of {known}, and not have “{item.strip()}”")
    return found
