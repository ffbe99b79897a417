"""Unregisters allauth's pages: they show secrets, and could add factors for other people.

People manage their own factors on their account page; what staff may see of a colleague's is on the
person's page.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin

for _model in (EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
