"""Removing what is stored of a person, on request, for good, with the trail kept whole.

The person's row stays, under a stable address that nobody can write to: history and foreign keys lean
on it. Higher apps remove what they hold themselves (`registry`); what is left of the address
and number in any other text is found by looking through every table (`sweep`), and the trail is
blanked provably (`apps.audit.redaction`).
"""
