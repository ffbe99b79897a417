"""Proof that the trail is whole: live records against it, its own links, the chain of seals."""
