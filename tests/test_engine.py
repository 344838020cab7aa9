"""The driver of the form engine: clear faults, languages, an engine that stays usable."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from tests import engine

FORM = """
| survey |         |      |                        |              |            |                                        |
|        | type    | name | label::Tiếng Việt (vi) | label::English (en) | constraint | constraint_message::Tiếng Việt (vi) | constraint_message::English (en) | required |
|        | integer | age  | Tuổi                   | Age          | . < 130    | Tuổi dưới 130 | Under 130 | yes |
|        | text    | note | Ghi chú | Note | | | | |
| settings |         |         |                    |
|          | form_id | version | default_language   |
|          | ages    | 1       | Tiếng Việt (vi)    |
"""


@pytest.fixture(scope="module")
def xform() -> bytes:
    return convert(FORM, warnings=[]).xform.encode()


def test_fill__good_and_refused_answers__one_result_each_in_order(xform: bytes, tmp_path: Path) -> None:
    good, refused, given_id = engine.fill(xform, tmp_path, [{"age": 5}, {"age": 200}, {"_id": "x", "age": 7}])
    assert (good.ok, good.valid) == (True, True)
    assert good.xml and b"<age>5</age>" in good.xml
    assert (refused.ok, refused.valid, refused.xml) == (False, False, None)
    assert refused.messages("constraint", "age") == ["Tuổi dưới 130"]
    assert given_id.id == "x"


def test_fill__other_language__its_messages(xform: bytes, tmp_path: Path) -> None:
    [result] = engine.fill(xform, tmp_path, [{"age": 200}], lang=engine.ENGLISH)
    assert result.messages("constraint", "age") == ["Under 130"]


def test_fill__force__keeps_the_invalid_xml(xform: bytes, tmp_path: Path) -> None:
    [result] = engine.fill(xform, tmp_path, [{"note": "x"}], force=True)
    assert not result.valid and result.xml and b"<age />" in result.xml


def test_fill__unknown_answer__is_a_problem(xform: bytes, tmp_path: Path) -> None:
    [result] = engine.fill(xform, tmp_path, [{"age": 5, "agee": 6}])
    assert [p["kind"] for p in result.problems] == ["unknown"]


def test_fill__a_form_that_is_none__says_what_the_engine_said(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="could not be opened"):
        engine.fill(b"<html/>", tmp_path, [{}])


def test_fill__without_java__says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="apt-get install -y openjdk-17-jdk-headless"):
        engine.fill(b"<other/>", tmp_path, [{}])
