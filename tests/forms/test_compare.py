"""Differences between versions of a questionnaire: golden pairs of forms, one for each kind of change."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest

from processor.errors import FormError
from processor.forms import difference_words as words_of
from processor.forms.compare import compare, diff
from processor.forms.definition import Choice, Field, Form, Section
from processor.forms.difference import LEVELS, Difference
from processor.forms.difference_words import level_word, sentence
from processor.survey.columns import plan_tables
from tests.forms.pairs import (
    KEYS,
    choice,
    drop,
    form,
    insert,
    language,
    move,
    put,
    remove,
    row,
    settings,
    words,
    wrap,
)

GOLDEN = {
    # what the author did: (edits, (level, kind, path, old, new) of every difference)
    "nothing": ((), set()),
    "question added": (
        (insert("rooms", row("text", "cows")),),
        {("fine", "added", "sec_b/cows", "", "sec_b/cows")},
    ),
    "question removed": (
        (remove("pigs"),),
        {("careful", "removed", "sec_b/pigs", "sec_b/pigs", "")},
    ),
    "question renamed": (
        (put("pigs", name="swine"),),
        {("careful", "maybe_renamed", "sec_b/pigs", "sec_b/pigs", "sec_b/swine")},
    ),
    "question renamed, and the author says so": (
        (put("pigs", name="swine", former_name="pigs"),),
        {("fine", "renamed", "sec_b/pigs", "sec_b/pigs", "sec_b/swine")},
    ),
    "renamed and moved to another group": (
        (put("pigs", name="swine", former_name="pigs"), move("swine", "head")),
        {("fine", "renamed", "sec_b/pigs", "sec_b/pigs", "sec_a/swine")},
    ),
    "renamed with another type": (
        (put("pigs", name="swine", former_name="pigs", type="text"),),
        {
            ("fine", "renamed", "sec_b/pigs", "sec_b/pigs", "sec_b/swine"),
            ("refused", "retyped", "sec_b/pigs", "integer", "text"),
        },
    ),
    "a former name of a question that stays": (
        (put("poor", former_name="is_poor"),),
        {("careful", "former_name", "sec_b/poor", "", "is_poor")},
    ),
    "area question renamed": (
        (put("commune_code", name="xa", former_name="commune_code"),),
        {("careful", "renamed", "sec_a/commune_code", "sec_a/commune_code", "sec_a/xa")},
    ),
    "guidance and parameters": (
        (
            put("head", **{"guidance_hint::English (en)": "As on the card"}),
            put("needs", parameters="randomize=true"),
        ),
        {
            ("fine", "guidance_hint", "sec_a/head", "", "en: As on the card"),
            ("fine", "parameters", "sec_b/needs", "", "randomize=true"),
        },
    ),
    "other words in its place": (
        (remove("pigs"), insert("rooms", row("integer", "cows", "Bò", "Cows"))),
        {
            ("careful", "removed", "sec_b/pigs", "sec_b/pigs", ""),
            ("fine", "added", "sec_b/cows", "", "sec_b/cows"),
        },
    ),
    "the same words with another type": (
        (put("pigs", name="swine", type="text"),),
        {
            ("careful", "removed", "sec_b/pigs", "sec_b/pigs", ""),
            ("fine", "added", "sec_b/swine", "", "sec_b/swine"),
        },
    ),
    "two that may be the renamed one": (
        (put("pigs", name="swine"), insert("swine", row("integer", "hogs", "Lợn", "Pigs"))),
        {
            ("careful", "removed", "sec_b/pigs", "sec_b/pigs", ""),
            ("fine", "added", "sec_b/swine", "", "sec_b/swine"),
            ("fine", "added", "sec_b/hogs", "", "sec_b/hogs"),
        },
    ),
    "calculation without words is never a renaming": (
        (put("twice", name="double"),),
        {
            ("careful", "removed", "sec_b/twice", "sec_b/twice", ""),
            ("fine", "added", "sec_b/double", "", "sec_b/double"),
        },
    ),
    "moved to another group": (
        (move("pigs", "day"),),
        {("fine", "moved", "sec_b/pigs", "sec_b/pigs", "sec_a/pigs")},
    ),
    "moved into a repeat": (
        (move("pigs", "m_name"),),
        {("refused", "moved_repeat", "sec_b/pigs", "sec_b/pigs", "members/pigs")},
    ),
    "moved out of a repeat": (
        (move("m_age", "pigs"),),
        {("refused", "moved_repeat", "members/m_age", "members/m_age", "sec_b/m_age")},
    ),
    "a repeat around a question": (
        (wrap("pigs", "repeat", "farm"),),
        {
            ("refused", "moved_repeat", "sec_b/pigs", "sec_b/pigs", "sec_b/farm/pigs"),
            ("fine", "section_added", "sec_b/farm", "", "repeat"),
        },
    ),
    "a group around a question": (
        (wrap("pigs", "group", "farm"),),
        {
            ("fine", "moved", "sec_b/pigs", "sec_b/pigs", "sec_b/farm/pigs"),
            ("fine", "section_added", "sec_b/farm", "", "group"),
        },
    ),
    "repeat renamed": (
        (put("members", name="people"),),
        {
            ("refused", "moved_repeat", "members/m_name", "members/m_name", "people/m_name"),
            ("refused", "moved_repeat", "members/m_age", "members/m_age", "people/m_age"),
            ("careful", "section_removed", "members", "repeat", ""),
            ("fine", "section_added", "people", "", "repeat"),
        },
    ),
    "another type": (
        (put("pigs", type="text"),),
        {("refused", "retyped", "sec_b/pigs", "integer", "text")},
    ),
    "text becomes a choice": (
        (put("head", type="select_one yn"),),
        {("careful", "retyped", "sec_a/head", "text", "select_one")},
    ),
    "one choice becomes several": (
        (put("poor", type="select_multiple yn"),),
        {("careful", "retyped", "sec_b/poor", "select_one", "select_multiple")},
    ),
    "several choices become one": (
        (put("needs", type="select_one need"),),
        {("refused", "retyped", "sec_b/needs", "select_multiple", "select_one")},
    ),
    "another list": (
        (put("poor", type="select_one yns"),),
        {("careful", "list_changed", "sec_b/poor", "yn", "yns")},
    ),
    "another list with all codes": (
        (choice("yns", "0"), put("poor", type="select_one yns")),
        {("fine", "list_changed", "sec_b/poor", "yn", "yns"), ("fine", "choice_added", "yns", "", "0")},
    ),
    "choice added": ((choice("need", "03"),), {("fine", "choice_added", "need", "", "03")}),
    "choice dropped": ((drop("need", "02"),), {("careful", "choice_dropped", "need", "02", "")}),
    "dropped from a list that nobody asks": (
        (drop("yns", "2"),),
        {("fine", "choice_dropped", "yns", "2", "")},
    ),
    "choice worded anew": (
        (choice("need", "01", en="Home"),),
        {("fine", "choice_label", "need", "01 = en: House", "01 = en: Home")},
    ),
    "choice filtered anew": (
        (choice("commune", "16666", zone="a"),),
        {("fine", "choice_filtering", "commune", "16666: zone=b", "16666: zone=a")},
    ),
    "choices in another order": (
        (drop("need", "01"), choice("need", "01", vi="Nhà", en="House")),
        {("fine", "choices_order", "need", "", "")},
    ),
    "questions in another order": ((move("rooms", "ill"),), {("fine", "order", "", "", "")}),
    "relevance": (
        (put("pigs", relevant="${rooms} > 2"),),
        {("fine", "relevant", "sec_b/pigs", "${rooms} > 1", "${rooms} > 2")},
    ),
    "relevance of a group": (
        (put("sec_b", relevant="${day} != ''"),),
        {("fine", "relevant", "sec_b", "", "${day} != ''")},
    ),
    "constraint": (
        (put("head", constraint="string-length(.) > 2"),),
        {("fine", "constraint", "sec_a/head", "string-length(.) > 1", "string-length(.) > 2")},
    ),
    "calculation": (
        (put("twice", calculation="${rooms} * 3"),),
        {("fine", "calculation", "sec_b/twice", "${rooms} * 2", "${rooms} * 3")},
    ),
    "trigger": (
        (put("twice", trigger="${pigs}"),),
        {("fine", "trigger", "sec_b/twice", "", "pigs")},
    ),
    "required": ((put("pigs", required="yes"),), {("fine", "required", "sec_b/pigs", "", "yes")}),
    "choice filter": (
        (put("poor", choice_filter="name != ''"),),
        {("fine", "choice_filter", "sec_b/poor", "", "name != ''")},
    ),
    "default": ((put("rooms", default="2"),), {("fine", "default", "sec_b/rooms", "1", "2")}),
    "appearance": (
        (put("poor", appearance="quick"),),
        {("fine", "appearance", "sec_b/poor", "", "quick")},
    ),
    "wording": (
        (words("head", "Head of household"),),
        {("fine", "label", "sec_a/head", "en: Head", "en: Head of household")},
    ),
    "wording of a group": (
        (words("sec_a", "Section A"),),
        {("fine", "label", "sec_a", "en: Part A", "en: Section A")},
    ),
    "wording of a note": (
        (words("thanks", "Bye"),),
        {("fine", "label", "thanks", "en: Thanks", "en: Bye")},
    ),
    "hint and messages": (
        (
            put("head", **{"hint::English (en)": "Full", "constraint_message::English (en)": "Short"}),
            put("commune_code", **{"required_message::English (en)": "Needed"}),
        ),
        {
            ("fine", "hint", "sec_a/head", "", "en: Full"),
            ("fine", "constraint_message", "sec_a/head", "", "en: Short"),
            ("fine", "required_message", "sec_a/commune_code", "", "en: Needed"),
        },
    ),
    "class lowered": (
        (put("poor", data_class="open"),),
        {("refused", "class_lowered", "sec_b/poor", "sensitive", "open")},
    ),
    "class raised": (
        (put("poor", data_class="secret"),),
        {("fine", "class_raised", "sec_b/poor", "sensitive", "secret")},
    ),
    "no class is personal": (
        (put("poor", data_class=""),),
        {("refused", "class_lowered", "sec_b/poor", "sensitive", "personal")},
    ),
    "cleaning": (
        (put("m_name", clean_as="free_text"),),
        {("fine", "clean_as", "members/m_name", "person_name", "free_text")},
    ),
    "number on paper and origin": (
        (put("commune_code", code="C.A02"), put("head", origin="law")),
        {
            ("fine", "code", "sec_a/commune_code", "C.A01", "C.A02"),
            ("fine", "origin", "sec_a/head", "", "law"),
        },
    ),
    "count of a repeat": (
        (put("members", repeat_count="${pigs}"),),
        {("fine", "repeat_count", "members", "${rooms}", "${pigs}")},
    ),
    "language removed": ((language("en", ""),), {("careful", "language_removed", "", "en", "")}),
    "language exchanged": (
        (language("en", "mtq"),),
        {("careful", "language_removed", "", "en", ""), ("fine", "language_added", "", "", "mtq")},
    ),
    "default language": (
        (settings(default_language="English (en)"),),
        {("fine", "default_language", "", "vi", "en")},
    ),
    "title": ((settings(form_title="Phiếu X"),), {("fine", "title", "", "Phiếu", "Phiếu X")}),
    "form id": ((settings(form_id="phieu_y"),), {("refused", "form_id", "", "phieu_c", "phieu_y")}),
    "note renamed": (
        (put("thanks", name="bye"),),
        {("fine", "note_removed", "thanks", "thanks", ""), ("fine", "note_added", "bye", "", "bye")},
    ),
    "note becomes a question": (
        (put("thanks", type="text"),),
        {("fine", "note_removed", "thanks", "thanks", ""), ("fine", "added", "thanks", "", "thanks")},
    ),
    "area question removed": (
        (remove("commune_code"),),
        {("careful", "removed", "sec_a/commune_code", "sec_a/commune_code", "")},
    ),
    "area question moved": (
        (move("commune_code", "rooms"),),
        {("careful", "moved", "sec_a/commune_code", "sec_a/commune_code", "sec_b/commune_code")},
    ),
    "date no longer required of everybody": (
        (put("day", relevant="${commune_code} != ''"),),
        {("careful", "relevant", "sec_a/day", "", "${commune_code} != ''")},
    ),
    "group of the area hidden": (
        (put("sec_a", relevant="false()"),),
        {("careful", "relevant", "sec_a", "", "false()")},
    ),
    "area question worded anew": (
        (words("commune_code", "Ward"),),
        {("fine", "label", "sec_a/commune_code", "en: Commune", "en: Ward")},
    ),
}


@cache
def first() -> Form:
    return form("1")


@cache
def changed(change: str) -> Form:
    return form("2", *GOLDEN[change][0])


def told(found: tuple[Difference, ...]) -> set[tuple[str, str, str, str, str]]:
    return {(d.level, d.kind, d.path, d.old, d.new) for d in found}


@pytest.mark.parametrize("change", list(GOLDEN))
def test_compare__one_change__is_told_as_the_author_would(change: str) -> None:
    _edits, expected = GOLDEN[change]
    found = compare(first(), changed(change), KEYS)
    assert told(found) == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize("change", list(GOLDEN))
def test_compare__the_tables_refuse_it__so_do_we(change: str) -> None:
    """Never more lenient than the rule of the tables; stricter where answers would part or more people read."""
    new = changed(change)
    refused = {d.kind for d in compare(first(), new) if d.level == "refused"}
    try:
        plan_tables("c", (first(), new))
    except FormError:
        assert refused & {"retyped", "clash"}
    else:
        assert refused <= {"moved_repeat", "form_id", "class_lowered"}


def test_golden__every_kind__is_shown_once() -> None:
    shown = {kind for _edits, found in GOLDEN.values() for _level, kind, *_rest in found}
    beside = {"version", "clash", "returned", "other", "former_unknown"}  # shown in tests of their own
    assert shown | beside == set(words_of.SENTENCES)


def one(found: tuple[Difference, ...], kind: str) -> Difference:
    [difference] = [d for d in found if d.kind == kind]
    return difference


def test_compare__column_of_another_question__is_a_clash() -> None:
    new = form("2", insert("needs", row("integer", "needs__01")))
    clash = one(compare(first(), new), "clash")
    assert clash.level == "refused" and "needs__01" in clash.new


def test_compare__repeat_moved_into_a_group__is_a_clash() -> None:
    new = form("2", wrap("pigs", "repeat", "farm"))
    newer = form("3", wrap("pigs", "repeat", "farm"), wrap("rooms", "repeat", "farm_x"))
    assert {d.kind for d in compare(new, newer) if d.level == "refused"} == {"moved_repeat"}
    inside = form("3", wrap("pigs", "group", "farm"), wrap("ill", "repeat", "Members"))
    assert "members" in one(compare(first(), inside), "clash").new.casefold()


def test_compare__same_version_other_content__is_refused() -> None:
    found = compare(first(), form("1", put("pigs", required="yes")))
    assert told(found) == {
        ("refused", "version", "", "1", "1"),
        ("fine", "required", "sec_b/pigs", "", "yes"),
    }
    assert found[0].level == "refused", "the refused come first"


@pytest.mark.parametrize("cells", [{"data_class": "secret"}, {"code": "9"}, {"origin": "law"}])
def test_compare__same_version_with_what_no_phone_sees__may_stay(cells: dict[str, str]) -> None:
    found = compare(first(), form("1", put("poor", **cells)))
    assert found and not [d for d in found if d.level == "refused"]


def test_compare__a_list_in_a_file_grows__keeps_its_version() -> None:
    old, new = first(), form("1", choice("commune", "16669"))
    old, new = (_from_file(f) for f in (old, new))
    assert told(compare(old, new)) == {("fine", "choice_added", "commune", "", "16669")}


def _from_file(given: Form) -> Form:
    items = tuple(
        dataclasses.replace(i, itemset_file="commune") if getattr(i, "list_name", "") == "commune" else i
        for i in given.items
    )
    return dataclasses.replace(given, items=items)


def test_compare__what_answers_it_touches__is_named() -> None:
    new = form("2", remove("pigs"), drop("yn", "0"), put("poor", type="select_one yns"))
    found = compare(first(), new)
    assert one(found, "removed").touches == (("sec_b/pigs", ""),)
    assert one(found, "list_changed").touches == (("sec_b/poor", "0"),)
    assert one(found, "choice_dropped").touches == (("sec_b/ill", "0"),), "poor left the list itself"


def test_compare__key_question__says_so() -> None:
    removed = one(compare(first(), form("2", remove("day")), KEYS), "removed")
    assert removed.is_key and "config/survey.toml" in sentence(removed, "en")
    other = one(compare(first(), form("2", remove("pigs")), KEYS), "removed")
    assert not other.is_key and "config/survey.toml" not in sentence(other, "en")


def mutations(given: Form) -> Iterator[tuple[str, Form]]:
    """The form with each attribute of each item, choice and of itself changed in turn."""
    for n, item in enumerate(given.items):
        for name, changed in _each_attribute(item):
            items = (*given.items[:n], changed, *given.items[n + 1 :])
            yield f"{item.path}.{name}", dataclasses.replace(given, items=items)
    for list_name, options in given.choices.items():
        for name, changed in _each_attribute(options[0]):
            choices = {**given.choices, list_name: (changed, *options[1:])}
            yield f"{list_name}.{name}", dataclasses.replace(given, choices=choices)
    for name, changed in _each_attribute(given):
        if name not in ("version", "items", "choices"):
            yield name, changed


def _each_attribute(item: Field | Section | Choice | Form) -> Iterator[tuple[str, object]]:
    for field in dataclasses.fields(item):
        value = getattr(item, field.name)
        other = {"vi": "other"} if isinstance(value, dict) else f"{value}_x"
        other = ("vi", "en", "fr") if isinstance(value, tuple) else other
        yield field.name, dataclasses.replace(item, **{field.name: other})


def test_compare__whatever_changes__is_never_silent() -> None:
    given = form("1")
    silent = [name for name, changed in mutations(given) if not compare(given, changed)]
    assert silent == []
    assert len(list(mutations(given))) > 300


def test_diff__nothing_deployed__no_difference() -> None:
    assert diff((), first()) == ()


def test_diff__same_content_under_a_new_version__no_difference() -> None:
    assert diff((first(), form("2")), form("3")) == ()


def test_diff__a_type_of_three_versions_ago__is_refused() -> None:
    versions = (first(), form("2", remove("pigs")), form("3", remove("pigs")))
    found = diff(versions, form("4", put("pigs", type="text")))
    retyped = one(found, "retyped")
    assert (retyped.level, retyped.old, retyped.new, retyped.since) == ("refused", "integer", "text", "1")
    assert "Compared with version 1." in sentence(retyped, "en")


def test_diff__a_name_that_once_stood_in_the_root__is_refused_in_a_repeat() -> None:
    versions = (first(), form("2", remove("pigs")))
    found = diff(versions, form("3", move("pigs", "m_name")))
    assert one(found, "moved_repeat").since == "1"


def test_diff__what_the_newest_version_did_already__is_not_told_again() -> None:
    """Otherwise nothing could be published any more after it."""
    versions = (first(), form("2", move("pigs", "m_name")))
    assert diff(versions, form("3", move("pigs", "m_name"))) == ()


def test_diff__a_question_that_comes_back__gets_its_old_answers() -> None:
    versions = (first(), form("2", remove("poor")))
    found = diff(versions, form("3", put("poor", data_class="open")))
    assert told(found) == {
        ("careful", "returned", "sec_b/poor", "sec_b/poor", "sec_b/poor"),
        ("refused", "class_lowered", "sec_b/poor", "sensitive", "open"),
    }
    assert one(found, "returned").touches == (("sec_b/poor", ""),)


def test_diff__clash_with_a_question_of_an_old_version__is_refused_once() -> None:
    versions = (form("1", insert("rooms", row("text", "needs__03"))), form("2"))
    found = diff(versions, form("3", choice("need", "03")))
    assert [d.kind for d in found if d.level == "refused"] == ["clash"]


def test_diff__too_wide_only_over_all_versions_together__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns of removed questions stay, so each version counts."""
    one_more = [form(str(n), insert("rooms", row("text", f"extra_{n}"))) for n in range(3)]
    two = max(len(plan.columns) for plan in plan_tables("c", one_more[1:]))
    monkeypatch.setattr("processor.survey.columns.MAX_COLUMNS", two)
    assert compare(one_more[1], one_more[2]) == diff(one_more[1:2], one_more[2])
    assert not [d for d in diff(one_more[1:2], one_more[2]) if d.level == "refused"]
    clash = one(diff(one_more[:2], one_more[2]), "clash")
    assert clash.level == "refused" and f"{two + 1} columns" in clash.new


def test_diff__version_of_an_older_one__is_compared_with_that() -> None:
    versions = (first(), form("2", remove("pigs")))
    assert diff(versions, first()) == ()
    assert one(diff(versions, form("1", put("pigs", required="yes"))), "version").level == "refused"


TABLES = (words_of.SENTENCES, words_of.WAYS_OUT, words_of.LEVEL_WORDS)


def test_words__both_languages__are_complete() -> None:
    pairs = [p for table in TABLES for p in table.values()]
    for vi, en in (*pairs, words_of.KEY, words_of.SINCE, words_of.STORED, words_of.NOTHING):
        assert vi and en and vi != en
        assert tokens(vi) == tokens(en)


def tokens(text: str) -> set[str | None]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(text)} - {None}


@pytest.mark.parametrize("change", list(GOLDEN))
def test_words__refused_or_careful__always_with_the_way_out(change: str) -> None:
    for difference in compare(first(), changed(change)):
        if difference.level != "fine":
            vi, en = words_of.WAYS_OUT[difference.kind]
            assert sentence(difference, "vi").endswith(vi)
            assert sentence(difference, "en").endswith(en)


def test_words__numbers_empty_values_and_levels() -> None:
    removed = one(compare(first(), form("2", remove("pigs"))), "removed")
    assert "Stored answers: 7." in sentence(removed, "en", 7)
    assert "Câu trả lời đã lưu: 0." in sentence(removed, "vi", 0)
    required = one(compare(first(), form("2", put("pigs", required="yes"))), "required")
    assert sentence(required, "vi") == "Bắt buộc trả lời sec_b/pigs: (trống) → yes."
    assert [level_word(removed, language) for language in ("vi", "en")] == ["CẨN THẬN", "CAREFUL"]
    assert set(words_of.LEVEL_WORDS) == set(LEVELS)
