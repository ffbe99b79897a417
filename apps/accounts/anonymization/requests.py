"""Personal data in approval requests."""

from typing import Any

import pgtrigger
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from apps.accounts.anonymization.person import Person
from apps.accounts.models import ApprovalRequest
from apps.audit.redaction import redact_records, redacting

_TEXTS = ("sentence", "arguments", "preview", "reason", "decision_reason", "outcome")


def requests_about(person: Person) -> list[ApprovalRequest]:
    """Return the requests that are about the person or name them."""
    stored = ApprovalRequest.objects.annotate(
        **{f"said_{name}": Cast(name, TextField()) for name in _TEXTS}
    )
    texts = (str(person.user.pk), *person.words, *person.names)
    found = Q(requester=person.user)
    for text in texts:
        for name in _TEXTS:
            found |= Q(**{f"said_{name}__icontains": text})
    return list(stored.filter(found))


def requests_erase(person: Person) -> int:
    """Remove the person's data from the requests; the request and the decision stay."""
    found = requests_about(person)
    changed = 0
    # A request's texts never change, except for this.
    with pgtrigger.ignore("accounts.ApprovalRequest:says_what_it_said"):
        for request in found:
            was: dict[str, Any] = {name: getattr(request, name) for name in _TEXTS}
            now = {name: person.without(value) for name, value in was.items()}
            if was == now:
                continue
            for name, value in now.items():
                setattr(request, name, value)
            request.save(update_fields=list(_TEXTS))
            changed += 1
    with redacting(person=person.user.pk, reason=person.reason):
        redact_records(ApprovalRequest, [request.pk for request in found])
    return changed
