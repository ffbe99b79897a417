"""Verification that the history is whole: live records against it, its links, and the chain of seals."""
