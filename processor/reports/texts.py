"""Words of the files, Vietnamese and English; pages have their own table."""

from __future__ import annotations

from processor.forms.definition import Choice

LANGUAGES = ("vi", "en")

TEXTS: dict[str, tuple[str, str]] = {
    "sheet_data": ("Dữ liệu", "Data"),
    "sheet_practice": ("TẬP HUẤN", "PRACTICE"),
    "sheet_codebook": ("Sổ mã", "Codebook"),
    "sheet_choices": ("Lựa chọn", "Choices"),
    "sheet_info": ("Thông tin", "About"),
    "practice_mark": (
        "TẬP HUẤN: dữ liệu tự tạo để luyện tập, không phải số liệu điều tra",
        "PRACTICE: invented data for training, not survey data",
    ),
    "practice_both": (
        "CÓ TẬP HUẤN: dòng có _practice = 1 là dữ liệu luyện tập",
        "WITH PRACTICE: rows with _practice = 1 are training data",
    ),
    "practice_none": ("Không có dữ liệu tập huấn", "No practice data"),
    "page": ("Trang &P/&N", "Page &P/&N"),
    "cut": ("… [đã cắt: đủ {count} ký tự có trong tệp CSV]", "… [cut: the CSV file has all {count} characters]"),
    # what "Thông tin" says
    "info_item": ("Mục", "Item"),
    "info_value": ("Nội dung", "Value"),
    "info_what": ("Dữ liệu", "Data"),
    "info_table": ("Bảng", "Table"),
    "info_practice": ("Tập huấn", "Practice"),
    "info_area": ("Địa bàn", "Area"),
    "info_rows": ("Số dòng", "Rows"),
    "info_columns": ("Số cột", "Columns"),
    "info_left_out": ("Số cột đã bỏ vì không có quyền", "Columns left out for lack of right"),
    "info_classes": ("Nhóm cột", "Data classes"),
    "info_profile": ("Kiểu cột", "Profile"),
    "info_when": ("Lúc", "When"),
    "info_user": ("Người tải", "Taken by"),
    "info_purpose": ("Mục đích", "Purpose"),
    "info_ledger": ("Số trong sổ tải về", "Number in the ledger"),
    "info_versions": ("Phiên bản biểu mẫu", "Form versions"),
    "info_copy": ("Khớp máy chủ", "Reconciliation"),
    "info_note": ("Ghi chú", "Note"),
    "info_units": ("Đơn vị hành chính 2025", "Units of 2025"),
    "units_code": ("Mã xã năm 2025", "Commune code of 2025"),
    "units_name": ("Tên xã năm 2025", "Commune of 2025"),
    "units_mark": ("Mức chắc chắn của mã 2025", "How certain the unit of 2025 is"),
    "units_note": (
        ("Mã 2025 đứng cạnh mã 2016, không thay thế. Trong các xã năm 2016: {whole} chuyển trọn (whole), {sourced} qua "
        "xã kế tiếp có nguồn (via_successor:sourced), {proposed} là đề xuất chờ đối chiếu nghị quyết (via_successor: "
        "name_combination, elimination, memory), {unresolved} chưa xác định (unresolved, để trống). Mã cần đối chiếu "
        "với cơ quan thống kê: {disputed}"),
        ("Codes of 2025 stand beside those of 2016 and replace none. Of the communes of 2016 {whole} went over whole "
        "(whole), {sourced} through a successor that a source names (via_successor:sourced), {proposed} are proposals "
        "until checked against the resolutions (via_successor: name_combination, elimination, memory), {unresolved} "
        "are unresolved and left empty (unresolved). Codes to verify with the statistics office: {disputed}"),
    ),
    "whole_province": ("toàn tỉnh", "whole province"),
    "no_purpose": ("(không cần: chỉ có cột mở)", "(none needed: open columns only)"),
    "copy_equal": (
        "bản sao khớp máy chủ lúc {at}: {server} phiếu, lệch 0",
        "copy reconciled at {at}: {server} submissions, difference 0",
    ),
    "copy_incomplete": (
        "bản sao khớp máy chủ lúc {at}: {server} phiếu, trong đó {missing} phiếu chưa lên bảng",
        "copy reconciled at {at}: {server} submissions, {missing} of them without rows yet",
    ),
    "copy_differs": (
        "bản sao LỆCH máy chủ lúc {at}: máy chủ {server}, bản sao {copy}",
        "copy DIFFERS from the server at {at}: server {server}, copy {copy}",
    ),
    "copy_unproven": (
        "CHƯA ĐỐI CHIẾU: lần lấy dữ liệu lúc {at} chưa xong hoặc hỏng",
        "NOT RECONCILED: the pull of {at} is not finished or failed",
    ),
    "copy_unknown": ("CHƯA ĐỐI CHIẾU: chưa lấy dữ liệu lần nào", "NOT RECONCILED: no pull yet"),
    "profile_labels": ("Nhãn", "Labels"),
    "profile_codes": ("Mã", "Codes"),
    "profile_both": ("Mã và nhãn", "Codes and labels"),
    "profile_codebook": ("Sổ mã câu hỏi", "Codebook"),
    "class_open": ("mở", "open"),
    "class_personal": ("cá nhân", "personal"),
    "class_sensitive": ("nhạy cảm", "sensitive"),
    "class_secret": ("mật", "secret"),
    # notes
    "note_cut": (
        "{count} ô dài hơn 32.767 ký tự nên bị cắt, có dấu trong ô: {places}",
        "{count} cells are longer than 32,767 characters and were cut, marked in the cell: {places}",
    ),
    "note_long_number": (
        "{count} số dài hơn 15 chữ số ghi là chữ để không mất chữ số: {places}",
        "{count} numbers of more than 15 digits are text, so that no digit is lost: {places}",
    ),
    "note_early_date": (
        "{count} ngày trước 01/03/1900 ghi là chữ vì Excel không có ngày đó: {places}",
        "{count} dates before 1 March 1900 are text, Excel has no such dates: {places}",
    ),
    "note_guarded": (
        "{count} ô chữ có dấu ' thêm vào để Excel không chạy như công thức: {places}",
        "{count} text cells have an added ' so that Excel does not run them as formulas: {places}",
    ),
    "note_text_instead": (
        "{count} ô không ghi được thành số, ngày hay mã nên cả cột là chữ, giữ nguyên từng giá trị: {places}",
        "{count} cells are no number, date or code that the program has, so their columns are text: {places}",
    ),
    "note_cut_bytes": (
        "{count} ô dài hơn 32.767 byte, là mức của SPSS, nên bị cắt, có dấu trong ô: {places}",
        "{count} cells are longer than 32,767 bytes, the limit of SPSS, and were cut, marked in the cell: {places}",
    ),
    "note_blanks_end": (
        "{count} ô có dấu cách ở cuối, SPSS không giữ: {places}",
        "{count} cells end in blanks, which SPSS does not keep: {places}",
    ),
    "note_renamed": (
        "{count} cột có tên khác trong tệp này: {places}",
        "{count} columns have another name in this file: {places}",
    ),
    "note_short_labels": (
        "{count} cột có nhãn lựa chọn dài hơn 120 byte nên bị cắt (…), đủ trong sổ mã: {places}",
        "{count} columns have labels of choices beyond 120 bytes, cut (…) and whole in the codebook: {places}",
    ),
    "label_beside": ("{label}: nhãn", "{label}: label"),
    "flag_0": ("không", "no"),
    "flag_1": ("có", "yes"),
    # the codebook
    "book_stata": ("Tên trong Stata, nếu khác", "Name in Stata, where it differs"),
    "book_spss": ("Tên trong SPSS, nếu khác", "Name in SPSS, where it differs"),
    "book_heading": ("Cột trong tệp", "Column in the file"),
    "book_name": ("Tên cột", "Name"),
    "book_label_vi": ("Nhãn tiếng Việt", "Label in Vietnamese"),
    "book_label_en": ("Nhãn tiếng Anh", "Label in English"),
    "book_group": ("Nhóm câu hỏi", "Group"),
    "book_code": ("Số trên phiếu giấy", "Number on paper"),
    "book_type": ("Kiểu dữ liệu", "Type"),
    "book_class": ("Nhóm bảo vệ", "Data class"),
    "book_origin": ("Từ đâu mà có", "Origin"),
    "book_versions": ("Phiên bản có câu này", "Form versions that ask it"),
    "book_relevant": ("Điều kiện hỏi", "Asked when"),
    "book_calculation": ("Công thức tính", "Calculation"),
    "book_list": ("Danh sách lựa chọn", "Choice list"),
    "book_choices": ("Mã = nhãn", "Code = label"),
    "book_choice_code": ("Mã", "Code"),
    "see_choices": ("{count} lựa chọn: xem trang {sheet}", "{count} choices: see sheet {sheet}"),
    "type_text": ("chữ", "text"),
    "type_integer": ("số nguyên", "integer"),
    "type_decimal": ("số thập phân", "decimal number"),
    "type_date": ("ngày", "date"),
    "type_time": ("giờ", "time"),
    "type_datetime": ("ngày giờ (UTC+7)", "date and time (UTC+7)"),
    "type_flag": ("0 hoặc 1", "0 or 1"),
    "origin_key": ("khóa của dòng", "key of the row"),
    "origin_question": ("câu hỏi", "question"),
    "origin_calculate": ("tính trên máy điện thoại", "calculated on the phone"),
    "origin_choice": (
        "từ {question}: 1 nếu chọn mã {choice}, 0 nếu không, trống nếu không trả lời",
        "from {question}: 1 if code {choice} is chosen, 0 if not, empty without an answer",
    ),
    "origin_part": ("phần tọa độ của {question}", "part of the position {question}"),
    "origin_derived": ("máy tính từ {question} theo quy tắc {rule}", "computed from {question} by rule {rule}"),
    "origin_units": (
        "từ mã xã năm 2016 (_area) theo bảng chuyển đổi",
        "from the commune code of 2016 (_area) by the crosswalk",
    ),
    "origin_system": ("hệ thống ghi", "written by the system"),
    # what values of findings mean
    "unknown_code": ("{code} (không có trong danh mục)", "{code} (not on the list)"),
    "yes": ("có", "yes"),
    "no": ("không", "no"),
    "rate_since": ("mức chuẩn từ {day}, {row}", "base since {day}, {row}"),
    "for_children": ("từ {n} con", "for {n} or more children"),
    "for_years_span": ("từ {first} đến dưới {last} tuổi", "aged {first} to under {last}"),
    "for_years_from": ("từ {first} tuổi", "aged {first} or more"),
    "for_years_under": ("dưới {last} tuổi", "under {last}"),
    "for_months_span": ("từ {first} đến dưới {last} tháng tuổi", "aged {first} to under {last} months"),
    "for_months_from": ("từ {first} tháng tuổi", "aged {first} months or more"),
    "for_months_under": ("dưới {last} tháng tuổi", "under {last} months"),
}  # fmt: skip

MARKS = tuple(
    Choice(code, {"vi": vi, "en": en}, {})
    for code, vi, en in (
        ("whole", "cả xã chuyển sang xã này", "the whole commune went into this one"),
        ("via_successor:sourced", "qua xã kế tiếp, có nguồn", "through a successor that a source names"),
        (
            "via_successor:name_combination",
            "đề xuất theo tên mới, chờ đối chiếu nghị quyết",
            "proposal from the new name, to be checked against the resolution",
        ),
        (
            "via_successor:elimination",
            "đề xuất theo cách loại trừ, chờ đối chiếu nghị quyết",
            "proposal by elimination, to be checked against the resolution",
        ),
        (
            "via_successor:memory",
            "đề xuất ghi theo trí nhớ, chờ đối chiếu nghị quyết",
            "proposal from memory, to be checked against the resolution",
        ),
        ("unresolved", "chưa xác định được", "not resolved"),
        ("unknown", "mã không phải xã năm 2016", "the code is no commune of 2016"),
    )
)
"""How well the commune of 2025 is known: `Mapped.mark` in words."""

REVIEW_STATES = tuple(
    Choice(code, {"vi": vi, "en": en}, {})
    for code, vi, en in (
        ("received", "mới nhận", "received"),
        ("edited", "đã sửa", "edited"),
        ("has_issues", "có lỗi", "has issues"),
        ("approved", "đã duyệt", "approved"),
        ("rejected", "đã trả lại", "rejected"),
    )
)


def text(key: str, language: str, **values: object) -> str:
    """The words of `key` in the language, `{tokens}` filled in."""
    words = TEXTS[key][LANGUAGES.index(language)]
    return words.format(**values) if values else words
