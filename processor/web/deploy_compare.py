"""Differences of a draft for the page: in words, with the answers that each touches, and what has to be ticked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processor.errors import FormError
from processor.forms.compare import compare
from processor.forms.difference_words import sentence
from processor.publish_compare import CLASS_LOWERED, check_forward, find_differences, key_paths
from processor.store.answers import count_touched

if TYPE_CHECKING:
    from processor.config import FormConfig
    from processor.forms.definition import Form, Labels
    from processor.forms.difference import Difference
    from processor.servers.protocol import DeployedForm, FormPackage
    from processor.store.open import Store
    from processor.web.deploy_draft import Accepted


@dataclass(frozen=True)
class Line:
    """A difference as the page shows it."""

    level: str
    labels: Labels
    """Of the question or group; empty for lists and the form itself."""
    path: str
    text: str
    stored: int | None
    """Stored answers that it touches; None where it touches none by its nature."""
    mark: str
    needs_leave: bool
    """Refused until the lower data class is allowed."""


@dataclass(frozen=True)
class Comparison:
    """What deploying the draft would change."""

    lines: tuple[Line, ...]
    late: FormError | None = None
    """Phones have another version since."""

    @property
    def careful(self) -> list[Line]:
        """Each needs a tick."""
        return [line for line in self.lines if line.level == "careful"]

    @property
    def refused(self) -> list[Line]:
        """No tick helps."""
        return [line for line in self.lines if line.level == "refused" and not line.needs_leave]

    @property
    def lowered(self) -> list[Line]:
        """Refused unless the lower data class is allowed."""
        return [line for line in self.lines if line.needs_leave]

    @property
    def may_go_on(self) -> bool:
        """Whether ticks are all that is missing."""
        return not self.refused and self.late is None

    def is_accepted(self, accepted: Accepted | None, username: str) -> bool:
        """Whether this person has ticked all of it."""
        if not self.may_go_on:
            return False
        ticked = accepted if accepted and accepted.username == username else None
        seen = set(ticked.seen) if ticked else set()
        allowed = not self.lowered or (ticked is not None and ticked.allow)
        return allowed and {line.mark for line in (*self.careful, *self.lowered)} <= seen


def compared(
    store: Store,
    entry: FormConfig,
    package: FormPackage,
    deployed: list[DeployedForm] | None,
    language: str,
) -> Comparison:
    """Against every version that the tables know; `deployed` is None while the form server does not say."""
    found = find_differences(store, entry, package)
    late = _late(store, package, deployed) if deployed is not None else None
    return Comparison(_lines(store, entry.form_id, found, package.form, language), late)


def against(
    store: Store, entry: FormConfig, package: FormPackage, version: str, language: str
) -> Comparison | None:
    """Against one version alone, to look at; None when there is no such version."""
    old = next((form for form in store.versions(entry.form_id) if form.version == version), None)
    if old is None:
        return None
    found = compare(old, package.form, key_paths(entry))
    return Comparison(_lines(store, entry.form_id, found, package.form, language))


def mark(difference: Difference) -> str:
    """The same for the same change, whoever looks when: how many answers it touches is left out."""
    told = (difference.kind, difference.path, difference.old, difference.new, difference.since)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _late(store: Store, package: FormPackage, deployed: list[DeployedForm]) -> FormError | None:
    mine = [d for d in deployed if d.form_id == package.form.form_id]
    try:
        check_forward(store, package, mine, next((d for d in mine if d.current), None))
    except FormError as error:
        return error
    return None


def _lines(
    store: Store, form_id: str, found: Iterable[Difference], new: Form, language: str
) -> tuple[Line, ...]:
    labels = {item.path: item.labels for form in (*store.versions(form_id), new) for item in form.items}
    return tuple(
        Line(
            d.level,
            labels.get(d.path, {}),
            d.path,
            sentence(d, language),
            count_touched(store, form_id, d.touches),
            mark(d),
            d.level == "refused" and d.kind == CLASS_LOWERED,
        )
        for d in found
    )
