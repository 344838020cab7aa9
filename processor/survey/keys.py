"""The key that ties a C1 form to a member of form C, with its check digits; pure.

The key is the 17 digits of the household, a dash and the line number: `40412166630010007-02`. Two
check digits (ISO 7064, MOD 97-10) over its 19 digits are shown at the end of C and asked for in C1,
so that a wrong digit or two swapped ones are refused on the phone. The forms compute them in XPath.
"""

from __future__ import annotations

import re

from stdnum.iso7064 import mod_97_10

_KEY = re.compile(r"(40[0-9]{15})-([0-9]{2})")


def check_digits(key: str) -> str:
    """The two check digits of a key; ValueError when it is not 40, 15 digits, a dash, 2 digits."""
    match = _KEY.fullmatch(key)
    if match is None:
        raise ValueError("expected a key like 40412166630010007-02: 40, 15 digits, a dash, 2 digits")
    return str(mod_97_10.calc_check_digits(match[1] + match[2]))


def key_with_check(key: str) -> str:
    """The text of the QR code that C1 reads: `40412166630010007-02-19`."""
    return f"{key}-{check_digits(key)}"
