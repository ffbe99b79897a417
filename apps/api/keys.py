"""Keys: how they are made and compared.

The prefix lets scanners of code and logs find a key. A key has 256 random bits, so its plain SHA-256
cannot be guessed from, and an index finds it.
"""

import hashlib
import secrets

PREFIX = "qd_"
HINT_LENGTH = 8


def new_key() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
