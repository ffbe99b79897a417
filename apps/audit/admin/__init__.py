"""The admin of the audit log; `timeline` has what the admins of other apps inherit."""
