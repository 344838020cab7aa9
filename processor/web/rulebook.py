"""The catalogue of rules: all of them with what stands, and each with what it reads and rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request, url_for

from processor.store.check_state import BROKEN
from processor.store.due import count_waiting
from processor.store.form_checks import NotChecked, read_form_not_checked
from processor.survey.checks.catalogue import LEVELS
from processor.survey.checks.derived_words import ENTRIES
from processor.web.formats import t
from processor.web.guard import chosen_practice, my_scope
from processor.web.language import current
from processor.web.rulebook_form import form_entries
from processor.web.rulebook_page import columns_read, facts_to_verify, is_marked
from processor.web.rulebook_read import (
    STATES,
    Item,
    Wanted,
    entries,
    forms_of,
    parts_of,
    read_items,
    read_wanted,
    template,
)
from processor.web.service import service
from processor.web.values import clean_label, label_of
from processor.words import WORDS

pages = Blueprint("rulebook", __name__, url_prefix="/rules")
ARGUMENTS = {"level": "level", "form": "form", "part": "part", "state": "state", "q": "text"}
"""Argument of the address -> field of `Wanted`."""


@pages.get("/")
def home() -> str:
    """All rules, narrowed by the address."""
    scope, store = my_scope(), service().store
    items = read_items(store, scope)
    wanted = read_wanted(request.args, items)
    shown = [item for item in items if wanted.takes(item)]
    return render_template(
        "rules.html",
        items=items,
        groups=[(part, [i for i in shown if i.part == part]) for part in parts_of(shown)],
        shown=len(shown),
        wanted=wanted,
        chips=_chips(wanted),
        levels=LEVELS,
        states=STATES,
        by_level=Counter(item.entry.level for item in items),
        parts=parts_of(items),
        forms=forms_of(items),
        lacking=[item for item in items if item.lacking],
        waiting=count_waiting(store, scope),
        unread=_unread(),
        **_shared(),
    )


@pages.get("/<rule_id>")
def rule(rule_id: str) -> str:
    """One rule."""
    scope, store = my_scope(), service().store
    item = next((i for i in read_items(store, scope) if i.entry.id == rule_id), None)
    if item is None:
        abort(404)
    return render_template(
        "rules_one.html",
        rule=item,
        marked=is_marked(item.entry),
        tables=columns_read(store, scope, rule_id),
        facts=facts_to_verify(store, item.entry, current()),
        findings=_findings(item),
        unread=_unread(rule_id),
        other="en" if current() == "vi" else "vi",
        **_shared(),
    )


@pages.app_template_global("has_rule")
def has_rule(rule_id: str) -> bool:
    """Whether there is a page for this rule."""
    return rule_id in form_entries() or rule_id in entries(service().config.settings)


def _shared() -> dict[str, Any]:
    return {
        "template": template,
        "part_name": part_name,
        "lack_text": lack_text,
        "practice_shown": chosen_practice() == "practice",
    }


def part_name(part: str) -> str:
    """What a part of the catalogue is about, or its letter."""
    return t(f"rules.part.{part}") if f"rules.part.{part}" in WORDS else part


def lack_text(lacking: str) -> str:
    """What is missing, in words: `c.gps`, `payment_roll.csv`, `now`; or what a rule raised that broke off."""
    if lacking.startswith(BROKEN):
        return t("rules.broken", name=lacking.removeprefix(BROKEN))
    if lacking == "now":
        return t("rules.lacks_now")
    if lacking.endswith(".csv"):
        return t("rules.lacks_table", name=lacking)
    return t("rules.lacks_column", name=lacking)


def _unread(rule_id: str = "") -> list[tuple[NotChecked, str]]:
    """Questions that a rule of the form (or each of them) cannot look at, with their words; it is no secret whose."""
    found = read_form_not_checked(service().store)
    mine = [n for n in found if not rule_id or n.rule == rule_id or (not n.rule and rule_id in ENTRIES)]
    return [(n, _question(n)) for n in mine]


def _question(place: NotChecked) -> str:
    """The label of the question in its version of the form."""
    forms = service().store.versions(place.form_id)
    items = (i for form in forms if form.version == place.version for i in form.items if i.path == place.path)
    return next((clean_label(label_of(i.labels, current()), {}) for i in items), "")


def _findings(item: Item) -> str:
    """The address of the rule's findings."""
    if "findings.home" in current_app.view_functions:
        return url_for("findings.home", rule=item.entry.id)
    return f"/findings/?rule={item.entry.id}"


def _chips(wanted: Wanted) -> list[tuple[str, str, str]]:
    """Each filter in force: argument, what it is, its value in words."""
    words: dict[str, Callable[[str], str]] = {
        "level": lambda v: t(f"rules.level.{v}"),
        "form": lambda v: t("rules.form_n", form=v),
        "part": part_name,
        "state": lambda v: t(f"rules.state.{v}"),
        "q": str,
    }
    names = {"level": "rules.level", "form": "rules.form", "part": "rules.part", "state": "data.state"}
    values = {argument: getattr(wanted, name) for argument, name in ARGUMENTS.items()}
    return [(a, t(names.get(a, "search.chip")), words[a](v)) for a, v in values.items() if v]
