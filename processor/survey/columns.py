"""The columns of the reporting tables, computed from the forms; pure.

One table per form path (the root and each repeat) covers all versions of a form: a question that
was removed keeps its column, a new one adds its own. Types come from the form, never from data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from processor.errors import FormError, Message
from processor.forms.definition import Choice, Field, Form, Labels, Section

SQL_TYPES = ("text", "integer", "decimal", "date", "time", "datetime", "flag")
"""What a column holds; `flag` is 0, 1 or empty."""

_TYPES = {"int": "integer", "decimal": "decimal", "date": "date", "time": "time", "dateTime": "datetime"}

SKIPPED_PATHS = ("meta/instanceID", "meta/deprecatedID")
"""Identity of the submission: kept as keys and provenance, not as answers."""


@dataclass(frozen=True)
class Column:
    """One column of a reporting table."""

    name: str
    type: str
    origin: str
    """key, question, choice, part (of a geopoint), derived (by cleaning) or system."""
    path: str = ""
    """Question it comes from; empty for keys and system columns."""
    data_class: str = "open"
    labels: Labels = field(default_factory=dict)
    choice: str = ""
    """For origin `choice`: the code it stands for."""
    choices: tuple[Choice, ...] = ()
    """For coded answers: all options of all versions, in the newest order."""
    question: Field | None = None
    versions: tuple[str, ...] = ()
    """Form versions that ask it."""


@dataclass(frozen=True)
class TablePlan:
    """A reporting table: its name, form path (`""` is the root) and columns in reading order."""

    name: str
    form_id: str
    path: str
    labels: Labels
    columns: tuple[Column, ...]

    @property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {c.name: c for c in self.columns}


KEY = Column("submission_id", "text", "key", labels={"vi": "Mã phiếu", "en": "Submission id"})
REPEAT_KEYS = (
    KEY,
    Column("row_key", "text", "key", labels={"vi": "Mã dòng", "en": "Row key"}),
    Column("parent_key", "text", "key", labels={"vi": "Mã dòng cha", "en": "Parent row key"}),
    Column("row_no", "integer", "key", labels={"vi": "Dòng số", "en": "Row number"}),
)
ROW_SYSTEM = (
    Column("_area", "text", "system", labels={"vi": "Mã địa bàn", "en": "Area code"}),
    Column("_practice", "flag", "system", labels={"vi": "Tập huấn", "en": "Practice"}),
)
ROOT_SYSTEM = (
    Column("_form_version", "text", "system", labels={"vi": "Phiên bản biểu mẫu", "en": "Form version"}),
    Column(
        "_raw_sha256", "text", "system", labels={"vi": "SHA-256 bản gốc", "en": "SHA-256 of the raw copy"}
    ),
    Column("_received_at", "datetime", "system", labels={"vi": "Máy chủ nhận lúc", "en": "Received at"}),
    Column("_updated_at", "datetime", "system", labels={"vi": "Cập nhật lúc", "en": "Updated at"}),
    Column("_pulled_at", "datetime", "system", labels={"vi": "Lấy về lúc", "en": "Pulled at"}),
    Column("_submitter", "text", "system", labels={"vi": "Điều tra viên gửi", "en": "Sent by"}),
    Column("_review_state", "text", "system", labels={"vi": "Trạng thái duyệt", "en": "Review state"}),
    *ROW_SYSTEM,
)


def plan_tables(table: str, versions: Sequence[Form]) -> tuple[TablePlan, ...]:
    """Plans of the root table `table` and of one table per repeat, over `versions` oldest first.

    FormError when two questions would share a column, or a question changes its type.
    """
    newest = versions[-1]
    paths = list(dict.fromkeys(s.path for form in (newest, *versions) for s in form.repeats))
    sections = {s.path: s for form in versions for s in form.repeats}
    root_labels = dict.fromkeys(newest.languages, newest.title)
    root = TablePlan(table, newest.form_id, "", root_labels, _columns("", versions, (KEY,), ROOT_SYSTEM))
    repeats = (_repeat_plan(table, sections[path], versions) for path in paths)
    return (root, *repeats)


def table_name(table: str, repeat: str) -> str:
    """`c` and `members` -> `c_members`; the root has the form's own name."""
    return f"{table}_{repeat.rpartition('/')[2]}" if repeat else table


def _repeat_plan(table: str, section: Section, versions: Sequence[Form]) -> TablePlan:
    columns = _columns(section.path, versions, REPEAT_KEYS, ROW_SYSTEM)
    return TablePlan(
        table_name(table, section.path), versions[-1].form_id, section.path, section.labels, columns
    )


def _columns(
    repeat: str, versions: Sequence[Form], keys: tuple[Column, ...], system: tuple[Column, ...]
) -> tuple[Column, ...]:
    merged = _merge(repeat, versions)
    columns: dict[str, Column] = {}
    for column in (*keys, *(c for q in merged.values() for c in _question_columns(q)), *system):
        if column.name in columns:
            clash = columns[column.name]
            raise FormError(
                Message.FORM_COLUMN_CLASH,
                form_id=versions[-1].form_id,
                first=clash.path or clash.name,
                second=column.path or column.name,
                column=column.name,
            )
        columns[column.name] = column
    return tuple(columns.values())


def _merge(repeat: str, versions: Sequence[Form]) -> dict[str, Column]:
    """One column per question path: newest wording and order first, removed questions after."""
    merged: dict[str, Column] = {}
    for form in reversed(versions):
        for question in form.fields:
            if question.repeat != repeat or question.path in SKIPPED_PATHS:
                continue
            known = merged.get(question.path)
            found = _column(question, form)
            merged[question.path] = found if known is None else _join(known, found, form)
    return merged


def _column(question: Field, form: Form) -> Column:
    choices = form.choices.get(question.list_name, ()) if question.is_select else ()
    return Column(
        name=question.name,
        type=_TYPES.get(question.value_type, "text"),
        origin="question",
        path=question.path,
        data_class=question.data_class or "personal",
        labels=question.labels,
        choices=choices,
        question=question,
        versions=(form.version,),
    )


def _join(newer: Column, older: Column, form: Form) -> Column:
    if newer.type != older.type:
        raise FormError(
            Message.FORM_TYPE_CLASH,
            form_id=form.form_id,
            path=newer.path,
            old=older.type,
            old_version=form.version,
            new=newer.type,
            new_version=newer.versions[-1],
        )
    known = {c.name for c in newer.choices}
    extra = tuple(c for c in older.choices if c.name not in known)
    return replace(newer, choices=newer.choices + extra, versions=(form.version, *newer.versions))


def _question_columns(column: Column) -> Iterator[Column]:
    yield column
    question = column.question
    assert question is not None
    if question.kind == "select_multiple":
        yield from (_choice_column(column, choice) for choice in column.choices)
    elif question.value_type == "geopoint":
        yield from (_part(column, part) for part in ("lat", "lon", "alt", "acc"))
    yield from derived_columns(column)


def _choice_column(column: Column, choice: Choice) -> Column:
    labels = {k: f"{column.labels.get(k, column.name)}: {v}" for k, v in choice.labels.items()}
    name = f"{column.name}__{choice.name}"
    return replace(
        column, name=name, type="flag", origin="choice", labels=labels, choice=choice.name, choices=()
    )


def _part(column: Column, part: str) -> Column:
    labels = {k: f"{v} ({part})" for k, v in column.labels.items()}
    return replace(column, name=f"{column.name}_{part}", type="decimal", origin="part", labels=labels)


DERIVED: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    # clean_as: (suffix, type, Vietnamese, English)
    "person_name": (
        ("norm", "text", "họ tên chuẩn hóa", "normalised name"),
        ("key", "text", "khóa so khớp", "match key"),
    ),
    "place_name": (("key", "text", "khóa so khớp", "match key"),),
    "village": (
        ("type", "text", "loại (thôn, xóm, bản…)", "kind of village"),
        ("short", "text", "tên không có loại", "name without kind"),
        ("key", "text", "khóa so khớp", "match key"),
    ),
    "birth_year": (
        ("dob_precision", "text", "ngày sinh biết đến (Y, M, D)", "birth date known to (Y, M, D)"),
        ("dob_est", "date", "ngày sinh ước lượng", "estimated birth date"),
    ),
}
"""What cleaning adds beside an answer (R-C06, R-C07, R-C12, R-C18 of the rule catalogue)."""


def derived_name(question: Field, suffix: str) -> str:
    """Column of a derived value: `m_name` + `key` -> `m_name_key`; birth parts drop `birth_year`."""
    base = question.name
    if question.clean_as == "birth_year":
        base = base.removesuffix("birth_year").rstrip("_")
        return f"{base}_{suffix}" if base else suffix
    return f"{base}_{suffix}"


def derived_columns(column: Column) -> Iterator[Column]:
    """The columns that cleaning adds to a question."""
    question = column.question
    assert question is not None
    for suffix, kind, vi, en in DERIVED.get(question.clean_as, ()):
        labels = {k: f"{column.labels.get(k, column.name)}: {t}" for k, t in (("vi", vi), ("en", en))}
        name = derived_name(question, suffix)
        yield replace(column, name=name, type=kind, origin="derived", labels=labels, choices=())
