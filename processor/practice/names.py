"""Invented names as people of each group bear them, and where each group lives."""

from __future__ import annotations

from random import Random

KINH, THAI, HMONG, THO, KHMU, ODU = "01", "03", "08", "24", "29", "53"

GROUPS: dict[str, dict[str, int]] = {
    "415": {THAI: 80, HMONG: 8, KHMU: 3, KINH: 9},  # Quế Phong
    "416": {THAI: 78, KINH: 21, THO: 1},  # Quỳ Châu
    "417": {HMONG: 36, KHMU: 32, THAI: 28, KINH: 4},  # Kỳ Sơn
    "418": {THAI: 73, KHMU: 12, HMONG: 4, ODU: 1, KINH: 10},  # Tương Dương
    "419": {KINH: 75, THO: 17, THAI: 8},  # Nghĩa Đàn
    "420": {THAI: 40, THO: 15, KINH: 45},  # Quỳ Hợp
    "422": {THAI: 68, THO: 4, KINH: 28},  # Con Cuông (the Đan Lai count as Thổ)
    "423": {KINH: 78, THO: 13, THAI: 9},  # Tân Kỳ
    "424": {KINH: 92, THAI: 8},  # Anh Sơn
    "414": {KINH: 94, THAI: 4, THO: 2},  # Thái Hoà
    "428": {KINH: 97, THAI: 3},  # Thanh Chương
}
"""Shares of ethnic groups by district, rough; districts that are not listed are Kinh."""


def _list(text: str) -> list[str]:
    return text.split(", ")


_SURNAMES = {
    KINH: _list(
        "Nguyễn, Nguyễn, Nguyễn, Trần, Trần, Lê, Lê, Phạm, Hồ, Phan, Hoàng, Võ, Đặng, Cao, Bùi, Ngô, Đinh, Đậu, Thái, Chu, Tăng"
    ),
    THAI: _list("Lô, Lô, Lương, Lương, Vi, Vi, Lữ, Kha, Hà, Quang, Ngân, Lang, Sầm, Hủn"),
    HMONG: _list("Và, Lầu, Xồng, Vừ, Mùa, Hờ, Cự, Lỳ, Già, Thò"),
    THO: _list("Trương, Trương, Lê, Nguyễn, Cao, Bùi, Hồ, La"),
    KHMU: _list("Moong, Cụt, Xeo, Lữ, Ốc, Pịt, Hùng, Chương"),
    ODU: _list("Lo, Lo, Vi, Lương"),
}
_MEN = _list(
    "An, Bình, Chiến, Chung, Cường, Dũng, Đức, Hải, Hiếu, Hoà, Hùng, Huy, Khánh, Lâm, Long, Lợi, Minh, Nam, Phúc, Quân, Quý, Sơn, Tài, Thắng, Thành, Thịnh, Tiến, Toàn, Trung, Tú, Tuấn, Việt, Vinh"
)
_WOMEN = _list(
    "An, Bích, Châu, Dung, Hà, Hạnh, Hiền, Hoa, Hoài, Hồng, Huệ, Hương, Lan, Liên, Loan, Lý, Mai, Minh, Nga, Ngân, Nhung, Oanh, Phượng, Quỳnh, Sen, Tâm, Thảo, Thu, Thuỷ, Trang, Tuyết, Vân, Xuân, Yến"
)
_HMONG_MEN = _list(
    "Bá Pó, Bá Tu, Chống Dê, Giống Sò, Nhìa Chù, Nỏ Tểnh, Pà Lỳ, Rả Xài, Tồng Khứ, Xái Dềnh, Xia Vừ, Chia Lau"
)
_HMONG_WOMEN = _list("Y Dở, Y Mái, Y Pà, Y Sênh, Y Xía, Y Chò, Y Bầu, Y Mỷ, Y Dênh, Y Xùa")
_MIDDLE_MEN = _list("Văn, Văn, Văn, Văn, Đình, Xuân, Hữu, Quang, Công, Đức, Ngọc, Bá")
_MIDDLE_WOMEN = _list("Thị, Thị, Thị, Thị, Thị, Thị, Ngọc, Thu, Kim")
_VILLAGES = _list(
    "Na Loi, Huồi Tụ, Piêng Pô, Xốp Tự, Na Kho, Pà Khốm, Huồi Lê, Na Ca, Xốp Cháo, Piêng Mựn, Bản Vẽ, Na Xái, Huồi Cọ, Tạ Đo, Khe Ngậu"
)
_QUARTERS = _list(
    "Tân Tiến, Tân Sơn, Yên Bình, Vĩnh Lộc, Trung Hoà, Đông Thọ, Quang Trung, Liên Cơ, Hồng Phong"
)


def group_of(rng: Random, district: str) -> str:
    """An ethnic group as the district has them."""
    shares = GROUPS.get(district, {KINH: 1})
    return rng.choices(list(shares), list(shares.values()))[0]


def surname(rng: Random, group: str) -> str:
    """A family name of the group."""
    return rng.choice(_SURNAMES[group])


def full_name(rng: Random, group: str, sex: str, family: str) -> str:
    """Family name, middle name and given name, in title case."""
    if group == HMONG:
        return f"{family} {rng.choice(_HMONG_MEN if sex == '1' else _HMONG_WOMEN)}"
    middle = rng.choice(_MIDDLE_MEN if sex == "1" else _MIDDLE_WOMEN)
    return f"{family} {middle} {rng.choice(_MEN if sex == '1' else _WOMEN)}"


def village(rng: Random, district: str, area_type: str, number: int) -> str:
    """A village as written on the sheet, with its kind in front."""
    if area_type == "1":
        return rng.choice((f"Khối {number}", f"Khối {rng.choice(_QUARTERS)}"))
    if district in GROUPS and max(GROUPS[district], key=lambda g: GROUPS[district][g]) != KINH:
        return f"Bản {rng.choice(_VILLAGES)}"
    return rng.choice((f"Xóm {number}", f"Xóm {rng.choice(_QUARTERS)}", f"Thôn {number}"))


CENTRES: dict[str, tuple[float, float]] = {
    "412": (18.67, 105.69), "413": (18.80, 105.72), "414": (19.32, 105.43), "415": (19.62, 104.90),
    "416": (19.55, 105.10), "417": (19.39, 104.12), "418": (19.26, 104.45), "419": (19.37, 105.45),
    "420": (19.32, 105.19), "421": (19.15, 105.62), "422": (19.05, 104.88), "423": (19.05, 105.27),
    "424": (18.93, 105.08), "425": (18.98, 105.57), "426": (18.99, 105.45), "427": (18.90, 105.30),
    "428": (18.77, 105.35), "429": (18.80, 105.60), "430": (18.70, 105.50), "431": (18.67, 105.62),
    "432": (19.26, 105.71),
}  # fmt: skip
"""A point near the middle of each district, for coordinates inside the province."""


def coordinates(rng: Random, district: str) -> str:
    """A point in the district as a phone gives it: latitude, longitude, altitude, accuracy."""
    latitude, longitude = CENTRES[district]
    return (
        f"{latitude + rng.uniform(-0.06, 0.06):.6f} {longitude + rng.uniform(-0.06, 0.06):.6f} "
        f"{rng.uniform(2, 400):.1f} {rng.uniform(3, 20):.1f}"
    )
