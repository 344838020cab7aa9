"""What templates use: texts in the page's language, numbers, dates, addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from flask import Flask, g, has_request_context, request, url_for
from markupsafe import Markup

from processor.forms.definition import DATA_CLASSES, Labels
from processor.reports.finding_words import DATE, decimal
from processor.store.access import EVERYWHERE
from processor.web import language
from processor.web.guard import chosen_practice, signed_in
from processor.web.service import service
from processor.web.values import clean_label, label_of
from processor.words import word

DAY = {"vi": "dd/MM", "en": "d MMM"}
AREAS_SHOWN = 3
CARRIES_PRACTICE = (
    "overview.",
    "data.",
    "downloads.",
    "findings.",
    "rulebook.",
    "corrections.",
    "correct.",
    "sheets.",
)
"""Pages whose address says whether they show survey or practice data."""


def install(app: Flask) -> None:
    """Filters, globals and defaults of addresses."""
    app.before_request(language.choose)
    app.jinja_env.filters.update(
        number=number, day=day, date=full_date, moment=moment, clock=clock, decimal=number
    )
    app.jinja_env.globals.update(
        t=t,
        ic=icon,
        language=language.current,
        here=here,
        practice=chosen_practice,
        areas_text=areas_text,
        classes_text=classes_text,
        label_text=label_text,
        ledger_areas=ledger_areas,
        language_address=language_address,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_page)
    version = _static_version(Path(app.static_folder or ""))

    @app.url_defaults
    def _defaults(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("v", version)
        elif endpoint.startswith(CARRIES_PRACTICE) and has_request_context():
            values.setdefault("data", "practice" if chosen_practice() == "practice" else None)


def t(key: str, **values: object) -> str:
    """The text of this key in the page's language."""
    return word(key, language.current(), **values)


def icon(name: str, label: str = "") -> Markup:
    """An icon of the sprite; hidden from readers unless it stands alone with a label."""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    address = url_for("static", filename="vendor/bootstrap-icons/icons.svg", _anchor=name)
    return Markup('<svg class="ic" {}><use href="{}"/></svg>').format(said, address)


def here(**changes: object) -> str:
    """The address of this page with some arguments changed; None removes one.

    Arguments that mean something to Flask itself (`_scheme`, `_external`) are not taken over.
    """
    sent = {k: v for k, v in request.args.items() if not k.startswith("_") and k != "endpoint"}
    arguments: dict[str, Any] = {**sent, **(request.view_args or {}), **changes}
    return url_for(
        request.endpoint or "overview.home", **{k: v for k, v in arguments.items() if v is not None}
    )


def language_address(code: str) -> str:
    """This page in another language; an answer to a form goes to its page's own address."""
    if request.method == "GET" and request.url_rule is not None:
        return here(lang=code)
    return url_for("overview.home", lang=code)


def areas_text(codes: Sequence[str]) -> str:
    """Names of areas; a long list is cut."""
    if EVERYWHERE in codes:
        return t("area.all")
    names = [service().areas.name(code) for code in codes]
    if len(names) <= AREAS_SHOWN:
        return ", ".join(names)
    return t("area.and_more", names=", ".join(names[:AREAS_SHOWN]), n=len(names) - AREAS_SHOWN)


def ledger_areas(codes: str) -> str:
    """Areas of a row of the ledger: districts where all their communes are named."""
    areas, named = service().areas, set(codes.split())
    whole = [d for d in areas.districts if areas.inside(d) <= named]
    rest = named.difference(*(areas.inside(d) for d in whole))
    return areas_text([*whole, *sorted(rest)])


def classes_text(classes: Iterable[str]) -> str:
    """Names of column classes, in order of protection."""
    return ", ".join(t(f"class.{name}") for name in DATA_CLASSES if name in set(classes))


def label_text(labels: Labels) -> str:
    """A label of the form in the page's language, without markup and references."""
    return clean_label(label_of(labels, language.current()), {})


def number(value: float | Decimal) -> str:
    """`1.234.567` and `1,5`; in English `1,234,567` and `1.5`."""
    return decimal(value, language.current())


def full_date(value: date | datetime) -> str:
    """`14/04/2016`, in English `14 Apr 2016`."""
    return format_date(_local(value), DATE[language.current()], locale=language.current())


def day(value: date | datetime) -> str:
    """`14/04`, in English `14 Apr`."""
    return format_date(_local(value), DAY[language.current()], locale=language.current())


def clock(value: datetime | time) -> str:
    """`14:05`, Vietnamese time for a moment, as it is for a time of day."""
    return format_time(_local(value), "HH:mm", locale=language.current())


def moment(value: datetime) -> str:
    """`14/04/2016 14:05`, Vietnamese time."""
    return format_datetime(_local(value), DATE[language.current()] + " HH:mm", locale=language.current())


def zone() -> ZoneInfo:
    """The zone in which pages show times."""
    found: ZoneInfo = g.setdefault("zone", ZoneInfo(service().config.timezone))
    return found


def _local(value: Any) -> Any:
    return value.astimezone(zone()).replace(tzinfo=None) if isinstance(value, datetime) else value


def today() -> date:
    """The day it is in Vietnam."""
    return datetime.now(UTC).astimezone(zone()).date()


def _page() -> dict[str, Any]:
    config = service().config
    title = config.title_en if language.current() == "en" else config.title_vi
    return {"user": signed_in() if has_request_context() else None, "survey_title": title}


@cache
def _static_version(folder: Path) -> str:
    """Changes when any file of the folder changes: browsers may then keep files for ever."""
    sha = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        sha.update(path.read_bytes())
    return sha.hexdigest()[:10]
