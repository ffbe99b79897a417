"""A person's e-mails in the queue: those to them are deleted, and others lose what names them."""

import json

from apps.accounts.anonymization.person import Person
from apps.core.models import QueuedMail


def queued_mails_erase(person: Person) -> int:
    """Delete the e-mails to the person, sent or not, and remove what names them in others.

    Returns how many were deleted.
    """
    deleted = 0
    for mail in QueuedMail.objects.order_by("pk").iterator():
        if _is_to(mail, person):
            mail.delete()
            deleted += 1
        elif _names(mail, person):
            QueuedMail.objects.filter(pk=mail.pk).update(
                arguments=person.without(mail.arguments), error=person.without(mail.error)
            )
    return deleted


def _is_to(mail: QueuedMail, person: Person) -> bool:
    """Tell whether an e-mail goes to the person; its address is only known once it was built."""
    if mail.email and person.is_in(mail.email):
        return True
    # Who is meant stands in the key, or in the arguments: an address, or the person's own key.
    to = [mail.key, *(json.dumps(mail.arguments.get(name, "")) for name in _RECIPIENTS)]
    own = str(person.user.pk)
    return any(own in text or person.is_in(text) for text in to)


_RECIPIENTS = ("person", "user", "owner", "email", "to")


def _names(mail: QueuedMail, person: Person) -> bool:
    said = json.dumps([mail.arguments, mail.error], ensure_ascii=False)
    return person.is_named_in(said)
