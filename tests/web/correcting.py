"""What tests of corrections do: open the dialogue, correct, send a newer version as a phone does."""

from __future__ import annotations

import re
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import select

from processor.database import reading
from processor.servers.builtin.officers import list_officers
from processor.store.corrections_list import LedgerRow, list_corrections
from processor.store.scope import Area, Scope
from processor.store.work_tables import corrections
from tests.web import example
from tests.web.conftest import Browser, Site, text
from tests.web.example import Household

CLASSES = frozenset({"open", "personal", "sensitive", "secret"})
WHY = {"reason": "Chủ hộ nói lại", "source": "gọi ngày 12/04/2016"}


def dialogue(household: Household, column: str, *, table: str = "c", row: str = "", **more: str) -> str:
    """The address of the dialogue for one answer."""
    key = household.instance_id
    place = {"form": "phieu_c", "submission": key, "table": table, "row": row or key, "column": column}
    return f"/corrections/new/?{urlencode({**place, **more})}"


def seen(page: str) -> str:
    return re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]


def touched(page: str) -> str:
    return re.search(r'name="touched" value="([0-9]+)"', page)[1]


def save(browser: Browser, address: str, value: Any, **fields: Any) -> Any:
    """Open the dialogue, fill it in, send it."""
    page = text(browser.get(address))
    known = {"seen": seen(page), "touched": touched(page)}
    return browser.post(address, **{**known, "act": "save", "value": value, **WHY, **fields})


def send_again(site: Site, household: Household, old: str, new: str, *, number: int, after: int = 0) -> None:
    """A newer version of the submission, with `new` in the place of `old` in its XML; then a pull."""
    token = next(o.token for o in list_officers(site.server) if o.code == f"{household.commune}-01")
    before = f"uuid:{UUID(int=after)}" if after else household.instance_id
    ids = f"<instanceID>uuid:{UUID(int=number)}</instanceID><deprecatedID>{before}</deprecatedID>"
    xml = household.xml.replace(f"<instanceID>{household.instance_id}</instanceID>", ids)
    assert old in xml
    example.send(site.app.test_client(), token, SimpleNamespace(xml=xml.replace(old, new)))  # type: ignore[arg-type]
    site.pull()


def ledger(site: Site, practice: str = "survey") -> list[LedgerRow]:
    return list_corrections(site.store, Scope(Area.province(), CLASSES, practice))  # type: ignore[arg-type]


def events(site: Site) -> int:
    with reading(site.store.engine) as connection:
        return len(connection.execute(select(corrections.c.id)).all())


def told(page: str) -> str:
    """The texts of the summary of mistakes."""
    found = re.search(r'class="errsum.*?</ul>', page, re.S)
    return unescape(found[0]) if found else ""
