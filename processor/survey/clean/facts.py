"""Facts of law and of the province that cleaning needs; each stands as a table in `config/codes` too.

They decide what cells hold, so they belong to the rules that `fingerprint.py` counts: a change makes all
tables anew. A test holds them equal to the tables.
"""

from __future__ import annotations

CARD_PROVINCES = frozenset(
    (
        "001", "002", "004", "006", "008", "010", "011", "012", "014", "015", "017", "019", "020", "022",
        "024", "025", "026", "027", "030", "031", "033", "034", "035", "036", "037", "038", "040", "042",
        "044", "045", "046", "048", "049", "051", "052", "054", "056", "058", "060", "062", "064", "066",
        "067", "068", "070", "072", "074", "075", "077", "079", "080", "082", "083", "084", "086", "087",
        "089", "091", "092", "093", "094", "095", "096",
    )
)  # fmt: skip
"""First three digits of a citizen's number issued to someone born in Vietnam (`cccd_province_codes.csv`)."""

CARD_DIGITS = {
    "0": ("1", 1900, 1999),
    "1": ("2", 1900, 1999),
    "2": ("1", 2000, 2099),
    "3": ("2", 2000, 2099),
    "4": ("1", 2100, 2199),
    "5": ("2", 2100, 2199),
    "6": ("1", 2200, 2299),
    "7": ("2", 2200, 2299),
    "8": ("1", 2300, 2399),
    "9": ("2", 2300, 2399),
}
"""Its fourth digit: sex, first and last year of birth (`cccd_century_sex.csv`)."""

PHONE_PREFIXES = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078", "0123": "083",
    "0124": "084", "0125": "085", "0127": "081", "0129": "082", "0162": "032", "0163": "033",
    "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038", "0169": "039",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
"""Mobile numbers of eleven digits: old and new beginning (`phone_prefix_2018.csv`)."""

OLD_AREA, NEW_AREA, AREA_CHANGED = "038", "0238", "2017-02-11"
"""Landlines of Nghệ An; since 2018 the old beginning is one of mobiles."""

HOME_BLOCK = "18"
"""Numbers of nine digits issued in Nghệ An and Hà Tĩnh."""

HEALTH_PROVINCE = "40"
"""Fourth and fifth place of a health card issued in the province."""

ETHNIC_GROUPS = (
    ("01", "Kinh", "Kinh", "Việt"),
    ("02", "Tày", "Tay", "Thổ (Tày)"),
    ("03", "Thái", "Thai", "Tày Mười;Tày Thanh;Táy;Thái Trắng;Thái Đen;Hàng Tổng"),
    ("04", "Hoa", "Hoa", "Hán"),
    ("05", "Khơ-me", "Kho-me", "Khmer;Khơ Me"),
    ("06", "Mường", "Muong", "Mol;Mual"),
    ("07", "Nùng", "Nung", ""),
    ("08", "Hmông", "Hmong", "Mông;Mèo;H'Mông;Mông Trắng;Mông Hoa"),
    ("09", "Dao", "Dao", ""),
    ("10", "Gia-rai", "Gia-rai", ""),
    ("11", "Ngái", "Ngai", ""),
    ("12", "Ê-đê", "E-de", ""),
    ("13", "Ba-na", "Ba-na", ""),
    ("14", "Xơ-đăng", "Xo-dang", ""),
    ("15", "Sán Chay", "San Chay", ""),
    ("16", "Cơ-ho", "Co-ho", ""),
    ("17", "Chăm", "Cham", ""),
    ("18", "Sán Dìu", "San Diu", ""),
    ("19", "Hrê", "Hre", ""),
    ("20", "Mnông", "Mnong", ""),
    ("21", "Ra-glai", "Ra-glai", ""),
    ("22", "Xtiêng", "Xtieng", "X'Tiêng"),
    ("23", "Bru-Vân Kiều", "Bru-Van Kieu", ""),
    ("24", "Thổ", "Tho", "Kẹo;Mọn;Cuối;Họ;Đan Lai;Ly Hà;Tày Poọng;Con Kha"),
    ("25", "Giáy", "Giay", ""),
    ("26", "Cơ-tu", "Co-tu", ""),
    ("27", "Gié-Triêng", "Gie-Trieng", ""),
    ("28", "Mạ", "Ma", ""),
    ("29", "Khơ-mú", "Kho-mu", "Xá Cẩu;Mứn Xen;Pu Thênh;Tềnh;Tày Hạy;Khơ Mú;Khmu"),
    ("30", "Co", "Co", ""),
    ("31", "Ta-ôi", "Ta-oi", "Tà Ôi"),
    ("32", "Chơ-ro", "Cho-ro", ""),
    ("33", "Kháng", "Khang", ""),
    ("34", "Xinh-mun", "Xinh-mun", ""),
    ("35", "Hà Nhì", "Ha Nhi", ""),
    ("36", "Chu-ru", "Chu-ru", ""),
    ("37", "Lào", "Lao", ""),
    ("38", "La Chi", "La Chi", "La Chí"),
    ("39", "La Ha", "La Ha", ""),
    ("40", "Phù Lá", "Phu La", ""),
    ("41", "La Hủ", "La Hu", ""),
    ("42", "Lự", "Lu", ""),
    ("43", "Lô Lô", "Lo Lo", ""),
    ("44", "Chứt", "Chut", "Sách;Mày;Rục;Arem"),
    ("45", "Mảng", "Mang", ""),
    ("46", "Pà Thẻn", "Pa Then", ""),
    ("47", "Cơ Lao", "Co Lao", ""),
    ("48", "Cống", "Cong", ""),
    ("49", "Bố Y", "Bo Y", ""),
    ("50", "Si La", "Si La", ""),
    ("51", "Pu Péo", "Pu Peo", ""),
    ("52", "Brâu", "Brau", ""),
    ("53", "Ơ-đu", "O-du", "Tày Hạt;Ơ Đu"),
    ("54", "Rơ-măm", "Ro-mam", ""),
    ("55", "Người nước ngoài", "Foreigner", ""),
)
"""Code, name, name without marks, other names between semicolons (`ethnic_groups.csv`)."""
