"""Searches without names in addresses.

What is typed goes by POST into the session on the server; the address carries only a random key.
So the address can be kept, sent and logged without saying whom somebody looked for, and it opens
the search only for the person who made it.
"""

from __future__ import annotations

import secrets

from flask import session

KEPT = 10
LONGEST = 100


def keep(text: str) -> str | None:
    """The key of a search, None for an empty one."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return None
    key = secrets.token_urlsafe(6)
    kept = [*session.get("searches", []), [key, text]]
    session["searches"] = kept[-KEPT:]
    return key


def find(key: str | None) -> str | None:
    """The text of a key: `""` without a key, None when the key is not (or no longer) known."""
    if not key:
        return ""
    return next((text for known, text in session.get("searches", []) if known == key), None)
