"""The table of words: complete, used, the same tokens in both languages."""

from __future__ import annotations

import re
import string
from typing import get_args

import pytest

from processor.forms.definition import DATA_CLASSES
from processor.reports.choice import FORMATS, PROFILES
from processor.reports.units import UNITS
from processor.servers.officers import ADDED, CHANGED, KEPT, REFUSED, UNCHANGED
from processor.servers.protocol import REVIEW_STATES
from processor.store.access import ROLES
from processor.store.corrections_read import DROP, RESTORE, UNDO
from processor.store.deploys import Result
from processor.store.sheet_import import OUTCOMES
from processor.store.sheet_plan import DEEDS, READY, WHY
from processor.store.work import ACTS
from processor.store.work_history import CORRECTED, GONE, SETTLED
from processor.survey.checks.catalogue import LEVELS
from processor.web import corrections_asked as ledger
from processor.web.corrections_field import WIDGETS
from processor.web.deploy_job import PHASES
from processor.web.deploy_pages import GROUPS
from processor.web.findings_tallies import BY
from processor.web.officers_list import STATES
from processor.web.sheets_out import STANDS
from processor.words import LANGUAGES, WORDS, word
from tests.conftest import ROOT

WEB = ROOT / "processor" / "web"
TEMPLATES, MODULES = sorted(WEB.glob("templates/*.html")), sorted(WEB.glob("*.py"))
KEY = r"[a-z]+(?:\.[a-zA-Z0-9_]+)*"
NAMED = re.compile(rf"""(?:\bt|\bword|\bflash)\(\s*["']({KEY})["']\s*(?:[,)]|if\b)""")
"""`t('a.b')`, `t("a.b", n=1)`, `t('a.b' if x else 'c.d')`"""
ELSE = re.compile(rf"""\belse\s+["']({KEY})["']""")
QUOTED = re.compile(rf"""["']({KEY})["']""")
BUILT = {
    "state.": REVIEW_STATES,
    "role.": [*ROLES, *(f"{role}.text" for role in ROLES)],
    "class.": [*DATA_CLASSES, *(f"{name}.text" for name in DATA_CLASSES[1:])],
    "profile.": [*PROFILES, *(f"{name}.text" for name in PROFILES)],
    "format.": FORMATS,
    "theme.": ("light", "dark", "auto"),
    "severity.": ("error", "warning", "info"),
    "findings.act.": ACTS,
    "findings.did.": (*ACTS, "undone"),
    "findings.history.": ACTS,
    "findings.state.": ("open", *ACTS[:3], "all"),
    "findings.was.": ACTS[:3],
    "findings.level.": (*LEVELS[1:], "all", "both"),
    "findings.by.": BY,
    "findings.outcome.": (SETTLED, CORRECTED, GONE),
    "recon.": ("ok", "old", "off", "wait", "run", "none"),
    "filter.": ("from", "to"),
    "forms.result.": get_args(Result),
    "deploy.level.": [f"{group}{part}" for group in GROUPS for part in ("", ".text")],
    "deploy.phase.": PHASES[:-1],
    "forms.server.": ("builtin", "central", "kobo"),
    "downloads.": ("started", "failed"),
    "downloads.units.": [f"{year}{part}" for year in UNITS for part in ("", ".text")],
    "sheets.why.": WHY,
    "sheets.newest.": STANDS,
    "sheets.outcome.": (READY, *OUTCOMES),
    "sheets.deed.": DEEDS,
    "sheets.expected.": (
        *("integer", "decimal", "date", "time", "datetime", "text"),
        *("geopoint", "choice", "choices"),
    ),
    "officers.change.": (ADDED, CHANGED, UNCHANGED, KEPT, REFUSED),
    "officers.state.": STATES,
    "officers.bad_": ("code", "name", "area", "line"),
    "proposal.": ("equal", "lower", "higher", "unsaid", "open"),
    "rules.level.": LEVELS,
    "rules.state.": ("on", "off", "lacking"),
    "rules.part.": (*"CVBEXDO", "form"),
    "rules.found_state.": ("open", *ACTS[:3]),
    "rule.": ("TYPE", "UNKNOWN", "CHOICE"),
    "meta.": ("start", "end", "today", "deviceid", "username", "audit"),
    "officers.": (
        "step1",
        "step2",
        "step3",
        "step4",
        "bad_code",
        "bad_name",
        "bad_area",
        "behind.central",
        "behind.kobo",
    ),
    "server.": [f"{kind}{part}" for kind in ("away", "login", "rights", "other") for part in ("", ".act")],
    "corrections.state.": (*ledger.STATES, ledger.ALL),
    "corrections.done.": ("apply", "drop", "undo", "restore"),
    "corrections.event.": (UNDO, DROP, RESTORE),
    "corrections.how.": "1234",
    "corrections.hint.": WIDGETS,
    "corrections.expect.": [*WIDGETS[4:], "list"],
    "problem.": [
        f"{code}.{part}" for code in (400, 403, 404, 413, 429, 500, 503, "form") for part in ("title", "text")
    ],
}
"""Keys that pages put together from a value."""


def named_keys() -> set[str]:
    """Keys that stand in a call, and those that pages build from a value."""
    found = {prefix + str(value) for prefix, values in BUILT.items() for value in values}
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        found.update(NAMED.findall(source))
        found.update(key for key in ELSE.findall(source) if "." in key and not key.endswith(".html"))
    for path in MODULES:
        found.update(NAMED.findall(path.read_text(encoding="utf-8")))
    return found


def quoted_keys() -> set[str]:
    """Every quoted text of a module that is a key: keys that are returned or kept for later."""
    return {
        key for path in MODULES for key in QUOTED.findall(path.read_text(encoding="utf-8")) if key in WORDS
    }


def test_words__every_key_that_pages_use__is_in_the_table():
    assert named_keys() - set(WORDS) == set()


def test_words__every_key_in_the_table__is_used_by_a_page():
    assert set(WORDS) - named_keys() - quoted_keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_words__every_text__is_there_and_has_no_loose_ends(language):
    at = LANGUAGES.index(language)
    empty = [key for key, texts in WORDS.items() if not texts[at].strip()]
    loose = [key for key, texts in WORDS.items() if texts[at] != texts[at].strip() or "  " in texts[at]]

    assert empty == loose == []


def test_words__tokens__are_the_same_in_both_languages():
    def tokens(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert [key for key, (vi, en) in WORDS.items() if tokens(vi) != tokens(en)] == []


def test_words__vietnamese_pages__use_the_words_of_the_glossary():
    avoided = ("vui lòng", "xin lỗi", "thành công!", "bản ghi", "đồng bộ", "!")

    assert [key for key, (vi, _en) in WORDS.items() if any(term in vi.lower() for term in avoided)] == []


def test_word__unknown_key__raises():
    with pytest.raises(KeyError):
        word("no.such", "vi")
