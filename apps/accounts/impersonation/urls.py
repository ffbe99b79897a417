"""The one address of an impersonation that is no action on a person's page."""

from django.urls import path

from apps.accounts.impersonation.views import stop

urlpatterns = [path("stop/", stop, name="impersonation_stop")]
