"""Opening and registering: migrations, several starts at once, form versions that widen tables."""

from __future__ import annotations

import dataclasses
import threading
from functools import partial

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from processor.database import open_engine, reading, writing
from processor.errors import ConfigError, FormError, Message
from processor.store.open import VERSION_TABLE, open_store
from processor.store.tables import metadata
from tests.store.forms import CHOICES, EXTRA, new_store, package, settings


def columns(store, table):
    return [c["name"] for c in inspect(store.engine).get_columns(table)]


def in_parallel(count, function):
    """Run it in threads that begin together; what they raised."""
    begin, errors = threading.Barrier(count), []

    def one():
        begin.wait()
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_migrations__on_an_empty_database__make_exactly_our_tables(store_url, tmp_path):
    store = new_store(store_url, tmp_path)
    with reading(store.engine) as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": store.engine.dialect.name != "sqlite"}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_open_store__many_starts_at_once__all_succeed(store_url, tmp_path):
    first = package()
    assert in_parallel(4, lambda: new_store(store_url, tmp_path, first).engine.dispose()) == []
    assert new_store(store_url, tmp_path).form("phieu_c").version == "1"


def test_open_engine__new_file_opened_by_many_at_once__nobody_is_told_locked(tmp_path):
    def begin(url):
        engine = open_engine(url)
        with reading(engine):
            engine.dispose()

    found = [in_parallel(4, partial(begin, f"sqlite:///{tmp_path / str(n)}")) for n in range(60)]
    assert [errors for errors in found if errors] == []


def test_open_store__database_of_a_newer_program__is_refused_untouched(store_url, tmp_path):
    store = new_store(store_url, tmp_path)
    with writing(store.engine) as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(ConfigError) as refused:
        open_store(settings(store_url, tmp_path))
    assert refused.value.message is Message.STORE_MIGRATION
    assert refused.value.values["found"] == "9999"


def test_register__again__changes_nothing(store_url, tmp_path):
    store = new_store(store_url, tmp_path, package())
    before = columns(store, "c"), store.registered("phieu_c").key
    store.register(package())
    assert (columns(store, "c"), store.registered("phieu_c").key) == before


def test_register__new_version__adds_columns_and_keeps_removed_ones(store_url, tmp_path):
    store = new_store(store_url, tmp_path, package())
    other = open_store(store.config)
    assert "remark" not in other.plans("phieu_c")[0].by_name
    store.register(package("2", extra=EXTRA, choices=CHOICES))
    store.register(package("3"))
    assert [f.version for f in other.versions("phieu_c")] == ["1", "2", "3"], "another process sees them"
    planned = {c.name for c in other.plans("phieu_c")[0].columns}
    assert {"remark", "pigs", "needs__03"} <= planned
    assert planned == set(columns(store, "c"))


def test_register__many_at_once__one_set_of_columns(store_url, tmp_path):
    store = new_store(store_url, tmp_path, package())
    second = package("2", extra=EXTRA, choices=CHOICES)
    assert in_parallel(4, lambda: store.register(second)) == []
    assert len(columns(store, "c")) == len(set(columns(store, "c")))


def test_register__other_questionnaire_under_a_known_version__is_refused(store_url, tmp_path):
    store = new_store(store_url, tmp_path, package())
    before = columns(store, "c")
    with pytest.raises(FormError) as refused:
        store.register(package("1", extra=EXTRA))
    assert refused.value.message is Message.FORM_VERSION_CHANGED
    assert columns(store, "c") == before


def test_register__workbook_saved_anew_without_a_change__is_kept(store_url, tmp_path):
    store = new_store(store_url, tmp_path, package())
    store.register(dataclasses.replace(package(), workbook=b"saved again"))
    assert store.workbook("phieu_c", "1") == b"saved again"
    assert store.workbook("phieu_c", "2") is None


@pytest.mark.parametrize(
    ("given", "table", "message"),
    [
        ({}, "x" * 64, Message.FORM_NAME_LONG),
        ({"extra": "| | text | GPS_lat | X | | open |"}, "c", Message.FORM_COLUMN_CLASH),
        ({}, "pulls", Message.FORM_TABLE_CLASH),
    ],
)
def test_register__what_a_database_cannot_name__is_refused_without_a_trace(
    store_url, tmp_path, given, table, message
):
    store = new_store(store_url, tmp_path)
    entry = dataclasses.replace(store.config.form("phieu_c"), table=table)
    store.config = dataclasses.replace(store.config, forms=(entry,))
    with pytest.raises(FormError) as refused:
        store.register(package("1", **given))
    assert refused.value.message is message
    assert store.versions("phieu_c") == ()
    assert not inspect(store.engine).has_table(table) or table == "pulls"


def test_form__before_the_first_publishing__says_what_to_do(store_url, tmp_path):
    store = new_store(store_url, tmp_path)
    assert store.plans("phieu_c") == ()
    with pytest.raises(FormError) as missing:
        store.form("phieu_c")
    assert missing.value.message is Message.FORM_VERSION_UNKNOWN
