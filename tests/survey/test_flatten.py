from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd
import pytest

from processor.survey.flatten import flatten, parent_path
from processor.survey.records import Finding
from tests.survey.make import document, documents, plans, rows

AREA = "sec_a/commune"

HOUSEHOLD = """
| survey |
| | type | name | label | repeat_count |
| | begin group | sec_a | A | |
| | select_one commune | commune | Commune | |
| | text | village | Village | |
| | end group | | | |
| | integer | size | Size | |
| | decimal | land | Land | |
| | date | seen | Seen | |
| | time | hour | Hour | |
| | dateTime | began | Began | |
| | geopoint | gps | Place | |
| | select_multiple asset | assets | Assets | |
| | note | hint | Read this | |
| | begin repeat | members | Members | |
| | text | m_name | Name | |
| | begin group | health | Health | |
| | begin repeat | illness | Illness | |
| | text | ill | Illness | |
| | integer | days | Days | |
| | end repeat | | | |
| | end group | | | |
| | end repeat | | | |
| choices |
| | list_name | name | label |
| | commune | 16663 | Đông Vĩnh |
| | commune | 00001 | Zero |
| | asset | tv | TV |
| | asset | 01 | Radio |
"""


def flat(*answers: dict[str, Any], form: str = HOUSEHOLD) -> tuple[dict[str, pd.DataFrame], list[Finding]]:
    result = flatten(plans(form), AREA, documents(*answers))
    return dict(result.frames), list(result.findings)


def test_flatten__all_types__typed_cells() -> None:
    frames, findings = flat(
        {
            "sec_a/commune": "00001",
            "sec_a/village": "  Xóm 5 ",
            "size": "4",
            "land": "1200.0",
            "seen": "2016-03-05",
            "hour": "08:01:00.000+07:00",
            "began": "2016-03-05T08:01:00.000+07:00",
            "gps": "18.67 105.69 4.0 5.0",
            "assets": "01 tv",
        }
    )
    assert findings == []
    assert rows(frames["t"], "commune", "village", "size", "land", "seen", "hour", "began") == [
        (
            "00001",
            "  Xóm 5 ",
            4,
            1200.0,
            "2016-03-05",
            "08:01:00",
            "2016-03-05T01:01:00.000000+00:00",
        )
    ]
    assert rows(frames["t"], "gps", "gps_lat", "gps_lon", "gps_alt", "gps_acc") == [
        ("18.67 105.69 4.0 5.0", 18.67, 105.69, 4.0, 5.0)
    ]
    assert rows(frames["t"], "assets", "assets__tv", "assets__01") == [("01 tv", 1, 1)]


def test_flatten__absent_or_empty_answers__none_everywhere() -> None:
    empty = dict.fromkeys(("sec_a/commune", "sec_a/village", "size", "land", "gps", "assets"), "")
    frames, findings = flat({}, empty)
    answers = [c.name for c in plans(HOUSEHOLD)[0].columns if c.origin not in ("key", "system")]
    assert rows(frames["t"], *answers) == [(None,) * len(answers)] * 2
    assert rows(frames["t"], "_area") == [(None,), (None,)]
    assert findings == []


def test_flatten__any_documents__columns_and_order_of_the_plan() -> None:
    for answers in ([], [{}], [{"members": [{}]}]):
        frames, _ = flat(*answers)
        assert {n: list(f.columns) for n, f in frames.items()} == {
            p.name: [c.name for c in p.columns] for p in plans(HOUSEHOLD)
        }
        assert {str(t) for f in frames.values() for t in f.dtypes} == {"object"}


def test_flatten__choice_not_chosen__zero_only_when_answered() -> None:
    frames, _ = flat({"assets": "tv"}, {"assets": ""}, {}, {"assets": " tv   01 "})
    assert rows(frames["t"], "assets__tv", "assets__01") == [(1, 0), (None, None), (None, None), (1, 1)]


def test_flatten__nested_repeats__keys_name_every_level() -> None:
    frames, findings = flat(
        {
            "members": [
                {"members/m_name": "An"},
                {
                    "members/m_name": "Bình",
                    "members/health/illness": [
                        {"members/health/illness/ill": "ho", "members/health/illness/days": "3"},
                        {"members/health/illness/ill": "sốt"},
                    ],
                },
            ]
        },
        {"members": []},
        {"members": [{"members/m_name": "Cúc", "members/health/illness": [{}]}]},
    )
    keys = ("submission_id", "row_key", "parent_key", "row_no")
    assert rows(frames["t_members"], *keys, "m_name") == [
        ("uuid:1", "uuid:1/members[1]", "uuid:1", 1, "An"),
        ("uuid:1", "uuid:1/members[2]", "uuid:1", 2, "Bình"),
        ("uuid:3", "uuid:3/members[1]", "uuid:3", 1, "Cúc"),
    ]
    assert rows(frames["t_illness"], *keys, "ill", "days") == [
        ("uuid:1", "uuid:1/members[2]/illness[1]", "uuid:1/members[2]", 1, "ho", 3),
        ("uuid:1", "uuid:1/members[2]/illness[2]", "uuid:1/members[2]", 2, "sốt", None),
        ("uuid:3", "uuid:3/members[1]/illness[1]", "uuid:3/members[1]", 1, None, None),
    ]
    assert findings == []


def test_flatten__rows_of_all_tables__carry_area_and_practice() -> None:
    answers = {"sec_a/commune": "16663", "members": [{"members/health/illness": [{}]}]}
    result = flatten(
        plans(HOUSEHOLD), AREA, [document(answers, practice=True), document({"members": [{}]}, "uuid:2")]
    )
    for name in ("t", "t_members"):
        assert rows(result.frames[name], "_area", "_practice") == [("16663", 1), (None, 0)]
    assert rows(result.frames["t_illness"], "_area", "_practice") == [("16663", 1)]


def test_flatten__provenance__from_the_document() -> None:
    names = ("_form_version", "_raw_sha256", "_received_at", "_updated_at", "_pulled_at")
    frames, _ = flat({})
    assert rows(frames["t"], *names, "_submitter", "_review_state") == [
        (
            "1",
            "ab" * 32,
            "2016-03-10T01:00:00.000000+00:00",
            "2016-03-11T02:00:00.000500+00:00",
            "2016-03-12T03:00:00.000000+00:00",
            "16663-01",
            "received",
        )
    ]


def test_flatten__naive_time__refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        flatten(plans(HOUSEHOLD), AREA, [document({}, received_at=datetime(2016, 3, 1))])  # noqa: DTZ001


def test_flatten__answer_of_another_type__none_and_a_finding_with_the_text() -> None:
    frames, findings = flat(
        {"size": "4"},
        {"size": "bốn", "seen": "05/03/2016", "members": [{}, {"members/health/illness": [{}]}]},
        {"members": [{"members/health/illness": [{"members/health/illness/days": "3 ngày"}]}]},
    )
    assert rows(frames["t"], "size", "seen") == [(4, None), (None, None), (None, None)]
    assert findings == [
        Finding("t", "uuid:2", "uuid:2", "size", "TYPE", "E", "bốn"),
        Finding("t", "uuid:2", "uuid:2", "seen", "TYPE", "E", "05/03/2016"),
        Finding("t_illness", "uuid:3", "uuid:3/members[1]/illness[1]", "days", "TYPE", "E", "3 ngày"),
    ]


def test_flatten__geopoint_that_is_none__text_kept_parts_empty_and_a_finding() -> None:
    frames, findings = flat({"gps": "nhà ông An"})
    assert rows(frames["t"], "gps", "gps_lat", "gps_acc") == [("nhà ông An", None, None)]
    assert findings == [Finding("t", "uuid:1", "uuid:1", "gps", "TYPE", "E", "nhà ông An")]


def test_flatten__answer_that_no_version_asked__a_finding_with_its_path() -> None:
    _, findings = flat(
        {"sec_z/new": "x", "old": [{"old/a": "1"}], "members": [{"members/shoe": "38"}]},
        {"members": "two"},
    )
    assert findings == [
        Finding("t", "uuid:1", "uuid:1", "", "UNKNOWN", "W", "old"),
        Finding("t", "uuid:1", "uuid:1", "", "UNKNOWN", "W", "sec_z/new"),
        Finding("t", "uuid:2", "uuid:2", "", "UNKNOWN", "W", "members"),
        Finding("t_members", "uuid:1", "uuid:1/members[1]", "", "UNKNOWN", "W", "members/shoe"),
    ]


def test_flatten__empty_notes_groups_and_identity__no_finding() -> None:
    ids = {"meta/instanceID": "uuid:1", "meta/deprecatedID": "uuid:0"}
    _, findings = flat({"hint": "", "sec_b": "", "members": "", "gone": [], **ids})
    assert findings == []


def test_flatten__rows_where_an_answer_belongs__a_finding_that_keeps_them() -> None:
    frames, findings = flat({"size": [{"size/a": "1"}], "sec_a/village": [{"sec_a/village/b": "đ"}]})
    assert rows(frames["t"], "size", "village") == [(None, None)]
    assert [(f.column_name, f.rule, f.value) for f in findings] == [
        ("village", "TYPE", '[{"sec_a/village/b": "đ"}]'),
        ("size", "TYPE", '[{"size/a": "1"}]'),
    ]


def test_flatten__documents__left_as_they_were() -> None:
    answers = {"size": "x", "members": [{"members/m_name": ""}], "odd": "1"}
    copy = {"size": "x", "members": [{"members/m_name": ""}], "odd": "1"}
    flat(answers)
    assert answers == copy


OLD = """
| survey |
| | type | name | label |
| | begin group | sec_a | A |
| | select_one commune | commune | Commune |
| | text | gone | Gone |
| | end group | | |
| choices |
| | list_name | name | label |
| | commune | 16663 | Đông Vĩnh |
"""
MOVED = """
| survey |
| | type | name | label |
| | begin group | sec_b | B |
| | select_one commune | commune | Commune |
| | end group | | |
| | text | added | Added |
| choices |
| | list_name | name | label |
| | commune | 16663 | Đông Vĩnh |
"""


def test_flatten__two_versions__one_table_with_removed_added_and_moved_questions() -> None:
    both = documents({"sec_a/commune": "16663", "sec_a/gone": "x"}, {"sec_b/commune": "16663", "added": "y"})
    for area_path in ("sec_a/commune", "sec_b/commune"):
        result = flatten(plans(OLD, MOVED), area_path, both)
        assert rows(result.frames["t"], "commune", "gone", "added", "_area") == [
            ("16663", "x", None, "16663"),
            ("16663", None, "y", "16663"),
        ]
        assert result.findings == ()


def test_flatten__findings_of_several_columns__by_row() -> None:
    _, findings = flat({"seen": "x"}, {"size": "x"})
    assert [f.submission_id for f in findings] == ["uuid:1", "uuid:2"]


def test_parent__three_levels__the_innermost_around() -> None:
    deep = "| survey |\n| | type | name | label |\n" + "".join(
        f"| | begin repeat | {name} | R |\n| | text | t_{name} | T |\n" for name in ("a", "b", "c")
    )
    tables = plans(deep + "| | end repeat | | |\n" * 3)
    assert [parent_path(p.path, tables) for p in tables] == ["", "", "a", "a/b"]
