"""The admin of users and requests. Leads the admin's own sign-in to the account pages."""

# The models that are unregistered below must be registered first, whichever module imports this:
# a worker has no pages.
import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

from apps.accounts.views.admin_site import redirect_to_account

redirect_to_account(admin.site)

# Their stock pages would show the secrets of factors, and let a form create a factor or a
# provider.
for model in (EmailAddress, Authenticator, UserSession, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)
