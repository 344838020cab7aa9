"""How findings are written down: values as JSON, and the names under which people's work on them is kept."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from processor.store.finding_rows import names
from processor.survey.checks.jsontext import json_texts

VALUES = st.one_of(
    st.none(),
    st.sampled_from(
        [0, 1, 1.0, True, False, -0.0, 0.0, "1", "Đỗ", 'a"b\\', 2.5, ["b", "a"], {"b": 1, "a": None}]
    ),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
)


@given(st.lists(st.fixed_dictionaries({"limit": VALUES, "count": VALUES, "Số": VALUES}), max_size=12))
def test_json_texts__any_values__as_each_by_itself(rows: list[dict[str, Any]]) -> None:
    columns = {name: [row[name] for row in rows] for name in ("limit", "count", "Số")}
    assert json_texts(columns, len(rows)) == [
        json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows
    ]


def test_json_texts__no_values__empty_objects() -> None:
    assert json_texts({}, 2) == ["{}", "{}"]


@given(st.tuples(*[st.text()] * 6), st.one_of(st.none(), st.text()))
def test_names__any_finding__are_the_hashes_under_which_acts_are_kept(
    place: tuple[str, ...], value: str | None
) -> None:
    def hashed(parts: tuple[str | None, ...]) -> str:
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]

    assert names(place, value) == (hashed(place), hashed((hashed(place), value)))


def test_names__one_finding__fixed() -> None:
    place = ("R-D01", "c_members", "uuid:1", "uuid:1/members[2]", "m_id_no", "")
    assert names(place, '{"communes": "16663", "count": 2, "limit": 1}') == (
        "c4747f648be789e750a0409885074afa",
        "136ca55c0a4ffb9fbb87e848ed862506",
    )
