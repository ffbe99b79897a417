"""What a serializer shows, masked as the back office masks it."""

from django.db.models import Model
from rest_framework import serializers

from apps.core.personal import readable, reveal
from apps.organizations.models import Organization


class Readable(serializers.CharField):
    """A text that somebody typed: an address or number in it is for readers who may see those."""

    def __init__(self, *, source: str | None = None) -> None:
        super().__init__(read_only=True, source=source)

    def to_representation(self, value: object) -> str:
        return readable(str(value))


class Revealed(serializers.Field):
    """An e-mail address or a phone number of the record: masked, or noted as shown."""

    def __init__(self) -> None:
        super().__init__(read_only=True, source="*")

    def to_representation(self, value: Model) -> str:
        return reveal(str(getattr(value, self.field_name)), key=value.pk)


class PersonField(serializers.Field):
    """A person's key and name on a record, as the back office shows it on the record's page."""

    def __init__(self) -> None:
        super().__init__(read_only=True)

    def to_representation(self, value: Model) -> dict[str, str]:
        return {"id": str(value.pk), "name": readable(str(value))}


class OrganizationField(serializers.Field):
    """The slug and the name of a record's organization."""

    def __init__(self) -> None:
        super().__init__(read_only=True)

    def to_representation(self, value: Organization) -> dict[str, str]:
        return {"slug": value.slug, "name": readable(value.name)}
