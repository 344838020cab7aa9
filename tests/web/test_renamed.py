"""A question that was renamed: its page shows the column under its first name, with what belongs to it."""

from __future__ import annotations

from pyxform.xls2xform import convert

from processor.forms.tree import from_tree
from processor.servers.builtin.officers import list_officers
from processor.servers.protocol import FormPackage
from tests.web import example
from tests.web.conftest import text
from tests.web.example import DONG_VINH, HOUSEHOLDS, Household, People

WHO = People()
PHUONG = HOUSEHOLDS[0]
NEWER = Household(31, DONG_VINH, "VI THỊ  LAN")


def renamed() -> FormPackage:
    """The example with `head_name` called `owner` and `m_name` called `person`, named in labels too."""
    survey = example.SURVEY.replace("| code |\n", "| code | former_name |\n", 1)
    survey = survey.replace("text | head_name |", "text | owner |").replace("C.A13 |", "C.A13 | head_name |")
    survey = survey.replace("text | m_name |", "text | person |").replace("C.M01 |", "C.M01 | m_name |")
    survey = survey.replace("m_birth_year | Năm sinh |", "m_birth_year | Năm sinh của ${person} |")
    survey = survey.replace("head_phone | Điện thoại |", "head_phone | Điện thoại của ${owner} |")
    survey = survey.replace("2016022301", "2016022302")
    result = convert("\n".join(line for line in survey.splitlines() if line.strip()))
    return FormPackage(from_tree(result._pyxform, "test", {}), result.xform.encode(), b"workbook 2")


class Sent(Household):
    """An interview with the newer form."""

    @property
    def xml(self) -> str:
        newer = super().xml.replace("2016022301", "2016022302").replace("head_name>", "owner>")
        return newer.replace("m_name>", "person>")


def test_submission__question_renamed__name_typed_and_labels_that_refer_to_it(site, signed_in):
    package = renamed()
    site.server.deploy(package)
    site.store.register(package)
    token = next(o.token for o in list_officers(site.server) if o.code == f"{DONG_VINH}-01")
    newer = Sent(**{name: getattr(NEWER, name) for name in NEWER.__dataclass_fields__})
    example.send(site.app.test_client(), token, newer)
    site.pull()
    browser = signed_in(WHO.admin)
    html = text(browser.get(f"/data/phieu_c/{newer.instance_id}"))

    assert "<h1>Vi Thị Lan</h1>" in html
    assert '<span class="val">Vi Thị Lan' in html
    assert "Ghi trên phiếu: VI THỊ LAN" in html
    assert "Điện thoại của VI THỊ LAN" in html
    assert "Năm sinh của VI THỊ LAN" in html
    assert "Thành viên 1: Vi Thị Lan" in html
    older = text(browser.get(f"/data/phieu_c/{PHUONG.instance_id}"))
    assert '<span class="val">Lô Thị Phượng' in older
    assert "Vi Thị Lan" in text(browser.get("/data/phieu_c/"))
