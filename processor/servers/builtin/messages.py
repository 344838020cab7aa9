"""What phones are told: the status and the Vietnamese text for every error of the protocol."""

from __future__ import annotations

from processor.errors import Message, ProcessorError

RECEIVED = "Đã nhận phiếu."
FAULT = "Máy chủ gặp lỗi. Phiếu vẫn ở trong máy và sẽ được gửi lại."

ANSWERS: dict[Message, tuple[int, str]] = {
    Message.POST_TOKEN: (403, "Địa chỉ này không thuộc điều tra viên nào. Hãy quét lại mã QR trên thẻ."),
    Message.POST_REVOKED: (403, "Thẻ {code} đã bị thu hồi. Hãy xin thẻ mới ở văn phòng."),
    Message.POST_OPENROSA: (400, "Thiếu hoặc sai X-OpenRosa-Version. Hãy dùng ứng dụng ODK Collect."),
    Message.POST_PART: (400, "Bản gửi không có phần xml_submission_file. Chưa lưu gì; hãy gửi lại."),
    Message.POST_LARGE: (413, "Bản gửi lớn hơn {limit} byte. Chưa lưu gì; hãy chụp ảnh nhỏ hơn rồi gửi lại."),
    Message.POST_NO_FORMS: (503, "Chưa có phiếu nào được phát hành. Hãy thử lại sau."),
    Message.POST_FULL: (507, "Ổ đĩa của máy chủ đã đầy. Phiếu vẫn ở trong máy; hãy báo văn phòng."),
    Message.POST_BUSY: (503, "Máy chủ đang bận. Phiếu vẫn ở trong máy và sẽ được gửi lại."),
    Message.POST_NOTHING: (404, "Không có gì ở địa chỉ này. Hãy tải lại danh sách phiếu."),
    Message.POST_ENCRYPTED: (422, "Phiếu được mã hoá, máy chủ này không đọc được. Hãy báo văn phòng."),
    Message.POST_NO_FORM: (400, "Phiếu không ghi mã phiếu (id). Hãy tải lại phiếu từ máy chủ này."),
    Message.POST_ID: (400, "Phiếu không có instanceID hợp lệ. Hãy tải lại phiếu từ máy chủ này."),
    Message.POST_FORM_UNKNOWN: (404, "Máy chủ không có phiếu {form_id}. Hãy kiểm tra dự án trên máy."),
    Message.POST_VERSION_UNKNOWN: (
        404,
        "Máy chủ không có phiên bản {found} của phiếu {form_id} (mới nhất: {newest}). Hãy báo văn phòng.",
    ),
    Message.POST_CONFLICT: (
        409,
        "Phiếu {instance_id} đã có trên máy chủ với nội dung khác. Giữ phiếu trong máy và báo văn phòng.",
    ),
    Message.POST_EDIT_UNKNOWN: (404, "Bản gốc {deprecated_id} chưa tới máy chủ. Hãy gửi bản gốc trước."),
    Message.POST_EDIT_STALE: (
        409,
        "Phiếu {deprecated_id} đã được sửa ở bản khác. Giữ phiếu trong máy và báo văn phòng.",
    ),
    Message.POST_EDIT_DELETED: (409, "Phiếu {deprecated_id} đã bị xoá ở văn phòng. Hãy báo văn phòng."),
    Message.POST_EDIT_PRACTICE: (
        409,
        "Phiếu {deprecated_id} thuộc dự án khác (tập huấn hoặc điều tra thật). Hãy gửi từ đúng dự án.",
    ),
    Message.XML_SYNTAX: (400, "Phiếu không phải là XML đúng. Chưa lưu gì; hãy gửi lại."),
    Message.XML_DTD: (400, "Phiếu có DOCTYPE, không được phép. Chưa lưu gì; hãy dùng ODK Collect."),
    Message.XML_LARGE: (413, "Phiếu lớn hơn {limit} byte. Chưa lưu gì; hãy báo văn phòng."),
    Message.XML_DEEP: (400, "Phiếu có quá nhiều cấp lồng nhau. Chưa lưu gì; hãy báo văn phòng."),
}


def answer(error: ProcessorError) -> tuple[int, str]:
    """Status and text for the phone."""
    status, text = ANSWERS[error.message]
    return status, text.format(**error.values)
