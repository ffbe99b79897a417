"""What stays writable in read-only mode, so that people can sign in and read."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from apps.accounts.models import ApprovalRequest, Disclosure, Impersonation, User
from apps.core.read_only import ANY_UPDATE, stays_writable

stays_writable(
    *(Session, UserSession),
    *("django_cache",),
    because="Sign-in writes sessions, and the cache counts its attempts.",
)
stays_writable(
    User,
    columns=("last_login",),
    because="Each sign-in is noted. A password can't be changed.",
)
stays_writable(
    Authenticator,
    columns=ANY_UPDATE,
    because="A second factor notes its use, and a recovery code works once.",
)
stays_writable(Disclosure, because="Reading personal data is recorded.")
stays_writable(
    Impersonation, because="Acting as somebody only to read must be recorded, and must end."
)
stays_writable(
    ApprovalRequest,
    because="Turning a protected switch off may need a second person. What else they approve is refused.",
)
