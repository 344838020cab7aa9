"""Moments, review states and names as Central writes them, and as the rest of the program does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from processor.errors import ConfigError, ContractError, Message
from processor.servers.protocol import REVIEW_STATES

NAME_LIMIT = 200
"""Longest submitter that the copy takes as a key."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PRACTICE_MARK = "TAPHUAN-"
"""Begins the display name of an app user whose submissions are practice for ever."""
_CODE = re.compile(r"([0-9]{5}-[0-9]{2}|[A-Z]{2,12}-[0-9]{2})(?: |$)")
_SUFFIX = re.compile(r"\[encrypted:[^\[\]]{1,40}\]$")
_TO_OURS = {
    None: "received",
    "edited": "edited",
    "hasIssues": "has_issues",
    "approved": "approved",
    "rejected": "rejected",
}
_TO_CENTRAL = {ours: theirs for theirs, ours in _TO_OURS.items()}


def moment(text: str) -> datetime:
    """A time of Central's as aware UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def written(at: datetime) -> str:
    """A moment as Central writes it: milliseconds, UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def plain_version(version: str) -> str:
    """A form version without the mark that managed encryption puts behind it: the same form, with a key in it."""
    return _SUFFIX.sub("", version)


def review_of(state: str | None) -> str:
    """Our word for a review state of Central's."""
    if state not in _TO_OURS:
        raise ContractError(Message.CENTRAL_ANSWER, what=f"the review state {state!r}")
    return _TO_OURS[state]


def review_to(state: str) -> str | None:
    """Central's word for a review state of ours; ConfigError for none of them."""
    if state not in _TO_CENTRAL:
        raise ConfigError(Message.REVIEW_STATE, found=state, expected=", ".join(REVIEW_STATES))
    return _TO_CENTRAL[state]


@lru_cache(maxsize=1024)
def officer_code(display_name: str) -> str:
    """The code at the beginning of an app user's name (`16663-01 Nguyễn …`), or the whole name when it has none."""
    found = _CODE.match(display_name)
    return found[1] if found else display_name[:NAME_LIMIT]


def is_practice(display_name: str) -> bool:
    """Whether an app user is one for training."""
    return display_name.startswith(PRACTICE_MARK)


def display_name(code: str, name: str) -> str:
    """The app user's name of an officer; ConfigError when the code could not be found in it again."""
    if _CODE.fullmatch(code) is None:
        expected = "as 16663-01 or TAPHUAN-01"
        raise ConfigError(Message.OFFICER_FIELD, field="code", expected=expected, found=code)
    full = f"{code} {name.strip()}"
    if not name.strip() or not name.isprintable() or len(full) > NAME_LIMIT:
        expected = f"1 to {NAME_LIMIT - len(code) - 1} signs"
        raise ConfigError(Message.OFFICER_FIELD, field="name", expected=expected, found=name)
    return full
