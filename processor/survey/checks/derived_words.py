"""The entries of the checks that follow from the form itself: level, words, what to do; pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from processor.survey.checks.catalogue import Entry

REQUIRED, CONSTRAINT, RELEVANT, FILTER = "REQUIRED", "CONSTRAINT", "RELEVANT", "FILTER"
REPEAT, CALCULATE, UNCHECKED = "REPEAT", "CALCULATE", "UNCHECKED"

_NO_MORE: Mapping[str, str] = MappingProxyType({})
_RETURN = ("Trả lại phiếu cho điều tra viên", "Return the form to the officer")
_CONFIRM = ("Xác nhận hoặc trả lại phiếu", "Confirm, or return the form")


def _entry(rule: str, level: str, condition: str, vi: str, en: str, act: tuple[str, str] = _RETURN) -> Entry:
    return Entry(
        id=rule,
        level=level,
        form="",
        columns="",
        condition=condition,
        fix="",
        messages=MappingProxyType({"vi": vi, "en": en}),
        actions=MappingProxyType({"vi": act[0], "en": act[1]}),
        on=True,
        parameters=_NO_MORE,
        source="the form itself",
    )


ENTRIES: Mapping[str, Entry] = MappingProxyType(
    {
        entry.id: entry
        for entry in (
            _entry(
                REQUIRED,
                "E",
                "no answer where the form asks for one",
                "Thiếu câu trả lời bắt buộc: {reason_vi}",
                "A required answer is missing: {reason_en}",
            ),
            _entry(
                CONSTRAINT,
                "E",
                "the answer breaks the question's constraint",
                "Biểu mẫu không nhận câu trả lời “{value}”: {reason_vi}",
                "The form does not accept “{value}”: {reason_en}",
            ),
            _entry(
                RELEVANT,
                "W",
                "an answer where the question is not asked",
                "Có câu trả lời “{value}” ở câu hỏi không được hỏi trong trường hợp này",
                "“{value}” answers a question that is not asked in this case",
                _CONFIRM,
            ),
            _entry(
                FILTER,
                "W",
                "a code that the other answers exclude",
                "Mã “{value}” không nằm trong các lựa chọn phù hợp với những câu trả lời khác",
                "The code “{value}” is not among the choices that the other answers allow",
                _CONFIRM,
            ),
            _entry(
                REPEAT,
                "E",
                "number of rows of a repeat",
                "Có {value} dòng, trong khi phiếu ghi {expected}",
                "There are {value} rows where the form says {expected}",
            ),
            _entry(
                CALCULATE,
                "W",
                "a calculated value that does not follow from the answers",
                "Giá trị tính sẵn là “{value}”, tính lại từ các câu trả lời là “{expected}”",
                "The calculated value is “{value}”; made anew from the answers it is “{expected}”",
                _CONFIRM,
            ),
            _entry(
                UNCHECKED,
                "I",
                "a condition of the form that cannot be computed over these answers",
                "Chưa kiểm được: điều kiện “{expression}” của biểu mẫu không tính được với các câu trả lời này",
                "Not checked: the form's condition “{expression}” cannot be computed over these answers",
                (
                    "Không phải làm gì; người soạn biểu mẫu xem lại điều kiện",
                    "none; the form's author looks at it",
                ),
            ),
        )
    }
)
"""By rule id; `Entry.message` takes the values of a finding."""
