"""Template loaders that leave out the indentation of HTML, once, when a template is compiled.

A fifth of a list's bytes were spaces at the beginnings of lines. The lines themselves stay, so that a comment in a
script ends where it did. Texts, such as e-mails, are loaded as they are.
"""

import re
from typing import Any

from django.template.loaders import app_directories, filesystem

_INDENTATION = re.compile(r"\n\s+")


class _Compact:
    def get_contents(self, origin: Any) -> str:
        text: str = super().get_contents(origin)  # type: ignore[misc]
        return compact(text) if str(origin.name).endswith(".html") else text


def compact(text: str) -> str:
    """Return HTML without the spaces at the beginnings of its lines, and without empty lines."""
    return text if "<pre" in text else _INDENTATION.sub("\n", text)


class FilesystemLoader(_Compact, filesystem.Loader):
    """Django's, for the folders that the settings name."""


class AppDirectoriesLoader(_Compact, app_directories.Loader):
    """Django's, for the folders of the apps."""
