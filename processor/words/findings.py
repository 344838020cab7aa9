"""Texts of pages: findings as work. Each line is key: (Tiếng Việt, English)."""

# fmt: off
WORDS: dict[str, tuple[str, str]] = {
}
