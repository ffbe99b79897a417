"""Flags and switches answer for the feature gates."""

from apps.core.ports import GATES
from apps.flags.closures import closure_of

GATES.plug(closure_of)
