"""Flags and switches answer for the feature gates."""

from apps.core.gates import GATES
from apps.flags.closures import closure_of

GATES.plug(closure_of)
