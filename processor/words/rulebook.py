"""Texts of pages: the rules and what the law says of an amount. Each line is key: (Tiếng Việt, English)."""

# fmt: off
WORDS: dict[str, tuple[str, str]] = {
}
