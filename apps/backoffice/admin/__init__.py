"""Registers third parties' models again, in our look."""
