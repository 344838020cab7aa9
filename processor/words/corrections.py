"""Texts of pages: corrections and their decisions. Each line is key: (Tiếng Việt, English)."""

# fmt: off
WORDS: dict[str, tuple[str, str]] = {
}
