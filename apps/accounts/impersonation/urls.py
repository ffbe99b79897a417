"""The one URL of an impersonation that is not an action on a person's page."""

from django.urls import path

from apps.accounts.impersonation.views import stop

urlpatterns = [path("stop/", stop, name="impersonation_stop")]
