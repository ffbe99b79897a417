"""The public pages of an invitation: the only ones without a sign-in."""

from django.urls import path

from apps.organizations.views import InvitationAcceptedView, InvitationView

urlpatterns = [
    # Before the token's URL: no token is this short.
    path("accepted/", InvitationAcceptedView.as_view(), name="invitation_accepted"),
    path("<str:token>/", InvitationView.as_view(), name="invitation"),
]
