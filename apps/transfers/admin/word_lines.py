"""What the words of the file mean, as a table for the Check step and a run's page."""

from typing import Any

from apps.transfers.models import ImportRun
from apps.transfers.selectors.plan_totals import word_meanings

# Why a word has its meaning.
HOW_WORDS = {
    "exact": ("same word", "success"),
    "synonym": ("known synonym", "info"),
    "remembered": ("same as last time", "info"),
    "hand": ("by hand", "warning"),
}


def word_lines(run: ImportRun) -> list[dict[str, Any]]:
    """Return the meaning of each word of the file, for a table."""
    return [
        {"meaning": meaning, "how": HOW_WORDS.get(meaning.how, (meaning.how, "default"))}
        for meaning in word_meanings(run)
    ]
