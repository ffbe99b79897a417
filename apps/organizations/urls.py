"""The public pages of an invitation: the only ones that nobody has to sign in for."""

from django.urls import path

from apps.organizations.views import InvitationAcceptedView, InvitationView

urlpatterns = [
    # Before the token's address, which no word this short can be.
    path("accepted/", InvitationAcceptedView.as_view(), name="invitation_accepted"),
    path("<str:token>/", InvitationView.as_view(), name="invitation"),
]
