"""Model fields that several apps share."""

import string
from typing import Any

from django.db import models

_ASCII_FOLD = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold_email(value: str) -> str:
    """Return the one spelling of an e-mail address that is stored and compared.

    Folds A to Z alone, just as `lower(… COLLATE "C")` does in the database: no locale, no Turkish i,
    no ß can make application and index disagree.
    """
    return value.strip().translate(_ASCII_FOLD)


class FoldedEmailField(models.EmailField):
    """An e-mail address, stored folded; look-ups fold what they are given."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return fold_email(value) if isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return fold_email(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = fold_email(value)
            setattr(model_instance, self.attname, value)
        return value
