"""The raw answers of a submission: texts exactly as received, keyed by question path; pure."""

from __future__ import annotations

Answers = dict[str, "str | list[Answers]"]
"""Raw text answers keyed by full question path without the root (`sec_a/district_code`).

A repeat stands under its own path as an ordered list of the same kind of mapping, whose keys are
full paths too (`members` -> [{`members/m_name`: ...}]). An empty element is `""`; a question that
the XML does not carry (not relevant) is absent. Texts are exactly what was received.
"""
