"""Publishing a questionnaire: from the workbook to the form server and the reporting tables.

First the questionnaire is compared with every version that the tables know: what would break them or
lose answers is refused before anything is sent, and so is a lowered data class that nobody allowed. Then a row
is written into the ledger of deploys, the form server decides (it refuses a version that phones already
have with other content), and the tables follow. Each step is idempotent, so an interruption is mended by
repeating.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from processor.errors import FormError, Message, ProcessorError, ServerError
from processor.publish_compare import accepted, check_forward, is_unchanged

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.forms.difference import Difference
    from processor.servers.protocol import DeployedForm, FormPackage, FormServer
    from processor.store.lease import Lease
    from processor.store.open import Store


class Tells(Protocol):
    """What knows the versions on the form server."""

    def deployed(self) -> list[DeployedForm]:
        """All versions of all forms."""


@dataclass(frozen=True)
class Published:
    """What publishing one form came to; `problem` is the reason why the old version stays in use."""

    form_id: str
    version: str
    changed: bool
    problem: str = ""
    notes: tuple[str, ...] = ()
    """What deserves a second look (English): a question removed, a class lowered; also when `changed` is False."""


@dataclass(frozen=True)
class Ready:
    """A form that may be published; `package` is None when the server has just this already."""

    form_id: str
    current: DeployedForm | None
    package: FormPackage | None = field(default=None, repr=False)
    differences: tuple[Difference, ...] = ()
    back_to: str = ""
    """The earlier version whose content it brings back (`rollback`)."""

    @property
    def careful(self) -> tuple[Difference, ...]:
        """What deserves a second look."""
        return tuple(d for d in self.differences if d.level != "fine")

    @property
    def changes(self) -> list[dict[str, str]]:
        """Every difference in both languages, for the ledger."""
        from processor.forms.difference_words import sentence

        return [
            {"level": d.level, "vi": sentence(d, "vi"), "en": sentence(d, "en")} for d in self.differences
        ]


def prepare(
    config: Config,
    server: Tells,
    store: Store,
    form: FormConfig,
    *,
    allow_class_change: bool = False,
    back_to: str = "",
    package: FormPackage | None = None,
) -> Ready:
    """Read and compare the workbook; nothing is sent. `package`: what it gives, for who has read it already.

    FormError when the workbook is not fit, FORM_REFUSED when it would break tables, lose answers or lower
    a data class without `allow_class_change`, FORM_VERSION_OLD when phones have a later version.
    """
    deployed = [d for d in server.deployed() if d.form_id == form.form_id]
    current = next((d for d in deployed if d.current), None)
    if current and is_unchanged(config, store, form, current):
        return Ready(form.form_id, current)
    from processor.forms.xlsform import read_package  # pyxform: only when something changed

    package = package or read_package(form.workbook, config.media)
    check_forward(store, package, deployed, current)
    differences = accepted(store, form, package, allow_class_change)
    return Ready(form.form_id, current, package, differences, back_to)


def send(server: FormServer, store: Store, ready: Ready, *, actor: str = "") -> Published:
    """Put a prepared form on the server and make its tables, with a row in the ledger before and after.

    `actor` is who did it; the account of this machine without it.
    """
    from processor.store.deploys import Act, close_deploy, open_deploy

    settle_killed(store, ready.form_id, ready.current.version if ready.current else "")
    if ready.package is None:
        assert ready.current is not None  # only then there is nothing to send
        return Published(ready.form_id, ready.current.version, changed=False)
    act = Act(actor or _account(), server.name, ready.back_to)
    number = open_deploy(store, ready.package, act, ready.changes)
    try:
        deployed = server.deploy(ready.package)
        _read_back(ready.package, deployed)
        store.register(ready.package)
    except ProcessorError as error:
        close_deploy(store, number, "failed", str(error))
        raise
    changed = deployed != ready.current
    close_deploy(store, number, "published" if changed else "unchanged")
    notes = tuple(change["en"] for change in ready.changes if change["level"] != "fine")
    return Published(ready.form_id, deployed.version, changed, notes=notes)


def turn(store: Store, form_id: str) -> AbstractContextManager[Lease]:
    """The right to deploy a form for a block. LeaseError DEPLOY_BUSY while somebody else does, wherever."""
    from processor.store.deploys import DEPLOY
    from processor.store.lease import leased

    return leased(store.engine, form_id, task=DEPLOY)


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


def settle_killed(store: Store, form_id: str, current: str) -> None:
    """Close the ledger's rows of runs that were killed; `current` is the version that phones get."""
    from processor.store.deploys import has_open, settle

    if has_open(store, form_id):
        known = {form.version for form in store.versions(form_id)}
        settle(store, form_id, current if current in known else "")


def _read_back(package: FormPackage, deployed: DeployedForm) -> None:
    """ServerError FORM_READBACK unless phones get this version with these files."""
    offered = dict(deployed.media)
    wrong = [m.name for m in package.media if offered.get(m.name) != m.md5]
    version = package.form.version
    if deployed.current and deployed.version == version and not wrong:
        return
    found = f"other files ({', '.join(wrong)})" if deployed.current and wrong else "another version"
    raise ServerError(Message.FORM_READBACK, form_id=package.form.form_id, version=version, found=found)


def _account() -> str:
    """Who runs this; a container's account may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _current(server: FormServer, form_id: str) -> DeployedForm | None:
    return next((d for d in server.deployed() if d.form_id == form_id and d.current), None)
