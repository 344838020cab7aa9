"""How a form stands: its workbook in the folder, what phones get, a draft, a deploy; nothing is converted for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from processor.errors import FormError
from processor.forms.sheets import read_sheets
from processor.publish_compare import other_lists
from processor.store.sheet_file import DAMAGED
from processor.web.deploy_draft import Draft, Drafts
from processor.web.deploy_job import is_running, read_run
from processor.web.kept_files import folder
from processor.web.service import service

if TYPE_CHECKING:
    from pathlib import Path

    from processor.config import FormConfig
    from processor.servers.protocol import DeployedForm

READ = "deploy_versions"


@dataclass(frozen=True)
class Now:
    """One line of the table of forms."""

    in_folder: str
    """Version of the workbook; empty when it cannot be read, or is not there."""
    is_same: bool | None
    """It is, byte for byte, what phones get; None while nobody knows."""
    lists: tuple[str, ...]
    """Lists whose file is not what phones get."""
    draft: Draft | None
    dropped: Draft | None
    running: bool
    stopped: bool
    """The last deploy from a page was killed."""


def now(entry: FormConfig, current: DeployedForm | None) -> Now:
    """How this form stands; `current` is what phones get, None when nobody knows."""
    config, store = service().config, service().store
    drafts = Drafts(folder("forms") / entry.form_id, entry.form_id)
    same = lists = None
    if current is not None:
        published = store.workbook(entry.form_id, current.version)
        same = entry.workbook.is_file() and entry.workbook.read_bytes() == published
        lists = other_lists(config, current)
    run, running = read_run(drafts), is_running(entry.form_id)
    version = current.version if same and current else _version(entry.workbook)
    stopped = run is not None and not running and not run.is_over
    found = (drafts.find(), drafts.dropped())
    return Now(version, same, tuple(lists or ()), *found, running, stopped)


def _version(workbook: Path) -> str:
    """What its sheet of settings says; read once, it takes a moment."""
    if not workbook.is_file():
        return ""
    stat, known = workbook.stat(), current_app.extensions.setdefault(READ, {})
    key = (str(workbook), stat.st_mtime_ns, stat.st_size)
    if key not in known:
        known.clear() if len(known) > len(service().config.forms) else None
        try:
            known[key] = read_sheets(workbook).settings["version"]
        except (FormError, *DAMAGED):
            known[key] = ""
    found: str = known[key]
    return found
