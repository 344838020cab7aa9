"""`former_name`: one column over all versions, from the plan to the cell; wrong maps are refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from processor.errors import FormError, Message
from processor.forms.compare import diff
from processor.forms.definition import Form, from_json, to_json
from processor.forms.difference_words import sentence
from processor.survey.columns import plan_tables
from processor.survey.prepare import prepare
from processor.survey.records import Document
from tests.forms.pairs import Edit, choice, form, insert, put, remove, row

AT = datetime(2016, 3, 1, tzinfo=UTC)
RENAMED = put("pigs", name="swine", former_name="pigs")


def names(*versions: Form) -> list[str]:
    return [c.name for c in plan_tables("c", versions)[0].columns]


def document(number: int, version: str, **answers: object) -> Document:
    return Document(str(number), version, "0" * 64, AT, AT, AT, "16663-01", "received", False, answers)


def refused(versions: tuple[Form, ...], new: Form) -> list[str]:
    return [sentence(d, "en") for d in diff(versions, new) if d.level == "refused"]


def test_renamed__keeps_the_first_name_its_place_and_everything_beside_it() -> None:
    edits = (
        put("pigs", name="swine", former_name="pigs"),
        put("m_name", name="m_full", former_name="m_name"),
        put("needs", name="wants", former_name="needs"),
    )
    old, new = form("1"), form("2", *edits)
    for before, after in zip(plan_tables("c", (old,)), plan_tables("c", (old, new)), strict=True):
        assert [c.name for c in before.columns] == [c.name for c in after.columns]
    [column] = [c for c in plan_tables("c", (old, new))[0].columns if c.name == "pigs"]
    assert (column.path, column.former_paths, column.versions) == ("sec_b/swine", ("sec_b/pigs",), ("1", "2"))


def test_renamed__present_name__finds_the_answers_and_not_what_is_derived_of_them() -> None:
    edits = (
        put("m_name", name="m_full", former_name="m_name"),
        put("needs", name="wants", former_name="needs"),
    )
    root, members = plan_tables("c", (form("1"), form("2", *edits)))[:2]
    assert members.by_name["m_full"] is members.by_name["m_name"]
    assert root.by_name["wants"] is root.by_name["needs"]


def test_renamed__answers_of_all_versions_stand_in_the_one_column() -> None:
    edits = (RENAMED, put("m_name", name="m_full", former_name="m_name"))
    plans = plan_tables("c", (form("1"), form("2", *edits)))
    documents = [
        document(1, "1", **{"sec_b/pigs": "3", "members": [{"members/m_name": "lô thị a"}]}),
        document(2, "2", **{"sec_b/swine": "4", "members": [{"members/m_full": "lô thị b"}]}),
    ]
    made = prepare(plans, "sec_a/commune_code", documents)
    assert list(made.frames["c"]["pigs"]) == [3, 4]
    assert list(made.frames["c_members"]["m_name"]) == ["lô thị a", "lô thị b"]
    assert list(made.frames["c_members"]["m_name_norm"]) == ["Lô Thị A", "Lô Thị B"]
    assert not [f for f in made.findings if f.rule in ("UNKNOWN", "TYPE")]


def test_renamed__codes_of_several_answers_keep_their_flags() -> None:
    new = form("2", put("needs", name="wants", former_name="needs"), choice("need", "03"))
    plans = plan_tables("c", (form("1"), new))
    documents = [document(1, "1", **{"sec_b/needs": "01"}), document(2, "2", **{"sec_b/wants": "03 02"})]
    frame = prepare(plans, "", documents).frames["c"]
    assert [list(frame[f"needs__0{n}"]) for n in (1, 2, 3)] == [[1, 0], [0, 1], [0, 1]]


def test_renamed_twice__and_the_cell_emptied_later__still_one_column() -> None:
    versions = (
        form("1"),
        form("2", RENAMED),
        form("3", put("pigs", name="hogs", former_name="swine")),
        form("4", put("pigs", name="hogs")),
    )
    assert names(*versions) == names(form("1"))
    assert not [d for d in diff(versions[:3], versions[3]) if d.level != "fine"]


def test_renamed_back__is_the_same_column_again() -> None:
    assert names(form("1"), form("2", RENAMED), form("3", put("pigs", former_name="swine"))) == names(
        form("1")
    )
    assert names(form("1"), form("2", RENAMED), form("3")) == names(form("1"))


def test_renamed__where_the_old_version_never_was__has_the_same_column() -> None:
    """The same survey begun anew on another server gives the same tables."""
    assert names(form("2", RENAMED)) == names(form("1"), form("2", RENAMED))


def test_forgotten_map__said_one_version_later__makes_two_columns_one() -> None:
    versions = (form("1"), form("2", put("pigs", name="swine")))
    assert {"pigs", "swine"} <= set(names(*versions))
    new = form("3", RENAMED)
    assert not refused(versions, new)
    assert names(*versions, new) == names(form("1"))
    plans = plan_tables("c", (*versions, new))
    assert plans[0].by_name["swine"].name == "pigs", "pages find it by either name"


def test_forgotten_map__said_after_another_rename__takes_all_names_along() -> None:
    versions = (
        form("1"),
        form("2", put("pigs", name="swine")),
        form("3", put("pigs", name="hogs", former_name="swine")),
        form("4", put("pigs", name="hogs", former_name="swine pigs")),
    )
    assert names(*versions) == names(form("1"))


def test_diff__a_rename_of_two_versions_ago__counts_too() -> None:
    versions = (form("1"), form("2", remove("pigs")))
    [found] = [d for d in diff(versions, form("3", RENAMED)) if d.kind == "returned"]
    assert (found.path, found.old, found.since) == ("sec_b/swine", "sec_b/pigs", "1")


WRONG: dict[str, tuple[Edit, ...]] = {
    "the old name is still asked": (put("ill", former_name="pigs"),),
    "two claim one": (
        put("pigs", name="swine", former_name="pigs"),
        insert("rooms", row("integer", "hogs", former_name="pigs")),
    ),
    "two names of one version become one": (remove("ill"), put("poor", former_name="ill")),
    "two exchange their names": (
        put("poor", name="x"),
        put("ill", name="poor", former_name="ill"),
        put("x", name="ill", former_name="poor"),
    ),
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_wrong_map__refused_by_the_tables_and_by_diff(wrong: str) -> None:
    new = form("2", *WRONG[wrong])
    with pytest.raises(FormError) as caught:
        plan_tables("c", (form("1"), new))
    assert caught.value.message is Message.FORM_RENAME_CLASH
    assert any("one column" in text and "former_name" in text for text in refused((form("1"),), new))


def test_other_type__refused() -> None:
    new = form("2", put("pigs", name="swine", former_name="pigs", type="text"))
    with pytest.raises(FormError) as caught:
        plan_tables("c", (form("1"), new))
    assert caught.value.message is Message.FORM_TYPE_CLASH
    [text] = refused((form("1"),), new)
    assert "changed its type from integer to text" in text


@pytest.mark.parametrize("former", ["pgis", "m_age"], ids=["never asked", "asked in a repeat"])
def test_name_that_no_version_asked_there__refused(former: str) -> None:
    new = form(
        "2", put("pigs", name="swine", former_name=former), *([remove("m_age")] if former == "m_age" else [])
    )
    texts = refused((form("1"),), new)
    assert any(
        f"former_name of sec_b/swine is {former}" in text and "leave the cell empty" in text for text in texts
    )


def test_lowered_class_by_way_of_a_new_name__refused() -> None:
    new = form("2", put("poor", name="is_poor", former_name="poor", data_class="open"))
    [text] = refused((form("1"),), new)
    assert "lowered from sensitive to open" in text and "--allow-class-change" in text


def test_definition__with_all_of_it__comes_back_from_json() -> None:
    made = form("2", RENAMED, put("needs", parameters="randomize=true seed=3"))
    again = from_json(to_json(made))
    assert again == made
    fields = {f.name: f for f in again.fields}
    assert (fields["swine"].former_name, fields["needs"].parameters) == ("pigs", "randomize=true seed=3")
