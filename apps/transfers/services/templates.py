"""Templates: matchings that a person saves by name for the next file of the same kind."""

from apps.accounts.models import User
from apps.core.errors import DomainError
from apps.transfers import registry
from apps.transfers.engine.match.headers import headers_digest
from apps.transfers.engine.runs.permissions import check_may_import
from apps.transfers.models import ImportTemplate
from apps.transfers.options import Matching


def template_save(
    *, name: str, dataset: str, matching: Matching, headers: list[str], actor: User
) -> ImportTemplate:
    """Save a matching by name; the same name replaces it."""
    check_may_import(actor, registry.get(dataset))
    if not name.strip():
        raise DomainError("Give the template a name.")
    template, _ = ImportTemplate.objects.update_or_create(
        user=actor,
        dataset=dataset,
        name=name.strip()[:120],
        defaults={
            # With the headers, so that it fits a file with its columns in another order.
            "matching": {**matching.to_json(), "headers": headers},
            "headers_digest": headers_digest(headers),
        },
    )
    return template


def template_delete(*, template: ImportTemplate, actor: User) -> None:
    if template.user_id != actor.pk:
        raise DomainError("Only the person who created a template can delete it.")
    template.delete()
