"""Passwords: argon2, one-time passwords, what a chosen password must be."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

SHORTEST, LONGEST = 10, 200
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""Without 0, 1, l and o: a one-time password is read aloud and typed."""
OBVIOUS = ("1234567890", "0123456789", "0987654321", "password", "matkhau", "qwertyuiop", "abcdefghij")

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash with its parameters."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for somebody who does not exist (None)."""
    try:
        _hasher.verify(password_hash or _nobody(), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def one_time_password() -> str:
    """Sixty random bits in groups that are easy to read aloud."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def weakness(password: str, username: str) -> str | None:
    """Key of the words that say why this password may not be chosen, or None."""
    low = password.lower()
    if len(password) < SHORTEST:
        return "password.too_short"
    if len(password) > LONGEST:
        return "password.too_long"
    if username in low or len(set(low)) < 4 or any(word in low for word in OBVIOUS):
        return "password.obvious"
    return None


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))
