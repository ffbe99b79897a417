"""Invitations."""

from django.contrib import admin

from apps.core.admin.base import BaseAdmin
from apps.organizations.models import Invitation


@admin.register(Invitation)
class InvitationAdmin(BaseAdmin):
    list_display = ["email", "organization", "role", "state"]
    list_select_related = ["organization"]
    search_fields = ["email", "organization__name"]
    autocomplete_fields = ["organization"]
