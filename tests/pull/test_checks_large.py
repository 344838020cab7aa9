"""Large groups: what is kept of submissions is always what a check of everything would keep, and is all that is read."""

from __future__ import annotations

import sys
from dataclasses import replace
from random import Random

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select, text

from processor.database import reading, writing
from processor.store import check_measures as kept
from processor.store.check_state import BROKEN, read_not_checked
from processor.store.checking import check_anew, check_due
from processor.store.office_tables import list_columns
from processor.store.open import VERSION_TABLE, open_store
from processor.store.practice import remove_practice
from processor.store.work_tables import check_measures
from processor.survey.checks.rulebook import Rulebook
from tests.pull import small_survey
from tests.pull.memory_server import MemoryServer, submission
from tests.pull.small_survey import checked, due
from tests.pull.test_checks import ANSWERS, bring, rows, server_of

OFFICERS = ("16663-01", "16663-02", "16666-01", "")


@pytest.fixture
def small(store, tmp_path, monkeypatch):
    """A store that is checked by the small survey's rules, whose officers are a family with measures."""
    small_survey.use(store, tmp_path, monkeypatch)
    return store


def parts(store, practice=False):
    """How many parts there are of survey or of practice."""
    query = select(func.count(check_measures.c.part.distinct())).where(
        check_measures.c.practice.is_(practice)
    )
    with reading(store.engine) as connection:
        return connection.execute(query).scalar_one()


def largest(store):
    return [(row[0], row[3]) for row in rows(store, "T-10")]


def test_officer__form_that_changes_hands__both_groups_are_looked_at(small):
    server = server_of({"sec_a/rooms": "5"}, {"sec_a/rooms": "7"}, {"sec_a/rooms": "6"}, submitter="16663-01")
    server.put(submission(3, ANSWERS | {"sec_a/rooms": "2"}, submitter="16663-02"))
    bring(small, server)
    assert largest(small) == [("uuid:0001", '{"rooms": 7}'), ("uuid:0003", '{"rooms": 2}')]
    server.change("uuid:0001", submitter="16663-02", version_id="uuid:e")
    bring(small, server)
    assert largest(small) == [("uuid:0001", '{"rooms": 7}'), ("uuid:0002", '{"rooms": 6}')]
    server.change("uuid:0002", deleted=True)
    bring(small, server)
    assert largest(small) == [("uuid:0000", '{"rooms": 5}'), ("uuid:0001", '{"rooms": 7}')]


def test_officer__an_edit__the_tables_of_the_officers_other_forms_are_not_read(small, monkeypatch):
    server = server_of(*({"sec_a/hh_code": f"h{n}", "members": []} for n in range(6)))
    bring(small, server)
    from processor.store import checking

    read, asked = checking.read_frames, []

    def reads(connection, forms, wanted, practice, ids=None, form_id=""):
        asked.append(ids)
        return read(connection, forms, wanted, practice, ids, form_id)

    monkeypatch.setattr(checking, "read_frames", reads)
    server.change("uuid:0003", answers=ANSWERS | {"sec_a/rooms": "8", "sec_a/hh_code": "h3"}, version_id="e")
    bring(small, server)
    assert largest(small) == [("uuid:0003", '{"rooms": 8}')]
    assert asked and all(ids == ["uuid:0003"] for ids in asked)


def random_step(server: MemoryServer, random: Random, number: int) -> None:
    """A new form, another officer, other rooms, another mark, a deletion or its end."""
    key = f"uuid:{random.randrange(8):04d}"
    answers = ANSWERS | {"sec_a/rooms": random.choice(["", "1", "2", "9"])}
    if key not in server.current:
        practice, officer = random.random() < 0.3, random.choice(OFFICERS)
        server.put(submission(int(key[-4:]), answers, practice=practice, submitter=officer))
        return
    changes = [
        {"submitter": random.choice(OFFICERS)},
        {"answers": answers},
        {"deleted": random.random() < 0.6},
    ]
    server.change(key, **random.choice(changes), version_id=f"uuid:e{number}")


@pytest.mark.parametrize("seed", range(3))
def test_history__forms_move_between_officers__increments_are_a_full_check(small, monkeypatch, seed):
    monkeypatch.setattr(kept, "PARTS", 3)
    server, random = MemoryServer(), Random(seed)
    for wave in range(8):
        for number in range(random.randrange(1, 5)):
            random_step(server, random, wave * 10 + number)
        bring(small, server)
    left = checked(small)
    assert left["measures"] and check_anew(small).full
    assert checked(small) == left
    assert due(small) == 0


def test_parts__many_changes__become_one_part_again(small, monkeypatch):
    monkeypatch.setattr(kept, "PARTS", 3)
    server, seen = server_of({}, {}), []
    for number in range(6):
        server.change(
            "uuid:0000", answers=ANSWERS | {"sec_a/rooms": str(number)}, version_id=f"uuid:e{number}"
        )
        bring(small, server)
        seen.append(parts(small))
    assert seen == [1, 2, 3, 1, 2, 3]
    assert rows(small, "T-10")[-1][3] == '{"rooms": 5}'


def test_practice__removed__nothing_is_kept_of_it(small):
    server = server_of({})
    server.put(submission(1, ANSWERS, practice=True))
    bring(small, server)
    server.change("uuid:0001", answers=ANSWERS | {"sec_a/rooms": "8"}, version_id="uuid:e")
    bring(small, server)
    assert parts(small, practice=True) == 1
    remove_practice(small)
    check_due(small)
    assert parts(small, practice=True) == 0 and parts(small) == 1


def raising_at(monkeypatch, most):
    """What is kept of rooms cannot be made where a household has more."""
    book = Rulebook(dict(small_survey.BOOK.rules), dict(small_survey.BOOK.families))
    family = book.families["officer"]

    def broken(measure):
        def make(data):
            if (data.number("c", "rooms") > most).any():
                raise KeyError("Nguyễn Văn Hoà")
            return measure.make(data)

        return replace(measure, make=make) if measure.name == "rooms" else measure

    book.families["officer"] = replace(family, measures=tuple(map(broken, family.measures)))
    monkeypatch.setattr(sys.modules["processor.survey.checks.small_survey"], "BOOK", book)


def test_increment__measures_that_raise__stand_with_their_findings_and_are_told(small, monkeypatch, caplog):
    server = server_of({"sec_a/rooms": "5"}, {"sec_a/rooms": "6"})
    bring(small, server)
    before, found = checked(small)["measures"], largest(small)
    with monkeypatch.context() as broken:
        raising_at(broken, 8)
        server.change("uuid:0000", answers=ANSWERS | {"sec_a/rooms": "9"}, version_id="uuid:e")
        bring(small, server)
        assert checked(small)["measures"] == before and largest(small) == found
        assert rows(small, "T-1")[0][3] == '{"rooms": 9}', "other rules go on"
        assert read_not_checked(small)["T-10"] == read_not_checked(small)["T-6"] == f"{BROKEN}KeyError"
        assert "Nguyễn" not in caplog.text
        check_anew(small)
        assert checked(small)["measures"] == before and largest(small) == found
    check_anew(small)
    assert largest(small) == [("uuid:0000", '{"rooms": 9}')]
    assert "T-10" not in read_not_checked(small)


def test_store_of_before__is_migrated_and_checks_everything_once(small):
    server = server_of({"sec_a/rooms": "5"}, {})
    bring(small, server)
    expected = checked(small)
    config = small.config
    with writing(small.engine) as connection:
        check_measures.drop(connection)
        list_columns.drop(connection)  # of a later migration, which is run again as well
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0008'"))
    small.engine.dispose()
    again = open_store(config)
    try:
        assert check_due(again).full and not check_due(again).full
        assert checked(again) == expected
    finally:
        again.engine.dispose()


def frame(*ids, **columns):
    return pd.DataFrame({kept.SUBMISSION: kept.marks_of(ids), **columns})


def test_blocks__texts_and_numbers_with_empty_cells__come_back_as_they_were(small):
    texts = pd.Series(["Đỗ \u0000 |", None, ""], dtype=object)
    one = frame("a", "b", "c", text=texts, number=[0.1 + 0.2, np.nan, -0.0])
    empty = frame("d", text=pd.Series([None], dtype=object), number=[1e300])
    with writing(small.engine) as connection:
        kept.replace_measures(connection, "f", False, {"c": one, "c1": empty})
        found = kept.read_measures(connection, ["f", "g"], False)
    assert found["g"] == {}
    for table, expected in (("c", one), ("c1", empty)):
        got = found["f"][table]
        assert got["text"].tolist() == expected["text"].tolist()
        assert np.array_equal(got["number"], expected["number"], equal_nan=True)
        assert got[kept.SUBMISSION].tolist() == expected[kept.SUBMISSION].tolist()


def test_blocks__submission_that_is_in_no_group_any_more__is_not_kept(small):
    with writing(small.engine) as connection:
        kept.replace_measures(connection, "f", False, {"c": frame("a", "b", number=[1.0, 2.0])})
        kept.add_measures(connection, "f", False, ["b", "c"], {"c": frame("c", number=[3.0])})
        kept.add_measures(connection, "f", False, ["a"], {"c": frame("a", number=[4.0])})
        found = kept.read_measures(connection, ["f"], False)["f"]["c"]
        assert kept.read_measures(connection, ["f"], True) == {"f": {}}
    assert sorted(found["number"]) == [3.0, 4.0]


def test_marks__are_the_same_in_every_process():
    assert kept.marks_of(["uuid:0000"]).tolist() == [4516596756644427340]
