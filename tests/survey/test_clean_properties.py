"""What cleaning promises for any answers at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from processor.survey.clean.table import clean
from processor.survey.flatten import Flattened, flatten
from processor.survey.prepare import prepare
from processor.survey.records import TYPE, Change, Document, as_text
from processor.survey.values import READERS
from tests.survey.cleaning_form import FORM, NAMES
from tests.survey.make import cells, concatenated, documents, plans

PLANS = plans(FORM)

NASTY = st.text(
    alphabet=" \t\n\u00a0\u200b\ufeff\u0301\u0309\u0323\u02bc\u2019`´'-–/.,0159aAeôĐđÐðhoàÔngBbßŉΐİıſ¸µ§ùøQD",
    max_size=14,
)
PAPER = st.sampled_from(
    [
        "405",
        "405.000",
        "405.000đ",
        "12.000",
        "5000",
        "99",
        "0",
        "15",
        "1,5",
        "1.5",
        "7",
        "05/03/1936",
        "31/02/1990",
        "5-3-36",
        "2015-02-17",
        "1936",
        "2",
        "31",
        "-",
        "1231",
        "16663",
        "98",
        "77",
        "red",
        "01",
        "Ông_Vừ_Bá_Chò",
        "Bà_Cụ_Lê_An",
        "Xóm_5",
        "Tổ_dân_phố_3",
        "12_/_qd-ubnd",
        "không",
        "1e300",
        "NaN",
        "ʼNaʼn",
        "+84_912_345_678",
        "84912345678",
        "912345678",
        "0383841234",
        "0168_838_4123",
        "+8400840084912345678",
        "999_999_999",
        "không_có_1",
        "40054001234",
        "040054001234",
        "186_123_456",
        "123456789",
        "1954",
        "2016-03-10",
        "2019-01-05",
        "bt_2_40_1234567890",
        "H'Mông",
        "Alien",
        "5",
    ]
).map(lambda text: text.replace("_", " "))
ANSWER = NASTY | PAPER | st.text(max_size=6)
ROW = st.dictionaries(st.sampled_from(NAMES), ANSWER, max_size=len(NAMES))


@st.composite
def submissions(draw: st.DrawFn) -> list[Document]:
    answers = []
    for root in draw(st.lists(ROW, min_size=1, max_size=5)):
        people = [{f"people/p_{n}": v for n, v in row.items()} for row in draw(st.lists(ROW, max_size=2))]
        answers.append({**root, "people": people})
    return documents(*answers)


def untyped(flat: Flattened, table: str) -> list[Any]:
    return [f for f in flat.findings if f.rule == TYPE and f.table_name == table]


def replayed(frame: Any, changes: tuple[Change, ...], types: Mapping[str, str]) -> dict[tuple[str, str], Any]:
    """The cells of an unclean frame after the log, which must fit them at every step."""
    key = "row_key" if "row_key" in frame else "submission_id"
    state = {(r[key], n): r[n] for r in frame.to_dict("records") for n in types}
    for change in changes:
        cell = (change.row_key, change.column_name)
        assert state[cell] is None or as_text(state[cell]) == change.before
        reader = READERS.get(types[change.column_name], str)
        state[cell] = None if change.after is None else reader(change.after)
    return state


@settings(max_examples=60, deadline=None)
@given(submissions())
def test_clean__cleaned_again__nothing_changes(received: list[Document]) -> None:
    for name, frame in prepare(PLANS, "commune", received).frames.items():
        plan = next(p for p in PLANS if p.name == name)
        again = clean(plan, frame)
        assert again.changes == ()
        assert cells(again.frame) == cells(frame)


@settings(max_examples=60, deadline=None)
@given(submissions())
def test_clean__log_replayed__gives_the_clean_answers_and_nothing_else(received: list[Document]) -> None:
    flat = flatten(PLANS, "commune", received)
    for plan in PLANS:
        frame = flat.frames[plan.name]
        before = cells(frame)
        result = clean(plan, frame, untyped(flat, plan.name))
        assert cells(frame) == before
        derived = {c.name for c in plan.columns if c.origin == "derived"}
        types = {c.name: c.type for c in plan.columns if c.name not in derived}
        expected = replayed(result.frame, (), types)
        assert repr(replayed(frame, result.changes, types)) == repr(expected)


@settings(max_examples=40, deadline=None)
@given(submissions(), st.integers(1, 4))
def test_prepare__pages_of_any_size__same_rows_log_and_findings(received: list[Document], size: int) -> None:
    whole = prepare(PLANS, "commune", received)
    pages = [prepare(PLANS, "commune", received[i : i + size]) for i in range(0, len(received), size)]
    for plan in PLANS:
        assert concatenated([p.frames[plan.name] for p in pages]) == cells(whole.frames[plan.name])
        for part in ("changes", "findings"):
            one = [r for r in getattr(whole, part) if r.table_name == plan.name]
            many = [r for p in pages for r in getattr(p, part) if r.table_name == plan.name]
            assert sorted(many, key=repr) == sorted(one, key=repr)
    assert [c for p in pages for c in p.changes if c.table_name == "t"] == [
        c for c in whole.changes if c.table_name == "t"
    ]


@settings(max_examples=40, deadline=None)
@given(submissions(), st.randoms(use_true_random=False))
def test_prepare__rows_in_any_order__same_cells_log_and_findings(
    received: list[Document], random: Any
) -> None:
    mixed = received.copy()
    random.shuffle(mixed)
    one, other = prepare(PLANS, "commune", received), prepare(PLANS, "commune", mixed)
    for name in one.frames:
        assert sorted(cells(other.frames[name]), key=repr) == sorted(cells(one.frames[name]), key=repr)
    assert sorted(other.changes, key=repr) == sorted(one.changes, key=repr)
    assert sorted(other.findings, key=repr) == sorted(one.findings, key=repr)


@settings(max_examples=60, deadline=None)
@given(submissions())
def test_prepare__every_answer__in_a_cell_or_in_the_log_or_found(received: list[Document]) -> None:
    result = prepare(PLANS, "commune", received)
    told = {(c.row_key, c.column_name) for c in (*result.changes, *result.findings)}
    root = {r["submission_id"]: r for r in result.frames["t"].to_dict("records")}
    for document in received:
        for name in NAMES:
            text = document.answers.get(name)
            if text and (document.submission_id, name) not in told:
                cell = root[document.submission_id][name]
                assert as_text(cell) == text or READERS[PLANS[0].by_name[name].type](text) == cell
