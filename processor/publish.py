"""Publishing a questionnaire: from the workbook to the form server and the reporting tables.

The form server decides first (it refuses a version that phones already have with other content);
only then do the tables follow. Both steps are idempotent, so an interruption is mended by repeating.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from processor.errors import FormError

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.servers.protocol import DeployedForm, FormServer
    from processor.store.open import Store


@dataclass(frozen=True)
class Published:
    """What publishing one form came to; `problem` is the reason why the old version stays in use."""

    form_id: str
    version: str
    changed: bool
    problem: str = ""


def publish(config: Config, server: FormServer, store: Store, form: FormConfig) -> Published:
    """Bring server and tables to the workbook's version. FormError when the workbook is not fit."""
    current = _current(server, form.form_id)
    if current and _unchanged(config, store, form, current):
        return Published(form.form_id, current.version, changed=False)
    from processor.forms.xlsform import read_package  # pyxform: only when something changed

    package = read_package(form.workbook, config.media)
    deployed = server.deploy(package)
    store.register(package)
    return Published(form.form_id, deployed.version, changed=deployed != current)


def publish_all(config: Config, server: FormServer, store: Store) -> Iterator[Published]:
    """Publish every form of the settings; a form that is not fit leaves its old version in use.

    FormError is raised only when a form has no older version to go on with.
    """
    for form in config.forms:
        try:
            yield publish(config, server, store, form)
        except FormError as error:
            current = _current(server, form.form_id)
            if current is None:
                raise
            yield Published(form.form_id, current.version, changed=False, problem=str(error))


def _current(server: FormServer, form_id: str) -> DeployedForm | None:
    return next((d for d in server.deployed() if d.form_id == form_id and d.current), None)


def _unchanged(config: Config, store: Store, form: FormConfig, current: DeployedForm) -> bool:
    """Whether workbook and media are, byte for byte, what was published: then nothing is converted."""
    if (
        not form.workbook.is_file()
        or store.workbook(form.form_id, current.version) != form.workbook.read_bytes()
    ):
        return False
    return all(_md5(config.media / name) == md5 for name, md5 in current.media)


def _md5(path: Path) -> str | None:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else None
