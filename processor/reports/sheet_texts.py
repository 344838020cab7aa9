"""Words of the sheets of findings, Vietnamese and English: headings, widths, states, what to do."""

from __future__ import annotations

from processor.reports.texts import LANGUAGES
from processor.survey.sheet_answers import HANDLINGS

COLUMNS: dict[str, tuple[str, str, int]] = {
    # key: Vietnamese, English, width
    "level": ("Mức", "Level", 10),
    "rule": ("Quy tắc", "Rule", 10),
    "message": ("Phát hiện", "Finding", 48),
    "district": ("Huyện", "District", 18),
    "commune": ("Xã", "Commune", 18),
    "officer": ("Điều tra viên", "Enumerator", 14),
    "form": ("Biểu mẫu", "Form", 12),
    "submission": ("Mã phiếu", "Submission", 20),
    "table": ("Bảng", "Table", 12),
    "row": ("Dòng của bảng", "Row of the table", 14),
    "column": ("Cột", "Column", 16),
    "label": ("Câu hỏi", "Question", 30),
    "answer": ("Câu trả lời hiện nay", "Present answer", 22),
    "meaning": ("Nghĩa", "Meaning", 22),
    "state": ("Tình trạng", "State", 14),
    "new": ("Trả lời mới", "New answer", 22),
    "clear": ("Xóa trống", "Clear", 10),
    "handling": ("Xử lý", "Handling", 18),
    "reason": ("Lý do", "Reason", 30),
    "source": ("Nguồn", "Source", 26),
    "ref": ("Mã phát hiện", "Finding id", 12),
}
REFUSED_COLUMNS: dict[str, tuple[str, str, int]] = {
    "line": ("Dòng trong bảng", "Row of the sheet", 10),
    "why": ("Vì sao bị từ chối", "Why it was refused", 60),
    **{key: COLUMNS[key] for key in ("rule", "submission", "table", "row", "column", "answer")},
    "new": COLUMNS["new"],
    "new_meaning": ("Nghĩa của trả lời mới", "Meaning of the new answer", 22),
    **{key: COLUMNS[key] for key in ("clear", "handling", "reason", "source", "ref")},
}
LEVELS = {"E": ("Lỗi", "Error"), "W": ("Cảnh báo", "Warning"), "I": ("Thông tin", "Information")}
STATES = {
    "open": ("chờ xử lý", "open"),
    "returned": ("đã trả lại", "returned"),
    "overridden": ("đã chấp nhận", "accepted"),
    "expected": ("đúng như vậy", "correct as it is"),
}
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Phát hiện cần xử lý", "Findings to settle"),
    "sheet": ("Phát hiện", "Findings"),
    "refused_title": ("Dòng bị từ chối", "Refused lines"),
    "help": ("Hướng dẫn", "How to"),
    "identity": ("Nhận dạng", "Identity"),
    "help_item": ("Cột", "Column"),
    "help_text": ("Cách điền", "How to fill it in"),
    "no_row": ("(cả phiếu)", "(whole submission)"),
    "bad_handling": ("Chọn một từ trong danh sách", "Choose a word of the list"),
    "bad_clear": ("Để trống hoặc ghi x", "Leave it empty or write x"),
    "sheet_no": ("Số của bảng", "Number of the sheet"),
}
HELP: dict[str, tuple[str, str]] = {
    "new": (
        "Câu trả lời đúng. Câu hỏi có danh sách: ghi mã hoặc nguyên nhãn; nhiều lựa chọn: các mã cách nhau một dấu cách. Ngày: dd/mm/yyyy. Số lẻ: dấu phẩy hoặc dấu chấm.",
        "The right answer. A question with a list: the code or the whole label; several choices: codes with a blank between. Days: dd/mm/yyyy. Decimals: a point or a comma.",
    ),
    "clear": (
        "Ghi x nếu ô phải để trống. Không ghi cả trả lời mới.",
        "Write x where the answer must be empty. Not together with a new answer.",
    ),
    "handling": (
        "Nếu không sửa: trả lại (điều tra viên làm lại), chấp nhận (lỗi được bỏ qua, chỉ cán bộ tỉnh), đúng như vậy (cảnh báo, thông tin), để nguyên. Mỗi dòng chỉ một việc: sửa hoặc xử lý.",
        "Without a correction: return (the enumerator does it again), accept (an error may stand, province staff only), correct as it is (warnings, information), leave. One thing a line: a correction or a handling.",
    ),
    "reason": ("Bắt buộc khi sửa hoặc xử lý.", "Needed for a correction and for a handling."),
    "source": (
        "Bắt buộc khi sửa: giấy tờ hoặc ai nói, ngày nào. Không ghi tên người dân.",
        "Needed for a correction: on which paper or word it rests, of which day. No person's name.",
    ),
    "rest": (
        "Các cột khác bị khóa. Lọc, ẩn, chuyển cột, xóa dòng thì được; sửa hoặc đổi tên cột thì dòng hay bảng bị từ chối. Muốn sắp xếp: bỏ khóa trang (không có mật khẩu), chọn cả bảng rồi sắp.",
        "The other columns are locked. You may filter, hide and move columns and delete rows; changed cells or headings are refused. To sort, unprotect the sheet (there is no password) and select the whole table.",
    ),
    "back": (
        "Điền xong, lưu .xlsx, mở trang Làm việc bằng Excel, chọn tệp. Trang cho xem trước từng dòng; chưa ghi gì cho tới khi xác nhận. Nhập hai lần không làm hai lần.",
        "When done, save as .xlsx, open the page Work in Excel and choose the file. It shows each line first and writes nothing until you confirm. Importing twice does nothing twice.",
    ),
    "private": (
        "Tệp có dữ liệu cá nhân: giữ trên máy cơ quan, xóa khi xong việc.",
        "The file has personal data: keep it on an office computer and delete it when done.",
    ),
}


def say(key: str, language: str, **values: object) -> str:
    """The words of `key`, `{tokens}` filled in."""
    return pick(TEXTS[key], language).format(**values)


def pick(texts: tuple[str, ...], language: str) -> str:
    """The text of the language."""
    return texts[LANGUAGES.index(language)]


def headings(language: str) -> dict[str, str]:
    """Key -> heading of every column."""
    return {key: pick(texts[:2], language) for key, texts in COLUMNS.items()}


def handling_words(language: str) -> list[str]:
    """The words to choose from, in the order of the list."""
    return [pick(words, language) for words in HANDLINGS.values()]
