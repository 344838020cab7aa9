"""A small questionnaire with every data class, people who sign in, and interviews of three communes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from flask.testing import FlaskClient
from pyxform.xls2xform import convert

from processor.config import Config, load_config
from processor.forms.tree import from_tree
from processor.servers.protocol import FormPackage
from processor.store.access import Rights, add_user, set_password
from processor.store.open import Store
from processor.web.passwords import hash_password
from tests.conftest import ROOT

PASSWORD = "mot cau that dai va la"
VINH, CON_CUONG = "412", "422"
DONG_VINH, HA_HUY_TAP, MON_SON = "16663", "16666", "17263"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 20
SCRIPT = b"<script>alert(1)</script>"

SURVEY = """
| survey | | | | | | | |
| | type | name | label::Tiếng Việt (vi) | label::English (en) | clean_as | data_class | code |
| | begin_group | sec_a | A. Định danh hộ | A. Identification | | | |
| | select_one district | district_code | Huyện | District | | open | C.A01 |
| | select_one commune | commune_code | Xã | Commune | code:5 | open | C.A02 |
| | date | interview_date | Ngày phỏng vấn | Interview date | | open | C.A08 |
| | text | officer_name | Họ tên điều tra viên | Enumerator name | person_name | personal | C.A10 |
| | text | head_name | Họ và tên chủ hộ | Head of household | person_name | personal | C.A13 |
| | text | head_phone | Điện thoại | Phone | | personal | C.A14 |
| | integer | hh_size | Số người | Members | | open | C.A18 |
| | select_one class | hh_class | Phân loại hộ | Household class | | open | C.B01 |
| | end_group | | | | | | |
| | begin_group | sec_b | B. Nhu cầu | B. Needs | | | |
| | select_multiple need | needs | Nhu cầu | Needs | | sensitive | C.B02 |
| | select_one yes_no | hiv | Giấy xác nhận HIV | HIV certificate | | secret | C.B03 |
| | image | photo | Ảnh nhà | Picture of the house | | personal | C.B04 |
| | file | paper | Quyết định | Decision | | personal | C.B05 |
| | image | hiv_photo | Ảnh giấy HIV | Picture of the HIV paper | | secret | C.B06 |
| | end_group | | | | | | |
| | begin_repeat | members | Thành viên | Member | | | |
| | text | m_name | Họ và tên | Full name | person_name | personal | C.M01 |
| | integer | m_birth_year | Năm sinh | Birth year | birth_year | personal | C.M04 |
| | select_one yes_no | m_disabled | Khuyết tật | Disabled | | sensitive | C.M20 |
| | end_repeat | | | | | | |
| choices | | | | |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | district | 412 | Thành phố Vinh | Vinh city |
| | district | 422 | Huyện Con Cuông | Con Cuông district |
| | commune | 16663 | Phường Đông Vĩnh | Đông Vĩnh ward |
| | commune | 16666 | Phường Hà Huy Tập | Hà Huy Tập ward |
| | commune | 17263 | Xã Môn Sơn | Môn Sơn commune |
| | class | 1 | Hộ nghèo | Poor |
| | class | 7 | Hộ khác | Other |
| | need | 01 | Xe lăn | Wheelchair |
| | need | 02 | Học nghề | Training |
| | yes_no | 1 | Có | Yes |
| | yes_no | 0 | Không | No |
| settings | | | | |
| | form_id | version | form_title | default_language |
| | phieu_c | 2016022301 | Phiếu C: hộ | Tiếng Việt (vi) |
"""


def package() -> FormPackage:
    text = "\n".join(line for line in SURVEY.splitlines() if line.strip())
    result = convert(text)
    return FormPackage(from_tree(result._pyxform, "test", {}), result.xform.encode(), b"workbook")


def settings(home: Path, *, public_url: str = "", store_url: str | None = None) -> Config:
    config = load_config(ROOT / "config" / "survey.toml", {"PROCESSOR_HOME": str(home)})
    config = dataclasses.replace(config, web=dataclasses.replace(config.web, public_url=public_url))
    return dataclasses.replace(config, store_url=store_url) if store_url else config


@dataclass(frozen=True)
class Household:
    """An invented interview."""

    number: int
    commune: str
    head: str
    district: str = VINH
    phone: str = "0912000111"
    hh_class: str = "1"
    hiv: str = "0"
    size: str = "2"

    @property
    def instance_id(self) -> str:
        return f"uuid:{UUID(int=self.number)}"

    @property
    def xml(self) -> str:
        members = "".join(
            f"<members><m_name>{name}</m_name><m_birth_year>19{50 + n}</m_birth_year>"
            f"<m_disabled>{n % 2}</m_disabled></members>"
            for n, name in enumerate((self.head, "LÔ VĂN CON"))
        )
        return (
            '<data xmlns:orx="http://openrosa.org/xforms" id="phieu_c" version="2016022301"><sec_a>'
            f"<district_code>{self.district}</district_code><commune_code>{self.commune}</commune_code>"
            f"<interview_date>2016-04-08</interview_date><officer_name>Vi Văn Hỏi</officer_name>"
            f"<head_name>{self.head}</head_name>"
            f"<head_phone>{self.phone}</head_phone><hh_size>{self.size}</hh_size>"
            f"<hh_class>{self.hh_class}</hh_class></sec_a><sec_b><needs>01 02</needs><hiv>{self.hiv}</hiv>"
            f"<photo>house.jpg</photo><paper>paper.html</paper><hiv_photo>hiv.jpg</hiv_photo></sec_b>{members}"
            f"<meta><instanceID>{self.instance_id}</instanceID></meta></data>"
        )


HOUSEHOLDS = (
    Household(1, DONG_VINH, "LÔ THỊ  PHƯỢNG", hiv="1"),
    Household(2, DONG_VINH, "Nguyễn Văn An", hh_class="7"),
    Household(3, HA_HUY_TAP, "Hoà Văn Quyết"),
    Household(4, MON_SON, "Vi Văn Thắng", district=CON_CUONG, phone="0977123456", size="nhiều"),
)
PRACTICE = Household(9, DONG_VINH, "Lò Tập Huấn")


@dataclass(frozen=True)
class People:
    """Everybody of the tests; the password is the same."""

    admin: str = "admin"
    province: str = "minh.ha"
    con_cuong: str = "kha.hien"
    open_only: str = "xem.mo"
    secret: str = "bi.mat"


def add_people(store: Store) -> None:
    """Users who have chosen their password."""
    names = People()
    both = frozenset({"open", "personal", "sensitive"})
    rights = {
        names.admin: Rights("admin", ("*",), both),
        names.province: Rights("province", ("*",), both),
        names.con_cuong: Rights("district", (CON_CUONG,), both),
        names.open_only: Rights("province", ("*",), frozenset({"open"})),
        names.secret: Rights("province", ("*",), both | {"secret"}),
    }
    hashed = hash_password(PASSWORD)
    for name, right in rights.items():
        user = add_user(store.engine, (name, f"Người {name}"), hashed, right, datetime.now(UTC))
        set_password(store.engine, user.id, hashed, must_change=False)


def send(client: FlaskClient, token: str, household: Household) -> None:
    """As a phone does: the answers with the files in one post."""
    files = {"house.jpg": JPEG, "paper.html": SCRIPT, "hiv.jpg": JPEG}
    parts: dict = {"xml_submission_file": (_file(household.xml.encode()), "answers.xml", "text/xml")}
    parts |= {name: (_file(body), name, "application/octet-stream") for name, body in files.items()}
    headers = {"X-OpenRosa-Version": "1.0", "Date": "Tue, 12 Apr 2016 07:00:00 GMT"}
    answer = client.post(f"/v1/key/{token}/submission", data=parts, headers=headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)


def _file(body: bytes):
    from io import BytesIO

    return BytesIO(body)
