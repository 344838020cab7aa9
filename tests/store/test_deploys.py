"""The ledger of deploys, on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from processor.errors import ContractError, Message
from processor.store.deploys import Act, close_deploy, has_open, list_deploys, open_deploy, settle
from tests.store.forms import new_store, package

FORM = "phieu_c"
REMOVED = {"level": "careful", "vi": "Bỏ câu hỏi a/b", "en": "Question a/b removed"}


def test_ledger__row_stands_before_the_end_and_is_closed_once_known(store_url: str, tmp_path: Path) -> None:
    store, made = new_store(store_url, tmp_path, package()), package()
    number = open_deploy(store, made, Act("hoa", "kobo"), (REMOVED,))
    [row] = list_deploys(store, FORM)
    assert (row.result, row.ended_at, row.act, row.version) == ("started", None, "deploy", made.form.version)
    assert row.at.tzinfo is not None and row.changes == (REMOVED,)
    close_deploy(store, number, "published")
    [row] = list_deploys(store, FORM)
    assert row.result == "published" and row.ended_at is not None and row.ended_at >= row.at
    assert not has_open(store, FORM)


def test_settle__what_killed_runs_left__by_what_phones_get(store_url: str, tmp_path: Path) -> None:
    store, made = new_store(store_url, tmp_path, package()), package()
    first = open_deploy(store, made, Act("hoa", "kobo"), ())
    close_deploy(store, first, "failed", "away")
    open_deploy(store, made, Act("hoa", "kobo"), ())
    settle(store, FORM, "another")
    open_deploy(store, made, Act("hoa", "kobo", back_to="0"), ())
    settle(store, FORM, made.form.version)
    rows = list_deploys(store, FORM)
    assert [r.result for r in rows] == ["published", "failed", "failed"]
    assert [r.act for r in rows] == ["rollback", "deploy", "deploy"]
    assert rows[2].detail == "away", "a closed row is not touched"


def test_close__no_such_row__says_so(store_url: str, tmp_path: Path) -> None:
    with pytest.raises(ContractError) as caught:
        close_deploy(new_store(store_url, tmp_path, package()), 77, "published")
    assert caught.value.message is Message.DEPLOY_LEDGER
