"""Texts that other code made, such as an error or the output of a task, in a form that the database takes."""


def storable(text: str, *, most: int) -> str:
    """Return `text` without what PostgreSQL refuses, and with its middle left out if it is longer than `most`.

    PostgreSQL takes no null character and no half of a surrogate pair. The end is kept, because the last line of a
    traceback is its error.
    """
    if len(text) > most:
        half = most // 2
        left_out = f"\n… {len(text) - 2 * half:,} characters are left out here …\n"
        text = f"{text[:half]}{left_out}{text[-half:]}"
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
