"""E-mails that changes cause."""

import factory
from factory.django import DjangoModelFactory

from apps.core.models import QueuedMail


class QueuedMailFactory(DjangoModelFactory):
    """A password link that waits for its first attempt."""

    class Meta:
        model = QueuedMail

    kind = "password link"
    email = factory.Sequence(lambda n: f"reader{n}@example.org")
    key = factory.LazyAttribute(lambda mail: f"{mail.kind}:{mail.email}")
    arguments = factory.LazyAttribute(lambda mail: {"email": mail.email})
