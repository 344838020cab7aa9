"""The sentence of every kind of difference, Vietnamese and English, with the way out; pure."""

from __future__ import annotations

from processor.forms.difference import Difference

LANGUAGES = ("vi", "en")

# fmt: off
LEVEL_WORDS = {
    "refused": ("TỪ CHỐI", "REFUSED"),
    "careful": ("CẨN THẬN", "CAREFUL"),
    "fine": ("được", "fine"),
}

SENTENCES: dict[str, tuple[str, str]] = {
    # kind: (Tiếng Việt, English)
    "form_id": ("Mã biểu mẫu đổi từ {old} thành {new}.", "The form id changed from {old} to {new}."),
    "version": ("Nội dung đổi nhưng phiên bản vẫn là {new}.", "The content changed, the version is still {new}."),
    "clash": ("Các bảng không nhận: {new}", "The tables refuse it: {new}"),
    "title": ("Tên biểu mẫu: {old} → {new}.", "Title: {old} → {new}."),
    "language_added": ("Thêm ngôn ngữ {new}.", "Language {new} added."),
    "language_removed": ("Bỏ ngôn ngữ {old}.", "Language {old} removed."),
    "default_language": ("Ngôn ngữ mặc định: {old} → {new}.", "Default language: {old} → {new}."),
    "order": ("Thứ tự câu hỏi thay đổi.", "Questions stand in another order."),
    "other": ("Có thay đổi ở phần không phải câu hỏi.", "Something beside the questions changed."),

    "added": ("Câu hỏi mới {path}.", "Question {path} added."),
    "removed": ("Bỏ câu hỏi {path}; cột của nó được giữ.", "Question {path} removed; its column stays."),
    "renamed": ("{old} đổi tên thành {new}; cột và các câu trả lời không đổi.", "{old} renamed {new}; its column and its answers stay."),
    "maybe_renamed": ("Bỏ {old}, thêm {new}: có phải đổi tên?", "Removed {old}, added {new}: renamed?"),
    "former_name": ("former_name của {path}: {old} → {new}. Câu trả lời của các tên này nằm chung một cột.", "former_name of {path}: {old} → {new}. Answers under these names share one column."),
    "former_unknown": ("former_name của {path} là {old}: chưa phiên bản nào hỏi tên này ở cùng chỗ.", "former_name of {path} is {old}, which no version asked in the same place."),
    "returned": ("Câu hỏi {path} trở lại: phiên bản {since} đã hỏi, dùng lại cột và các câu trả lời cũ.", "Question {path} is back: version {since} asked it, so it gets that column with its old answers."),
    "moved": ("{old} chuyển sang {new}; cột không đổi.", "{old} moved to {new}; the column stays the same."),
    "moved_repeat": ("{old} chuyển sang {new}, vào, ra khỏi hoặc sang nhóm lặp khác: câu trả lời sẽ nằm ở hai bảng.", "{old} moved to {new}, into, out of or to another repeat: its answers would stand in two tables."),
    "retyped": ("{path} đổi kiểu từ {old} thành {new}.", "{path} changed its type from {old} to {new}."),
    "list_changed": ("{path} dùng danh sách {new} thay cho {old}.", "{path} uses the list {new} instead of {old}."),
    "note_added": ("Lời dẫn mới {path}.", "Note {path} added."),
    "note_removed": ("Bỏ lời dẫn {path}.", "Note {path} removed."),
    "section_added": ("Nhóm mới {path} ({new}).", "New {new} {path}."),
    "section_removed": ("Bỏ nhóm {path} ({old}).", "The {old} {path} removed."),
    "repeat_count": ("Số lần lặp của {path}: {old} → {new}.", "Count of the repeat {path}: {old} → {new}."),

    "label": ("Câu chữ của {path}: {old} → {new}.", "Wording of {path}: {old} → {new}."),
    "guidance_hint": ("Hướng dẫn của {path}: {old} → {new}.", "Guidance of {path}: {old} → {new}."),
    "parameters": ("Tham số của {path}: {old} → {new}.", "Parameters of {path}: {old} → {new}."),
    "hint": ("Gợi ý của {path}: {old} → {new}.", "Hint of {path}: {old} → {new}."),
    "required_message": ("Lời nhắc bắt buộc của {path}: {old} → {new}.", "Message of {path} when not answered: {old} → {new}."),
    "constraint_message": ("Lời báo sai của {path}: {old} → {new}.", "Message of {path} when the answer is refused: {old} → {new}."),
    "required": ("Bắt buộc trả lời {path}: {old} → {new}.", "Required at {path}: {old} → {new}."),
    "relevant": ("Điều kiện hiện {path}: {old} → {new}.", "Relevance of {path}: {old} → {new}."),
    "constraint": ("Ràng buộc của {path}: {old} → {new}.", "Constraint of {path}: {old} → {new}."),
    "calculation": ("Công thức của {path}: {old} → {new}.", "Calculation of {path}: {old} → {new}."),
    "trigger": ("Câu kích hoạt {path}: {old} → {new}.", "Trigger of {path}: {old} → {new}."),
    "choice_filter": ("Bộ lọc lựa chọn của {path}: {old} → {new}.", "Choice filter of {path}: {old} → {new}."),
    "default": ("Giá trị mặc định của {path}: {old} → {new}.", "Default of {path}: {old} → {new}."),
    "appearance": ("Cách hiển thị của {path}: {old} → {new}.", "Appearance of {path}: {old} → {new}."),
    "code": ("Số trên phiếu giấy của {path}: {old} → {new}.", "Number on paper of {path}: {old} → {new}."),
    "origin": ("Nguồn của {path}: {old} → {new}.", "Origin of {path}: {old} → {new}."),
    "clean_as": ("Cách làm sạch {path}: {old} → {new}.", "Cleaning of {path}: {old} → {new}."),
    "class_lowered": ("Mức bảo vệ của {path} hạ từ {old} xuống {new}: nhiều người đọc được hơn, kể cả các câu trả lời đã lưu.", "Protection of {path} lowered from {old} to {new}: more people may read it, stored answers included."),
    "class_raised": ("Mức bảo vệ của {path} nâng từ {old} lên {new}: ít người đọc được hơn.", "Protection of {path} raised from {old} to {new}: fewer people may read it."),

    "choice_added": ("Danh sách {path}: thêm {new}.", "List {path}: choice {new} added."),
    "choice_dropped": ("Danh sách {path}: bỏ {old}.", "List {path}: choice {old} dropped."),
    "choice_label": ("Danh sách {path}: {old} → {new}. Mã giữ nghĩa cũ cho câu trả lời đã lưu; nghĩa khác thì dùng mã mới.", "List {path}: {old} → {new}. Stored answers keep the code; another meaning needs a new code."),
    "choice_filtering": ("Danh sách {path}, cột lọc: {old} → {new}.", "List {path}, filter column: {old} → {new}."),
    "choices_order": ("Danh sách {path}: thứ tự thay đổi.", "List {path}: choices stand in another order."),
}

WAYS_OUT: dict[str, tuple[str, str]] = {
    "form_id": ("Lấy lại mã cũ; khảo sát khác thì thêm mục mới vào config/survey.toml.", "Take the old id back; another survey is a new entry of config/survey.toml."),
    "version": ("Ghi phiên bản mới vào trang settings.", "Write a new version into the sheet settings."),
    "clash": ("Đặt tên mới cho câu hỏi hoặc nhóm lặp vừa thêm.", "Give the question or repeat that is new another name."),
    "moved_repeat": ("Để câu cũ tại chỗ với relevant là false(), hỏi câu mới bằng tên mới.", "Leave the old one in its place with relevant false(), and ask the new one under a new name."),
    "retyped": ("Giữ kiểu cũ, hoặc để câu cũ tại chỗ với relevant là false() và hỏi câu mới bằng tên mới.", "Keep the type, or leave the old one in its place with relevant false() and ask the new one under a new name."),
    "removed": ("Nếu còn có thể cần: giữ câu hỏi với relevant là false().", "If it may be needed again: keep it with relevant false()."),
    "maybe_renamed": ("Nếu là đổi tên: ghi tên cũ vào cột former_name, nếu không câu trả lời nằm ở hai cột.", "If so, write the old name into the column former_name; otherwise its answers stand in two columns."),
    "former_name": ("Lấy lại ô cũ nếu không định gộp hai câu hỏi.", "Take the old cell back unless both are the same question."),
    "former_unknown": ("Ghi đúng tên cũ như trong phiên bản trước, cùng nhóm lặp; hoặc để trống ô này.", "Write the name as the earlier version has it, within the same repeat; or leave the cell empty."),
    "returned": ("Nếu là câu hỏi khác: dùng tên mới.", "If it is another question: use a new name."),
    "list_changed": ("Giữ các mã đã có câu trả lời trong danh sách mới.", "Keep the codes that have answers in the new list."),
    "choice_dropped": ("Giữ mã, hoặc ẩn nó bằng choice_filter: mã bị bỏ vẫn nằm trong câu trả lời cũ.", "Keep the code, or hide it with a choice_filter: older answers still have it."),
    "class_lowered": ("Lấy lại mức cũ; nếu người có thẩm quyền đã quyết định: cho phép trên trang Biểu mẫu, hoặc processor forms deploy --allow-class-change.", "Take the old class back; if whoever is responsible has decided it: allow it on the page Forms, or processor forms deploy --allow-class-change."),
    "language_removed": ("Điện thoại đang dùng ngôn ngữ đó sẽ chuyển sang ngôn ngữ mặc định.", "Phones that use it go over to the default language."),
    "section_removed": ("Giữ nhóm lặp với relevant là false(); bảng của nó vẫn còn.", "Keep the repeat with relevant false(); its table stays."),
}

KEY = (
    "Đây là câu hỏi (hoặc nhóm chứa câu hỏi) xác định địa bàn hoặc ngày: xem area và date trong config/survey.toml.",
    "By this question (or one in this group) the settings tell area or date: look at area and date in config/survey.toml.",
)
SINCE = ("So với phiên bản {since}.", "Compared with version {since}.")
STORED = ("Câu trả lời đã lưu: {count}.", "Stored answers: {count}.")
NOTHING = ("(trống)", "(empty)")
# fmt: on


def sentence(difference: Difference, language: str, stored: int | None = None) -> str:
    """What changed, how many stored answers it touches, and the way out where one is needed."""
    at = LANGUAGES.index(language)
    shown = {name: getattr(difference, name) or NOTHING[at] for name in ("path", "old", "new", "since")}
    parts = [SENTENCES[difference.kind][at].format(**shown)]
    if difference.since and difference.kind != "returned":
        parts.append(SINCE[at].format(since=difference.since))
    if stored is not None:
        parts.append(STORED[at].format(count=stored))
    if difference.is_key:
        parts.append(KEY[at])
    if difference.level != "fine" and difference.kind in WAYS_OUT:
        parts.append(WAYS_OUT[difference.kind][at])
    return " ".join(parts)


def level_word(difference: Difference, language: str) -> str:
    """The level in one word."""
    return LEVEL_WORDS[difference.level][LANGUAGES.index(language)]
