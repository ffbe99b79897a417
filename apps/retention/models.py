"""That people were told which records of the trash will soon be deleted for good."""

from django.db import models
from django.db.models.functions import Now


class TrashNotice(models.Model):
    """One per act that moved records to the trash. A record that is restored and moved again is told again."""

    id = models.BigAutoField(primary_key=True)
    trash_id = models.UUIDField(unique=True)
    # The notices of one night, which one e-mail to each person tells.
    batch = models.UUIDField()
    told_at = models.DateTimeField("told", db_default=Now())

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["batch"], name="trashnotice_batch")]

    def __str__(self) -> str:
        return f"Notice about {self.trash_id}"
