"""What a workbook would change: against every version that the tables know, and against what phones have."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from processor.errors import FormError, Message

if TYPE_CHECKING:
    from processor.config import Config, FormConfig
    from processor.forms.difference import Difference
    from processor.servers.protocol import DeployedForm, FormPackage
    from processor.store.open import Store

ON_PHONES_ONLY = frozenset({"version", "guidance_hint", "parameters"})
"""Kinds that cannot be where the XForm is the same."""
CLASS_LOWERED = "class_lowered"
"""The kind that is refused until somebody allows it."""


def find_differences(store: Store, form: FormConfig, package: FormPackage) -> tuple[Difference, ...]:
    """What publishing would change against every version that the tables know; empty for the first.

    A version whose XForm differs in what no question shows (a hint for phones, a style) counts as well.
    """
    from processor.forms.compare import diff
    from processor.forms.difference import Difference
    from processor.store.answers import published_md5s

    found = diff(store.versions(form.form_id), package.form, key_paths(form))
    version = package.form.version
    known = published_md5s(store, package.form.form_id).get(version)
    if known == _xform_md5(package):  # phones have just this, whatever an older program noted of it
        return tuple(d for d in found if d.kind not in ON_PHONES_ONLY)
    if known is None or any(d.kind == "version" for d in found):
        return found
    return (Difference("version", "", version, version, "refused"), *found)


def accepted(
    store: Store, form: FormConfig, package: FormPackage, allow_class_change: bool
) -> tuple[Difference, ...]:
    """The differences, when none of them is refused; an allowed one is careful."""
    from processor.forms.difference_words import sentence

    allowed = {CLASS_LOWERED} if allow_class_change else set()
    found = tuple(
        replace(d, level="careful") if d.kind in allowed else d
        for d in find_differences(store, form, package)
    )
    refused = [sentence(d, "en") for d in found if d.level == "refused"]
    if refused:
        version, lines = package.form.version, "\n".join(f"- {text}" for text in refused)
        raise FormError(
            Message.FORM_REFUSED, form_id=form.form_id, version=version, count=len(refused), lines=lines
        )
    return found


def check_forward(
    store: Store, package: FormPackage, deployed: list[DeployedForm], current: DeployedForm | None
) -> None:
    """FORM_VERSION_OLD when phones had this version and have another one since."""
    form = package.form
    if current is None or current.version == form.version:
        return
    known = [f.version for f in store.versions(form.form_id)]
    is_older = any(d.version == form.version for d in deployed)
    if form.version in known and current.version in known:
        is_older = is_older or known.index(form.version) < known.index(current.version)
    if is_older:
        raise FormError(
            Message.FORM_VERSION_OLD, form_id=form.form_id, version=form.version, found=current.version
        )


@dataclass(frozen=True)
class Parcel:
    """A file that is sent to the form server."""

    name: str
    size: int
    known: bool
    """Phones have it already."""


def parcels(package: FormPackage, current: DeployedForm | None) -> list[Parcel]:
    """The XForm, and every list that it names."""
    there = dict(current.media) if current else {}
    known = current is not None and current.xform_md5 == _xform_md5(package)
    files = (Parcel(m.name, m.path.stat().st_size, there.get(m.name) == m.md5) for m in package.media)
    return [Parcel("XForm", len(package.xform), known), *files]


def other_lists(config: Config, current: DeployedForm) -> list[str]:
    """Lists whose file is not the one that phones have."""
    return [name for name, md5 in current.media if _md5(config.media / name) != md5]


def key_paths(form: FormConfig) -> tuple[str, ...]:
    """The questions by which the settings tell area and date."""
    return tuple(path for path in (form.area, form.date) if path)


def is_unchanged(config: Config, store: Store, form: FormConfig, current: DeployedForm) -> bool:
    """Whether workbook and media are, byte for byte, what was published: then nothing is converted."""
    if (
        not form.workbook.is_file()
        or store.workbook(form.form_id, current.version) != form.workbook.read_bytes()
    ):
        return False
    return not other_lists(config, current)


def _xform_md5(package: FormPackage) -> str:
    return hashlib.md5(package.xform, usedforsecurity=False).hexdigest()


def _md5(path: Path) -> str | None:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() if path.is_file() else None
