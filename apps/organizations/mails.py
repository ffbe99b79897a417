"""The e-mail with an invitation's link, as text and as HTML."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from apps.organizations.models import Invitation


def invitation_mail(invitation: Invitation, token: str) -> EmailMultiAlternatives:
    """Return the e-mail. `token` is stored nowhere but in its link."""
    context = {
        "invitation": invitation,
        "organization": invitation.organization,
        "inviter": invitation.invited_by,
        "link": settings.SITE_URL.rstrip("/") + reverse("invitation", args=[token]),
    }
    # A line break in a name must not become a second header.
    name = " ".join(invitation.organization.name.split())
    mail = EmailMultiAlternatives(
        subject=f"Your invitation to {name}",
        body=render_to_string("organizations/mail/invitation.txt", context),
        to=[invitation.email],
    )
    mail.attach_alternative(
        render_to_string("organizations/mail/invitation.html", context), "text/html"
    )
    return mail
