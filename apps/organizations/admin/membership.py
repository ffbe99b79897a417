"""Seats: who is in which organization with what role."""

from django.contrib import admin

from apps.core.admin.base import BaseAdmin
from apps.organizations.models import Membership


@admin.register(Membership)
class MembershipAdmin(BaseAdmin):
    list_display = ["user", "organization", "role"]
    list_select_related = ["user", "organization"]
    search_fields = ["user__email", "organization__name"]
    autocomplete_fields = ["user", "organization"]
