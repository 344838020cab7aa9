"""What a reporting table looks like: its columns, keys and provenance; pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from processor.forms.definition import Choice, Field, Labels

SQL_TYPES = ("text", "integer", "decimal", "date", "time", "datetime", "flag")
"""What a column holds; `flag` is 0, 1 or empty."""


@dataclass(frozen=True)
class Column:
    """One column of a reporting table."""

    name: str
    type: str
    origin: str
    """key, question, choice, part (of a geopoint), derived (by cleaning) or system."""
    path: str = ""
    """Question it comes from, in the newest version; empty for keys and system columns."""
    data_class: str = "open"
    labels: Labels = field(default_factory=dict)
    choice: str = ""
    """For origin `choice`: the code it stands for."""
    choices: tuple[Choice, ...] = ()
    """For coded answers: all options of all versions, in the newest order."""
    question: Field | None = None
    versions: tuple[str, ...] = ()
    """Form versions that ask it."""
    former_paths: tuple[str, ...] = ()
    """Where older versions had the question: it was moved to another group, or renamed."""
    other_names: tuple[str, ...] = ()
    """What the question is or was called beside the column's name: it was renamed."""


@dataclass(frozen=True)
class TablePlan:
    """A reporting table: its name, form path (`""` is the root) and columns in reading order."""

    name: str
    form_id: str
    path: str
    labels: Labels
    columns: tuple[Column, ...]

    @property
    def questions(self) -> tuple[Column, ...]:
        """The answers themselves, without parts, flags and derived columns."""
        return tuple(c for c in self.columns if c.origin == "question")

    @property
    def by_name(self) -> dict[str, Column]:
        """Columns by name; a renamed question is found by each of its names."""
        others = {name: c for c in self.questions for name in c.other_names}
        return {**others, **{c.name: c for c in self.columns}}


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
