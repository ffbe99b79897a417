"""Permanently removes a person's data on request, and keeps the audit log whole.

The person's row stays, with a stable address that cannot receive mail, because history and foreign
keys refer to it. Higher apps remove the data that they hold (`registry`). Every other text that
still contains the address or number is found in all tables (`sweep`), and the audit log is redacted
provably (`apps.audit.redaction`).
"""
