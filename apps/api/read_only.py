"""What stays writable in read-only mode, so that programs can read."""

from apps.api.models import ServiceAccountUse
from apps.core.read_only import stays_writable

stays_writable(ServiceAccountUse, because="Each request of a program is counted, for its limit.")
