"""The storage of the collected static files."""

from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Keeps the list of all files out of the folder that the web server gives to everybody.

    The list names each file of each package, and so what the project is made of, with its versions.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault(
            "manifest_storage", FileSystemStorage(location=settings.VAR_DIR / "static-manifest")
        )
        super().__init__(*args, **kwargs)

    def save_manifest(self) -> None:
        super().save_manifest()
        if self.exists(self.manifest_name):
            self.delete(self.manifest_name)
