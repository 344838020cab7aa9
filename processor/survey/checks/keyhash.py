"""A family's keys as they leave the rules: hashed with a secret of the store; pure.

Keys are ID numbers and names. Hashed they do not stand in tables, addresses and logs, and serve as well for
finding the rows of a group again. With the secret nobody can tell a name by hashing all names that there are.
SipHash of 64 bits, which pandas computes for a whole column at once: two keys that met by chance would only
be looked at together. With another secret, or if pandas hashed otherwise, everything is checked anew.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

DIGITS = 16
"""Hexadecimal digits of a hash."""


def hashed(family: str, key: str, secret: str = "") -> str:
    """One key as 16 hexadecimal digits."""
    found: str = all_hashed(family, [key], secret)[0]
    return found


def all_hashed(family: str, keys: Sequence[Any], secret: str = "") -> np.ndarray:
    """The hash of every key; None stays None, and an empty key is None: a row outside every group."""
    known, numbers = hash_numbers(family, keys, secret)
    found = np.full(len(keys), None, dtype=object)
    digits = numbers.astype(">u8").tobytes().hex()
    found[known] = [digits[at : at + DIGITS] for at in range(0, len(digits), DIGITS)]
    return found


def hash_numbers(family: str, keys: Sequence[Any], secret: str = "") -> tuple[np.ndarray, np.ndarray]:
    """The rows that have a key, and the hash of each of these as a number of 64 bits."""
    cells = np.empty(len(keys), dtype=object)
    cells[:] = keys
    known = np.flatnonzero(np.fromiter(map(bool, keys), dtype=bool, count=len(keys)))
    return known, pd.util.hash_array(cells[known], hash_key=_key_of(family, secret), categorize=False)


def _key_of(family: str, secret: str) -> str:
    """SipHash takes a key of 16 bytes, and pandas a text: 96 bits of it are secret."""
    digest = hashlib.blake2b(family.encode(), key=secret.encode()[:64], digest_size=12).digest()
    return base64.b64encode(digest).decode()
