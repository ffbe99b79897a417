"""What every run has in common, be it an import, an undo, or an export: rights, events, progress, errors."""
