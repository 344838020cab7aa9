"""A small questionnaire in two versions, and rows with everything that spoils files."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from processor.config import Config, FormConfig, ServerConfig, WebConfig
from processor.database import writing
from processor.forms.definition import Choice, Field, Form, Section
from processor.servers.protocol import FormPackage
from processor.store import bulk
from processor.store.open import Store, open_store
from processor.store.scope import Area, Scope

ROOT = Path(__file__).parent.parent.parent
ALL = frozenset({"open", "personal", "sensitive", "secret"})
COMMUNES = ("16663", "16939", "17329")
VALUE_TYPES = {"integer": "int", "decimal": "decimal", "date": "date", "time": "time"} | {
    "dateTime": "dateTime",
    "geopoint": "geopoint",
}


class Person:
    """Who takes the files of the tests."""

    id = 7
    username = "giam.sat"


EVERYTHING = Scope(Area.province(), ALL, "survey")


def choice(code: str, vi: str, en: str = "") -> Choice:
    return Choice(code, {"vi": vi, "en": en} if en else {"": vi}, {})


CHOICES = {
    "communes.csv": (
        choice("16663", "Phường Đông Vĩnh"),
        choice("16939", "Xã Thanh Sơn"),
        choice("17329", "Xã Thanh Sơn"),
    ),
    "sex": (choice("1", "Nam", "Male"), choice("2", "Nữ", "Female")),
    "needs": (
        choice("01", "Xe lăn", "Wheelchair"),
        choice("02", "Học nghề; việc làm", "Training; work"),
        choice("10", "Khác", "Other"),
    ),
    "hiv": (choice("0", "Không", "No"), choice("1", "Có", "Yes")),
}


def question(path: str, kind: str, vi: str, en: str, data_class: str, **more: Any) -> Field:
    repeat = "members" if path.startswith("members/") else ""
    return Field(
        path=path,
        name=path.rpartition("/")[2],
        kind=kind,
        value_type=VALUE_TYPES.get(kind, "string"),
        repeat=repeat,
        labels={"vi": vi, "en": en},
        hints={},
        data_class=data_class,
        **more,
    )


def questions() -> tuple[Field | Section, ...]:
    q = question
    return (
        Section("sec_a", "group", {"vi": "A. Địa bàn", "en": "A. Area"}, ""),
        q(
            "sec_a/commune_code",
            "select_one",
            "Xã",
            "Commune",
            "open",
            list_name="communes.csv",
            code="H.A01",
        ),
        q("sec_a/interview_date", "date", "Ngày phỏng vấn", "Day of interview", "open"),
        q(
            "head_name",
            "text",
            "**Họ và tên** chủ hộ",
            "Name of the head",
            "personal",
            clean_as="person_name",
        ),
        q("spouse_name", "text", "Ghi chú", "Note", "personal"),
        q("phone", "text", "Điện thoại", "Phone", "personal", code="H.A05"),
        q("remark", "text", "ghi chú", "note", "personal", relevant="${phone} != ''"),
        q("sex", "select_one", "Giới tính của ${head_name}", "Sex of ${head_name}", "open", list_name="sex"),
        q("needs", "select_multiple", "Nhu cầu", "Needs", "sensitive", list_name="needs"),
        q("income", "integer", "Thu nhập", "Income", "sensitive"),
        q("share", "decimal", "Tỷ lệ", "Share", "open"),
        q("born", "date", "Ngày sinh", "Birth date", "personal"),
        q("met_at", "dateTime", "Gặp lúc", "Met at", "open"),
        q("clock", "time", "Giờ", "Clock", "open"),
        q("place", "geopoint", "Tọa độ", "Position", "personal"),
        q("total", "calculate", "Tổng", "Total", "open", calculation="1 + 1"),
        q(
            "hiv_status",
            "select_one",
            "Tình trạng HIV",
            "HIV status",
            "secret",
            list_name="hiv",
            code="H.X01",
        ),
        Section("members", "repeat", {"vi": "Thành viên", "en": "Members"}, ""),
        q("members/m_name", "text", "Họ tên", "Name", "personal"),
        q("members/m_sex", "select_one", "Giới tính", "Sex", "open", list_name="sex"),
    )


def form(version: str) -> Form:
    """Version 2016010101 asked for the spouse's name, 2016010102 no longer does."""
    items = questions()
    if version == "2016010102":
        items = tuple(i for i in items if not (isinstance(i, Field) and i.name == "spouse_name"))
    return Form("phieu_h", version, "Phiếu H", ("vi", "en"), "vi", items, CHOICES)


def config(data: Path, url: str) -> Config:
    entry = FormConfig("phieu_h", "h", data / "h.xlsx", "sec_a/commune_code")
    server = ServerConfig("builtin", "", data / "files")
    return Config(ROOT, data, "Điều tra", "Survey", "Asia/Ho_Chi_Minh", url, server, WebConfig(), (entry,))


def make_store(data: Path, url: str) -> Store:
    """A store with both versions of the questionnaire and the rows below."""
    store = open_store(config(data, url))
    for version in ("2016010101", "2016010102"):
        store.register(FormPackage(form(version), version.encode(), b""))
    insert(store, "h", ROWS)
    insert(store, "h_members", MEMBERS)
    return store


def insert(store: Store, table: str, rows: list[dict[str, Any]]) -> None:
    names = [c.name for c in store.plan(table).columns]
    assert not {key for row in rows for key in row} - set(names)
    with writing(store.engine) as connection:
        bulk.insert(connection, table, names, [tuple(row.get(name) for name in names) for row in rows])


STAMP = "2016-04-14T07:05:09.000000+00:00"
SYSTEM = {
    "_form_version": "2016010102",
    "_raw_sha256": "0" * 64,
    "_received_at": STAMP,
    "_updated_at": STAMP,
    "_pulled_at": STAMP,
    "_submitter": "16663-01",
    "_review_state": "received",
    "_practice": 0,
}


def household(number: int, commune: str | None, **answers: Any) -> dict[str, Any]:
    keys = {"submission_id": f"uuid:{number}", "commune_code": commune, "_area": commune or ""}
    return SYSTEM | keys | answers


LONG = "Đây là ghi chú dài. " * 2000
ROWS = [
    household(
        1,
        "16663",
        interview_date="2016-04-14",
        head_name="Lô Thị Phượng",
        head_name_norm="Lô Thị Phượng",
        head_name_key="lo thi phuong",
        phone="0912345678",
        remark="=1+1",
        sex="2",
        needs="01 10",
        needs__01=1,
        needs__02=0,
        needs__10=1,
        income=-1500000,
        share=0.1,
        born="1938-03-01",
        met_at="2016-04-13T18:30:00.000000+00:00",
        clock="00:00:00",
        place="18.67 105.69 4.0 5.0",
        place_lat=18.67,
        place_lon=105.69,
        place_alt=4.0,
        place_acc=5.0,
        total="2",
        hiv_status="1",
    ),
    household(
        2,
        "16939",
        head_name='Vi Văn "Tèo", ông\nbà',
        spouse_name="<r><t>đậm</t></r>",
        phone="+84912345678",
        remark="- ho\n=HYPERLINK(1)",
        sex="9",
        born="0216-03-04",
        income=12345678901234567,
        _review_state="has_issues",
    ),
    household(3, "17329", head_name="007", remark="_x0041_ \x0b \ufffe &lt;", phone="-5", sex="1"),
    household(4, None, head_name="  giữa  ", remark=LONG, sex="1"),
    household(5, "16663", head_name="Tập Huấn Một", _practice=1, sex="1"),
]
MEMBERS = [
    {
        "submission_id": "uuid:1",
        "row_key": f"uuid:1/members[{no}]",
        "parent_key": "uuid:1",
        "row_no": no,
        "m_name": f"Người {no}",
        "m_sex": "1",
        "_area": "16663",
        "_practice": 0,
    }
    for no in (1, 2, 10)
]


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by heading."""
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data[3:].decode(), newline="")))
