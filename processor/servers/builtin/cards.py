"""Cards of officers: the settings QR code that connects a phone, and sheets to print.

The code holds base64(zlib(json)) as ODK Collect reads it. Whoever has it can send forms in the
officer's name (never read any), so a card is handed over in person.
"""

from __future__ import annotations

import base64
import io
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import segno

from processor.errors import ConfigError, Message
from processor.servers.protocol import AppUser

if TYPE_CHECKING:
    from fpdf import FPDF

Settings = dict[str, dict[str, Any]]
FONTS = Path(__file__).parent / "fonts"
QUIET_ZONE = 4
"""Blank modules around the code, as the standard asks; less, and old cameras miss it."""


class Look(NamedTuple):
    """How a project looks on the phone and on paper: practice must be seen at a glance."""

    title: str
    icon: str
    color: str


SURVEY = Look("Điều tra BTXH", "Đ", "#00695C")
PRACTICE = Look("TẬP HUẤN", "T", "#D84315")


def look(officer: AppUser) -> Look:
    """The look of the officer's project."""
    return PRACTICE if officer.practice else SURVEY


@dataclass(frozen=True)
class Card:
    """What is printed for an officer. `address` and `user_name` are shown, so they are no secrets."""

    officer: AppUser
    settings: Settings = field(repr=False)
    address: str
    user_name: str = ""
    """Where phones ask for a password: whose it is."""
    password_inside: bool = False


def settings(officer: AppUser, address: str) -> Settings:
    """What the phone is set to. `address` is where phones reach this server."""
    return project_settings(officer, f"{address.rstrip('/')}/v1/key/{officer.token}")


def project_settings(officer: AppUser, server_url: str) -> Settings:
    """What a phone is set to that talks to the form server at `server_url`."""
    project = look(officer)
    return {
        "general": {
            "server_url": server_url,
            "app_language": "vi",
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_fifteen_minutes",
            "autosend": "wifi_and_cellular",
            "guidance_hint": "yes_collapsed",
            "metadata_username": officer.code,
        },
        "admin": {"change_server": False, "form_update_mode": False},
        "project": {
            "name": f"{project.title} {officer.code}",
            "icon": project.icon,
            "color": project.color,
        },
    }


def encode_settings(values: Settings) -> str:
    """The text in the code."""
    plain = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(plain.encode(), 9)).decode()


def own_card(officer: AppUser, address: str) -> Card:
    """The card of an officer of the built-in server."""
    return Card(officer, settings(officer, address), address)


def settings_qr(officer: AppUser, address: str) -> str:
    """The code as an inline SVG without a size of its own."""
    return card_svg(own_card(officer, address))


def settings_png(officer: AppUser, address: str, *, scale: int = 8) -> bytes:
    """The code as a PNG, `scale` pixels a module."""
    return card_png(own_card(officer, address), scale=scale)


def card_svg(card: Card) -> str:
    """The code of a card as an inline SVG without a size of its own."""
    svg: str = _code(card).svg_inline(border=QUIET_ZONE, light="#fff", omitsize=True)
    return svg


def card_png(card: Card, *, scale: int = 8) -> bytes:
    """The code of a card as a PNG, `scale` pixels a module."""
    target = io.BytesIO()
    _code(card).save(target, kind="png", scale=scale, border=QUIET_ZONE, light="#fff")
    return target.getvalue()


def _code(card: Card) -> segno.QRCode:
    return segno.make_qr(encode_settings(card.settings), error="m")


CARD_WIDTH, CARD_HEIGHT, BAND = 95.0, 68.0, 11.0
MARGIN_LEFT, MARGIN_TOP = 10.0, 12.5
COLUMNS, ROWS = 2, 4
CODE_SIZE = 52.0
STEPS = (
    "1. Mở ODK Collect, chọn «Thêm dự án».",
    "2. Quét mã bên trái.",
    "3. Giữ thẻ kín: ai có thẻ có thể gửi phiếu thay bạn. Mất thẻ thì báo văn phòng ngay.",
)
PASSWORD_STEPS = (
    *STEPS[:2],
    "3. Khi máy hỏi, gõ mật khẩu của tài khoản {user_name}. Không ghi mật khẩu lên thẻ. Mất máy thì báo văn phòng ngay.",
)


def cards_pdf(officers: Sequence[AppUser], address: str) -> bytes:
    """A4 sheets with the cards of officers of the built-in server."""
    return sheet_pdf([own_card(officer, address) for officer in officers])


def sheet_pdf(cards: Sequence[Card]) -> bytes:
    """A4 sheets of cards, to be cut; ConfigError when nobody is given."""
    if not cards:
        raise ConfigError(Message.OFFICER_NONE)
    pdf = _document()
    for number, card in enumerate(cards):
        place = number % (COLUMNS * ROWS)
        if place == 0:
            pdf.add_page()
        left = MARGIN_LEFT + CARD_WIDTH * (place % COLUMNS)
        top = MARGIN_TOP + CARD_HEIGHT * (place // COLUMNS)
        _card(pdf, card, (left, top))
    return bytes(pdf.output())


def _document() -> FPDF:
    from fpdf import FPDF

    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.set_title("Thẻ điều tra viên")
    pdf.add_font("sans", "", FONTS / "DejaVuSans.ttf")
    pdf.add_font("sans", "B", FONTS / "DejaVuSans-Bold.ttf")
    return pdf


def _card(pdf: FPDF, card: Card, corner: tuple[float, float]) -> None:
    left, top = corner
    officer = card.officer
    project = look(officer)
    pdf.set_draw_color(150)
    pdf.rect(left, top, CARD_WIDTH, CARD_HEIGHT)
    pdf.set_fill_color(project.color)
    pdf.rect(left, top, CARD_WIDTH, BAND, style="F")
    _line(pdf, (left + 4, top + 2.5), f"{project.title} {officer.code}", 13, color=255)
    pdf.image(io.BytesIO(card_png(card)), left + 1, top + BAND + 1, CODE_SIZE)
    right = left + CODE_SIZE + 2
    _line(pdf, (right, top + BAND + 4), officer.name, 11)
    if officer.area:
        _line(pdf, (right, pdf.get_y() + 1), f"Mã xã: {officer.area}", 8, bold=False)
    for step in steps(card):
        _line(pdf, (right, pdf.get_y() + 1.5), step, 7, bold=False)


def steps(card: Card) -> list[str]:
    """What the officer does with the card."""
    asked = bool(card.user_name) and not card.password_inside
    return [text.format(user_name=card.user_name) for text in (PASSWORD_STEPS if asked else STEPS)]


def _line(
    pdf: FPDF, corner: tuple[float, float], text: str, size: float, *, bold: bool = True, color: int = 0
) -> None:
    """A text that wraps at the card's right edge; the cursor stays below it."""
    pdf.set_xy(*corner)
    pdf.set_font("sans", "B" if bold else "", size)
    pdf.set_text_color(color)
    edge = (corner[0] - MARGIN_LEFT) % CARD_WIDTH
    pdf.multi_cell(CARD_WIDTH - edge - 2, size * 0.45, text, align="L", new_x="LEFT", new_y="NEXT")
