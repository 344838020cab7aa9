"""The settings QR code of an account: server and user name. The password is typed in by the officer.

It stands in the code only when asked for, never on a sheet that is printed for many.
"""

from __future__ import annotations

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


def account_card(officer: AppUser, address: str, user_name: str, password: str | None = None) -> cards.Card:
    """The card of an account."""
    values = phone_settings(officer, address, user_name, password=password)
    return cards.Card(officer, values, address, user_name, password_inside=password is not None)


def phone_qr(officer: AppUser, address: str, user_name: str, *, password: str | None = None) -> str:
    """The code as an inline SVG without a size of its own."""
    return cards.card_svg(account_card(officer, address, user_name, password))
