"""The demo's staff: one invented person for each shipped role, and a second administrator."""

from django.contrib.auth.models import Group

from apps.accounts.models import User
from apps.core.errors import DomainError

PASSWORD = "quarterdeck"  # noqa: S105  # Printed at every start of the demo.

STAFF = {
    "Support": ("Samira", "Okafor"),
    "Staff": ("Tomasz", "Lindqvist"),
    "Operations": ("Olu", "Brennan"),
    "Analyst": ("Anneliese", "Müller"),
    "Auditor": ("Aoife", "O'Hara"),
    "Administrator": ("Ada", "Castellanos"),
    "Deputy": ("Dana", "Whitfield"),
}
# A second administrator: what needs two people can be tried in the demo.
_ROLE_OF = {"Deputy": "Administrator"}


def demo_email(role: str) -> str:
    return f"{role.lower()}@quarterdeck.example"


def seed_staff() -> int:
    """Create the demo users that are missing, with their roles; return how many."""
    created = 0
    for role, (first_name, last_name) in STAFF.items():
        name = _ROLE_OF.get(role, role)
        group = Group.objects.filter(name=name).first()
        if group is None:
            raise DomainError(f"There is no role {name}. Run manage.py load_reference first.")
        email = demo_email(role)
        if User.objects.filter(email=email).exists():
            continue
        user = User.objects.create_user(
            email,
            PASSWORD,
            first_name=first_name,
            last_name=last_name,
            is_staff=True,
            is_verified=True,
        )
        user.groups.add(group)
        created += 1
    return created
