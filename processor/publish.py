"""Publishing a questionnaire: from the workbook to the form server and the reporting tables.

First the questionnaire is compared with every version that the tables know: what would break them or
lose answers is refused before anything is sent. Then the form server decides (it refuses a version that
phones already have with other content), and the tables follow. Both steps are idempotent, so an
interruption is mended by repeating.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from processor.errors import FormError, Message

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.forms.difference import Difference
    from processor.servers.protocol import DeployedForm, FormPackage, FormServer
    from processor.store.open import Store


@dataclass(frozen=True)
class Published:
    """What publishing one form came to; `problem` is the reason why the old version stays in use."""

    form_id: str
    version: str
    changed: bool
    problem: str = ""


@dataclass(frozen=True)
class Ready:
    """A form that may be published; `package` is None when the server has just this already."""

    form_id: str
    current: DeployedForm | None
    package: FormPackage | None = field(default=None, repr=False)
    differences: tuple[Difference, ...] = ()


def prepare(config: Config, server: FormServer, store: Store, form: FormConfig) -> Ready:
    """Read and compare the workbook; nothing is sent.

    FormError when the workbook is not fit, FORM_REFUSED when it would break tables or lose answers.
    """
    current = _current(server, form.form_id)
    if current and _unchanged(config, store, form, current):
        return Ready(form.form_id, current)
    from processor.forms.xlsform import read_package  # pyxform: only when something changed

    package = read_package(form.workbook, config.media)
    return Ready(form.form_id, current, package, _accepted(store, form, package))


def send(server: FormServer, store: Store, ready: Ready) -> Published:
    """Put a prepared form on the server and make its tables."""
    if ready.package is None:
        assert ready.current is not None  # only then there is nothing to send
        return Published(ready.form_id, ready.current.version, changed=False)
    deployed = server.deploy(ready.package)
    store.register(ready.package)
    return Published(ready.form_id, deployed.version, changed=deployed != ready.current)


def publish(config: Config, server: FormServer, store: Store, form: FormConfig) -> Published:
    """Bring server and tables to the workbook's version. FormError when the workbook is not fit."""
    return send(server, store, prepare(config, server, store, form))


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


def find_differences(store: Store, form: FormConfig, package: FormPackage) -> tuple[Difference, ...]:
    """What publishing would change against every version that the tables know; empty for the first.

    A version whose XForm differs in what no question shows (a hint for phones, a style) counts as well.
    """
    from processor.forms.compare import diff
    from processor.forms.difference import Difference
    from processor.store.answers import published_md5s

    found = diff(store.versions(form.form_id), package.form, _key_paths(form))
    version = package.form.version
    known = published_md5s(store, package.form.form_id).get(version)
    if known in (None, _xform_md5(package)) or any(d.kind == "version" for d in found):
        return found
    return (Difference("version", "", version, version, "refused"), *found)


def _accepted(store: Store, form: FormConfig, package: FormPackage) -> tuple[Difference, ...]:
    """The differences, when none of them is refused."""
    from processor.forms.difference_words import sentence

    found = find_differences(store, form, package)
    refused = [sentence(d, "en") for d in found if d.level == "refused"]
    if refused:
        version, lines = package.form.version, "\n".join(f"- {text}" for text in refused)
        raise FormError(
            Message.FORM_REFUSED, form_id=form.form_id, version=version, count=len(refused), lines=lines
        )
    return found


def _key_paths(form: FormConfig) -> tuple[str, ...]:
    """The questions by which the settings tell area and date."""
    return tuple(path for path in (form.area, form.date) if path)


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


def _xform_md5(package: FormPackage) -> str:
    return hashlib.md5(package.xform, usedforsecurity=False).hexdigest()


def _md5(path: Path) -> str | None:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else None
