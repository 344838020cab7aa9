"""The settings QR code of an account: server and user name. The password is typed in by the officer.

It stands in the code only when asked for, never on a sheet that is printed for many.
"""

from __future__ import annotations

import segno

from processor.servers.builtin import cards
from processor.servers.protocol import AppUser


def phone_settings(
    officer: AppUser, address: str, user_name: str, *, password: str | None = None
) -> cards.Settings:
    """What the phone is set to."""
    values = cards.settings(officer, address)
    general = values["general"] | {"server_url": address, "username": user_name, "protocol": "odk_default"}
    if password is not None:
        general["password"] = password
    return values | {"general": general}


def phone_qr(officer: AppUser, address: str, user_name: str, *, password: str | None = None) -> str:
    """The code as an inline SVG without a size of its own."""
    values = phone_settings(officer, address, user_name, password=password)
    code = segno.make_qr(cards.encode_settings(values), error="m")
    svg: str = code.svg_inline(border=cards.QUIET_ZONE, light="#fff", omitsize=True)
    return svg
