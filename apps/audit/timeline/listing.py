"""Lists of names in a sentence."""


def listed(names: list[str]) -> str:
    """Return "a", "a and b", "a, b and c", "a, b, c and 4 more"."""
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
