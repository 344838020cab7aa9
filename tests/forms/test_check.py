"""The check before publishing: the project's forms pass, each kind of mistake is named in clear words."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from processor.errors import Message
from processor.forms.check import check, check_and_look, validator_available
from tests.forms.conftest import MEDIA, WORKBOOKS
from tests.forms.tables import workbook

GOOD = """
| survey |
| type | name | label::Tiếng Việt (vi) | label::English (en) | constraint | constraint_message::Tiếng Việt (vi) | constraint_message::English (en) | required | required_message::Tiếng Việt (vi) | required_message::English (en) | appearance | data_class | clean_as | origin | calculation |
| text | head | Chủ hộ | Head | string-length(.) > 1 | Quá ngắn | Too short | yes | Chưa trả lời | Not answered |  | personal | person_name | sourced | |
| select_one yes_no | poor | Nghèo | Poor | | | | | | | quick | sensitive | | added | |
| calculate | twice | | | | | | | | | | open | code:3 | | 1 + 1 |
| begin_group | page | Trang | Page | | | | | | | field-list | | | | |
| integer | a | A | A | | | | | | | | open | | | |
| end_group | | | | | | | | | | | | | | |
| choices |
| list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| yes_no | 1 | Có | Yes |
| yes_no | 0 | Không | No |
| settings |
| form_title | form_id | version | default_language | instance_name |
| Phiếu | phieu_x | 2016022301 | Tiếng Việt (vi) | ${head} |
"""


def found(tmp_path: Path, text: str) -> list[tuple[Message, str]]:
    return [(p.rule, p.text) for p in check(workbook(tmp_path / "x.xlsx", text), tmp_path)]


def page_of(count: int) -> str:
    row = "| integer | a | A | A | | | | | | | | open | | | |"
    return GOOD.replace(row, "\n".join(row.replace(" a ", f" a{n} ") for n in range(count)))


@pytest.mark.parametrize("form_id", list(WORKBOOKS))
def test_check__the_projects_forms__nothing_to_correct(form_id: str) -> None:
    """Own rules, pyxform without a warning, ODK Validate."""
    assert validator_available()
    assert check(WORKBOOKS[form_id], MEDIA) == []


def test_check__a_small_good_form__nothing_to_correct(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD) == []


MISTAKES = [
    ("phieu_x | 2016022301", "phieu_x |", Message.CHECK_SETTING, "version"),
    ("| 2016022301 | Tiếng Việt (vi) |", "| 2016022301 | vi |", Message.CHECK_LANGUAGE, "'vi'"),
    ("| calculate | twice", "| calculate | Twice", Message.CHECK_NAME, "row 4"),
    ("| calculate | twice", "| calculate | " + "t" * 33, Message.CHECK_NAME_LONG, "33 characters"),
    ("| quick | sensitive |", "| quick | |", Message.CHECK_CLASS, "data_class"),
    ("| quick | sensitive |", "| quick | hidden |", Message.CHECK_CLASS, "'hidden'"),
    ("code:3", "code:x", Message.CHECK_CLEAN_AS, "'code:x'"),
    ("| sourced |", "| internet |", Message.CHECK_ORIGIN, "'internet'"),
    ("| Nghèo | Poor |", "| Nghèo | |", Message.CHECK_TRANSLATION, "English (en)"),
    ("| 0 | Không | No |", "| 0 | Không | |", Message.CHECK_TRANSLATION, "sheet choices, row 3"),
    ("| Quá ngắn | Too short |", "| | Too short |", Message.CHECK_MESSAGE, "Tiếng Việt (vi)"),
    ("| Chưa trả lời | Not answered |", "| Chưa trả lời | |", Message.CHECK_MESSAGE, "required_message"),
    ("Chủ hộ", unicodedata.normalize("NFD", "Chủ hộ"), Message.CHECK_LETTERS, "label::Tiếng Việt (vi)"),
    ("select_one yes_no", "select_one_from_file xa.csv", Message.CHECK_MEDIA, "xa.csv"),
    ("| yes_no | 0 |", "| yes_no | c d |", Message.CHECK_CHOICE, "'c d'"),
    ("| yes_no | 0 |", "| yes_no | 1 |", Message.CHECK_CHOICE_TWICE, "yes_no"),
    ("| text | head |", "| image | head |", Message.CHECK_WARNING, "max-pixels"),
    ("string-length(.) > 1", "string-length(.) >", Message.CHECK_VALIDATE, "string-length"),
    ("${head}", "${heads}", Message.FORM_UNREADABLE, "heads"),
    ("| integer | a |", "| integer | page_ |", None, ""),
    ("| select_one yes_no | poor |", "| select_multiple yes_no | poor |", None, ""),
    ("| calculate | twice", "| calculate | head", Message.FORM_UNREADABLE, "head"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule", "says"), MISTAKES)
def test_check__one_mistake__is_named(
    old: str, new: str, rule: Message | None, says: str, tmp_path: Path
) -> None:
    assert old in GOOD
    problems = found(tmp_path, GOOD.replace(old, new, 1))
    if rule is None:
        assert problems == []
    else:
        assert [text for kind, text in problems if kind is rule and says in text], problems


def test_check__two_questions_of_one_column__are_named(tmp_path: Path) -> None:
    text = GOOD.replace("| calculate | twice", "| calculate | poor__1").replace(
        "select_one", "select_multiple"
    )
    assert Message.FORM_COLUMN_CLASH in [kind for kind, _ in found(tmp_path, text)]


@pytest.mark.parametrize(("count", "rules"), [(6, []), (7, [Message.CHECK_PAGE_LONG])])
def test_check__questions_on_one_screen__six_at_most(
    count: int, rules: list[Message], tmp_path: Path
) -> None:
    assert [kind for kind, _ in found(tmp_path, page_of(count))] == rules


def test_check__repeat_inside_a_page__is_named(tmp_path: Path) -> None:
    row = "| integer | a | A | A | | | | | | | | open | | | |"
    inside = f"| begin_repeat | rep | R | R | | | | | | | | | | | |\n{row}\n| end_repeat | | | | | | | | | | | | | | |"
    assert Message.CHECK_PAGE_REPEAT in [kind for kind, _ in found(tmp_path, GOOD.replace(row, inside))]


def test_check__not_a_workbook__says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_text("type,name\ntext,a\n")
    [problem] = check(path, tmp_path)
    assert problem.rule is Message.FORM_UNREADABLE and "x.xlsx" in problem.text


def test_check__without_java__the_rest_still_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not validator_available()
    assert found(tmp_path, GOOD) == []
    assert [k for k, _ in found(tmp_path, GOOD.replace("| sensitive |", "| |"))] == [Message.CHECK_CLASS]


def with_former(name: str, *, head: str = "") -> str:
    """The question `poor` says that it was called otherwise; `head` says so too."""
    text = []
    for line in GOOD.strip().splitlines():
        cell = {"| type": "former_name", "| select_one": name, "| text": head}.get(line[: line.find(" ", 2)])
        text.append(line if cell is None else f"{line} {cell} |")
    return "\n".join(text)


def test_check__former_name_that_nobody_has_any_more__is_fit(tmp_path: Path) -> None:
    assert found(tmp_path, with_former("is_poor very_poor")) == []


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        (with_former("head"), Message.CHECK_FORMER, "(head) has or claims too"),
        (with_former("poor"), Message.CHECK_FORMER, "the question itself"),
        (with_former("old", head="old"), Message.CHECK_FORMER, "claimed by one question only"),
        (with_former("hộ,nghèo"), Message.CHECK_FORMER_NAME, "separated by spaces"),
    ],
    ids=["still asked", "its own", "two claim one", "no name"],
)
def test_check__wrong_former_name__is_named(text: str, rule: Message, words: str, tmp_path: Path) -> None:
    [problem] = [p for p in check(workbook(tmp_path / "x.xlsx", text), tmp_path) if p.rule is rule]
    assert words in problem.text and "sheet survey, row" in problem.text


def test_check__list_without_labels__is_named(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("name,nhãn\n1,Có\n", encoding="utf-8")
    path = workbook(tmp_path / "x.xlsx", GOOD.replace("select_one yes_no", "select_one_from_file l.csv"))
    problems = check(path, tmp_path)
    assert any(p.rule is Message.CHECK_LIST_HEAD and "no column 'label'" in p.text for p in problems)


def test_look__large_list__told_with_its_figures_and_fit_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "l.csv").write_text("name,label\n" + "1,Có\n" * 200_000, encoding="utf-8")
    path = workbook(tmp_path / "x.xlsx", GOOD.replace("select_one yes_no", "select_one_from_file l.csv"))
    problems, [look] = check_and_look(path, tmp_path)
    assert problems == [] and look.rule is Message.CHECK_SIZE
    assert "l.csv 1,200,011" in look.text and "about 5 minutes on 2G" in look.text


def test_look__flag_longer_than_stata_takes__is_named(tmp_path: Path) -> None:
    text = GOOD.replace("select_one yes_no | poor", "select_multiple yes_no | poor_in_the_last_twelve_months")
    text = text.replace("| yes_no | 1 |", "| yes_no | yes |")
    problems, [look] = check_and_look(workbook(tmp_path / "x.xlsx", text), tmp_path)
    assert problems == [] and look.rule is Message.CHECK_STATA
    assert "poor_in_the_last_twelve_months__yes" in look.text and "table phieu_x" in look.text


@pytest.mark.parametrize("form_id", list(WORKBOOKS))
def test_look__the_projects_own_forms__are_small_and_short(form_id: str) -> None:
    assert check_and_look(WORKBOOKS[form_id], MEDIA) == ([], [])
