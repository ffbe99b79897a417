"""Who asked for a job."""

from typing import Any


class Asked:
    """A job with a `user`, and a `real_user` where somebody acted as the user."""

    user: Any
    real_user: Any

    @property
    def asked_by(self) -> str:
        """Both names, as the audit log has them; no user stands for a command."""
        if self.user is None:
            return "the command line"
        return f"{self.real_user} as {self.user}" if self.real_user else str(self.user)
