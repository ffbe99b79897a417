"""Registers the admin of users and requests, and leads the admin's own sign-in to the account pages."""

from django.contrib import admin

from apps.accounts.admin import approval, user
from apps.accounts.views.admin_doors import lead_to_the_account

__all__ = ["approval", "user"]

lead_to_the_account(admin.site)
