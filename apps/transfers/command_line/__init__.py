"""Shared by the commands of imports and exports: their options, their work, and their output."""

from apps.transfers.command_line.job_runner import progress, release_job, run_to_end
from apps.transfers.command_line.matching import matching_from_options
from apps.transfers.command_line.options import named_pairs, pair, user_of
from apps.transfers.command_line.results import import_exit_code, import_json, nothing_imported

__all__ = [
    "import_exit_code",
    "import_json",
    "matching_from_options",
    "named_pairs",
    "nothing_imported",
    "pair",
    "progress",
    "release_job",
    "run_to_end",
    "user_of",
]
