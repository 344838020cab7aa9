"""Every text of the pages, Vietnamese and English: one table, kept in a file a subject.

A new text is one line in the file of its subject; a test compares the keys with those that pages use.
`{tokens}` are filled in by the caller. Terms follow the glossary of the project: phiếu, biểu mẫu, điều tra viên.
"""

from __future__ import annotations

from processor.words import corrections, data, findings, forms, office, officers, rulebook, sheets, site

LANGUAGES = ("vi", "en")
SUBJECTS = (site, data, office, officers, findings, rulebook, corrections, sheets, forms)
WORDS: dict[str, tuple[str, str]] = {key: texts for room in SUBJECTS for key, texts in room.WORDS.items()}


def word(key: str, language: str, **values: object) -> str:
    """The text of `key` in `language`, tokens filled in. KeyError for a key that is not in the table."""
    text = WORDS[key][LANGUAGES.index(language)]
    return text.format(**values) if values else text
