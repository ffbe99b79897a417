"""Model fields that several apps share."""

import string
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

_ASCII_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold_email(value: str) -> str:
    """Return the one spelling of an e-mail address that is stored and compared.

    Lowers A to Z only, just as `lower(… COLLATE "C")` does in the database, so that no locale,
    Turkish i, or ß can make application and index disagree.
    """
    return value.strip().translate(_ASCII_FOLD)


def validate_address(value: str) -> None:
    """Refuse an invalid e-mail address, and letters that imitate those of another address.

    Django's pattern ignores case, and so reads a dotless i, a long s, and the Kelvin sign as i, s,
    and k. In a domain, every spelling that Unicode calls equal leads to one mailbox, so only the
    plain one is accepted.
    """
    validate_email(value)
    local, _, domain = value.rpartition("@")
    if not local.isascii() or unicodedata.normalize("NFKC", domain) != domain:
        raise ValidationError(
            "This address contains a look-alike letter. Type it with plain letters.",
            code="invalid",
        )


class FoldedEmailField(models.EmailField):
    """An e-mail address, stored in lower case; look-ups lower their values, too."""

    default_validators = [validate_address]

    def get_prep_value(self, value: object) -> Any:
        value = super().get_prep_value(value)
        return fold_email(value) if isinstance(value, str) else value

    def to_python(self, value: object) -> Any:
        value = super().to_python(value)
        return fold_email(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = fold_email(value)
            setattr(model_instance, self.attname, value)
        return value
