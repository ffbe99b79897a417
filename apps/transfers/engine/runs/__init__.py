"""Shared by imports, undos, and exports: permissions, events, progress, errors."""
