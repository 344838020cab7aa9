"""What the check and the comparison say of a draft; conversions take seconds, so both are kept."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from flask import current_app

from processor.errors import FormError
from processor.forms.check import examine, validator_available
from processor.forms.problem_words import told
from processor.forms.sheets import read_heads
from processor.forms.xlsform import read_package
from processor.rollback import as_workbook
from processor.web.deploy_draft import Check, Draft, Drafts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from processor.config import Config, FormConfig
    from processor.forms.lint import Problem
    from processor.servers.protocol import FormPackage

PACKAGES, MOST = "deploy_packages", 4
"""Where converted drafts stay, and how many: a few megabytes each."""
_one = threading.Lock()
"""One conversion at a time."""


@dataclass(frozen=True)
class Looked:
    """A draft with what the check found, and its questionnaire when it is fit."""

    check: Check
    package: FormPackage | None


def looked(config: Config, drafts: Drafts, draft: Draft) -> Looked:
    """Check and convert a draft, unless that is known: again when a list beside it or this machine changed."""
    stamp = _stamp(config)
    known: dict[tuple[str, str], Looked] = current_app.extensions.setdefault(PACKAGES, {})
    key = (draft.sha256, stamp)
    with _one:
        if key not in known:
            known[key] = _look(config, drafts, draft, stamp)
            for old in list(known)[:-MOST]:
                known.pop(old)
        return known[key]


def _look(config: Config, drafts: Drafts, draft: Draft, stamp: str) -> Looked:
    check = draft.check if draft.check and draft.check.stamp == stamp else None
    with as_workbook(config.form(draft.form_id), drafts.workbook(draft)) as entry:
        if check is not None:
            return Looked(check, None if check.problems else _package(config, entry))
        found = _examined(config, entry, stamp)
    drafts.note(draft, check=found.check)
    return found


def _examined(config: Config, entry: FormConfig, stamp: str) -> Looked:
    """All that `processor forms check` says, in both languages."""
    problems, looks, package = examine(entry.workbook, config.media)
    heads = read_heads(entry.workbook) if problems else {}
    check = Check(stamp, _told(problems, heads), _told(looks, heads), validator_available())
    return Looked(check, None if problems else package)


def _told(found: Iterable[Problem], heads: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, str], ...]:
    return tuple(asdict(told(problem, heads)) for problem in found)


def _package(config: Config, entry: FormConfig) -> FormPackage | None:
    try:
        return read_package(entry.workbook, config.media)
    except FormError:  # a list went away since the check: the next look says so
        return None


def _stamp(config: Config) -> str:
    """Changes with the lists beside the workbook, and when ODK Validate comes or goes."""
    lists = sorted((p.name, s.st_size, s.st_mtime_ns) for p in config.media.glob("*") if (s := p.stat()))
    return hashlib.sha256(repr((validator_available(), lists)).encode()).hexdigest()[:16]
