"""Takes away the pages that allauth registers: they show secrets, and plant factors for others.

One's own factors are kept on one's own account page; what staff may know of a colleague's stands on
the person's page.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin

for _model in (EmailAddress, Authenticator, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
