"""Users by state."""

import factory
from factory.django import DjangoModelFactory

from apps.accounts.models import User


class UserFactory(DjangoModelFactory):
    """A member of organizations who has never signed in here."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = factory.Sequence(lambda n: f"Last{n}")
    password = "!"


class StaffFactory(UserFactory):
    """A user who may sign in to the back office, with no permission yet."""

    email = factory.Sequence(lambda n: f"staff{n}@quarterdeck.example")
    is_staff = True


class SuperuserFactory(StaffFactory):
    is_superuser = True
