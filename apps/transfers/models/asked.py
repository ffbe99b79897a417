"""Who asked for a job."""

from typing import Any

from apps.core.actors import in_the_name_of


class Asked:
    """A job with a `user`, and a `real_user` where somebody acted as the user."""

    user: Any
    real_user: Any

    @property
    def asked_by(self) -> str:
        """Both names, as the audit log has them; no user stands for a command."""
        if self.user is None:
            return "the command line"
        return in_the_name_of(self.user, self.real_user)
