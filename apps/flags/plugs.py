"""Flags and switches answer for the feature gates, and one of them for read-only mode."""

from apps.core.gates import GATES
from apps.core.read_only import READ_ONLY
from apps.flags.closures import closure_of
from apps.flags.read_only import read_only_mode

GATES.plug(closure_of)
READ_ONLY.plug(read_only_mode)
