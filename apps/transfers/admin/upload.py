"""Uploads: the file, who uploaded it, and whether it is still stored. Nothing opens the file."""

from typing import Any

from django.contrib import admin
from django.template.defaultfilters import filesizeformat
from django.utils.safestring import SafeString
from unfold.decorators import display

from apps.core.admin.base import BaseAdmin
from apps.core.admin.display import GOOD, copyable, label, moment_column, record_link
from apps.core.admin.read_only import ReadOnly
from apps.transfers.models import Upload


@admin.register(Upload)
class UploadAdmin(ReadOnly, BaseAdmin):
    not_in_menu = "The page of an import links to its file."
    list_display = [
        "name",
        "size_label",
        "uploaded_by",
        "created_moment",
        "expires_moment",
        "state",
    ]
    list_select_related = ["user"]
    search_fields = ["name", "sha256", "user__email"]
    search_help_text = "File name, SHA-256, or person"
    ordering = ["-created_at"]
    fields = [
        "name",
        "size_label",
        "hash",
        "uploaded_by",
        "created_moment",
        "expires_moment",
        "state",
    ]
    readonly_fields = fields

    created_moment = moment_column("created_at", description="uploaded")
    expires_moment = moment_column("expires_at", description="deleted after")

    @display(description="size", ordering="size")
    def size_label(self, upload: Upload) -> str:
        return filesizeformat(upload.size)

    @display(description="by", ordering="user")
    def uploaded_by(self, upload: Upload) -> str:
        return record_link(upload.user)

    @display(description="SHA-256")
    def hash(self, upload: Upload) -> Any:
        return copyable(upload.sha256)

    @display(description="state")
    def state(self, upload: Upload) -> SafeString:
        return label("file deleted") if upload.is_gone else label("file here", GOOD)
