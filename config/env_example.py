"""Writes `.env.example`: `python -m config.env_example > .env.example`."""

import textwrap

from config.env import Environment


def example() -> str:
    """Return `.env.example`: every variable with its default, made from `Environment`."""
    lines = [
        "# Every variable that may be set, with its default; `python -m config.env_example` writes this list.",
        "# Copy it to .env and change what you need. The process's own environment wins over .env.",
    ]
    for name, field in Environment.model_fields.items():
        default = str(field.default).lower() if isinstance(field.default, bool) else field.default
        quoted = f'"{default}"' if " " in str(default) else default
        lines += ["", *textwrap.wrap(f"# {field.description}", 96, subsequent_indent="# ")]
        lines += [f"# {name.upper()}={quoted}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(example(), end="")  # noqa: T201
