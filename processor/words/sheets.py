"""Texts of pages: the Excel round trip. Each line is key: (Tiếng Việt, English)."""

# fmt: off
WORDS: dict[str, tuple[str, str]] = {
}
