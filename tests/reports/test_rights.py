"""Who gets which rows and columns into a file, and what the ledger then says."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from processor.errors import AccessError, ContractError, Message, ProcessorError
from processor.reports.choice import file_name, needs_purpose
from processor.reports.export import Receipt, write_codebook, write_table
from processor.store.ledger import list_downloads
from processor.store.open import Store
from processor.store.scope import Area, Practice, Scope
from tests.reports import example

CLASSES = (
    frozenset({"open"}),
    frozenset({"open", "personal"}),
    frozenset({"open", "sensitive"}),
    frozenset({"open", "personal", "sensitive"}),
    example.ALL,
)
AREAS = {
    # area: numbers of the survey rows it shows
    Area.province(): [1, 2, 3, 4],
    Area.of(["16663"]): [1],
    Area.of(["16663", "17329"]): [1, 3],
}


def export(
    store: Store,
    scope: Scope,
    target: Path,
    *,
    table: str = "h",
    file_format: str = "csv",
    profile: str = "codes",
    language: str = "vi",
    purpose: str = "Thử quyền",
    communes: frozenset[str] | None = None,
) -> Receipt:
    return write_table(
        store,
        table,
        scope,
        example.Person(),
        target,
        file_format=file_format,
        profile=profile,
        language=language,
        purpose=purpose,
        communes=communes,
    )


def refused(store: Store, scope: Scope, target: Path, **wanted: object) -> Message:
    """Nothing was written: no file, no row in the ledger."""
    with pytest.raises(ProcessorError) as caught:
        export(store, scope, target, **wanted)  # type: ignore[arg-type]
    assert not target.exists()
    assert list_downloads(store.engine, None) == []
    return caught.value.message


@pytest.mark.parametrize("classes", CLASSES, ids=lambda c: "+".join(sorted(c)))
@pytest.mark.parametrize("area", AREAS, ids=["province", "one", "two"])
def test_file__of_a_scope__has_its_rows_and_columns_only(
    store: Store, tmp_path: Path, classes: frozenset[str], area: Area
) -> None:
    receipt = export(store, Scope(area, classes, "survey"), tmp_path / "h.csv")
    rows = example.read_csv(tmp_path / "h.csv")
    plan = store.plan("h")
    shown = [c.name for c in plan.columns if c.data_class in classes]
    assert list(rows[0]) == shown
    assert [row["submission_id"] for row in rows] == [f"uuid:{n}" for n in AREAS[area]]
    assert (receipt.columns, receipt.left_out) == (len(shown), len(plan.columns) - len(shown))
    secret = "hiv" in (tmp_path / "h.csv").read_text()
    assert secret == ("secret" in classes)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_codebook__of_a_scope__does_not_name_what_it_hides(
    store: Store, tmp_path: Path, file_format: str
) -> None:
    scope = Scope(Area.province(), frozenset({"open", "personal", "sensitive"}), "survey")
    export(store, scope, tmp_path / "h.xlsx", file_format="xlsx", profile="labels")
    target = tmp_path / f"book.{file_format}"
    write_codebook(store, "h", scope, example.Person(), target, file_format=file_format, language="vi")
    words = [
        str(c.value) for sheet in openpyxl.load_workbook(tmp_path / "h.xlsx") for row in sheet for c in row
    ]
    if file_format == "csv":
        words += target.read_text().split("\r\n")
    else:
        words += [str(c.value) for sheet in openpyxl.load_workbook(target) for row in sheet for c in row]
    assert not [word for word in words if "hiv" in word.lower()]


def test_communes__asked_for__narrow_and_never_widen(store: Store, tmp_path: Path) -> None:
    scope = Scope(Area.of(["16663", "17329"]), example.ALL, "survey")
    export(store, scope, tmp_path / "h.csv", communes=frozenset({"17329", "16939"}))
    assert [row["submission_id"] for row in example.read_csv(tmp_path / "h.csv")] == ["uuid:3"]
    assert list_downloads(store.engine, None)[0].areas == "17329"


def test_communes__all_outside_the_area__refused(store: Store, tmp_path: Path) -> None:
    scope = Scope(Area.of(["16663"]), example.ALL, "survey")
    message = refused(store, scope, tmp_path / "h.csv", communes=frozenset({"16939"}))
    assert message is Message.AREA_DENIED


def test_area__of_nobody__refused(store: Store, tmp_path: Path) -> None:
    assert (
        refused(store, Scope(Area.of([]), example.ALL, "survey"), tmp_path / "h.csv") is Message.AREA_DENIED
    )


def test_classes__none__refused(store: Store, tmp_path: Path) -> None:
    scope = Scope(Area.province(), frozenset(), "survey")
    assert refused(store, scope, tmp_path / "h.csv") is Message.CLASS_DENIED


@pytest.mark.parametrize(
    ("practice", "numbers"), [("survey", [1, 2, 3, 4]), ("practice", [5]), ("both", [1, 2, 3, 4, 5])]
)
def test_practice__rows__only_when_asked_for(
    store: Store, tmp_path: Path, practice: Practice, numbers: list[int]
) -> None:
    export(store, Scope(Area.province(), example.ALL, practice), tmp_path / "h.csv")
    assert [row["submission_id"] for row in example.read_csv(tmp_path / "h.csv")] == [
        f"uuid:{n}" for n in numbers
    ]
    assert list_downloads(store.engine, None)[0].practice == (practice != "survey")


def test_purpose__missing_for_personal_columns__refused(store: Store, tmp_path: Path) -> None:
    assert needs_purpose(store, "h", example.EVERYTHING)
    message = refused(store, example.EVERYTHING, tmp_path / "h.csv", purpose=" \n")
    assert message is Message.EXPORT_PURPOSE


def test_purpose__not_needed_for_open_columns__written_without(store: Store, tmp_path: Path) -> None:
    scope = Scope(Area.province(), frozenset({"open"}), "survey")
    assert not needs_purpose(store, "h", scope)
    assert export(store, scope, tmp_path / "h.csv", purpose="").rows == 4
    # rights of a class that this table does not have ask for nothing
    members = Scope(Area.province(), frozenset({"open", "secret"}), "survey")
    assert not needs_purpose(store, "h_members", members)


@pytest.mark.parametrize("wanted", [{"file_format": "ods"}, {"profile": "all"}, {"language": "fr"}])
def test_option__unknown__refused_with_what_is_known(
    store: Store, tmp_path: Path, wanted: dict[str, str]
) -> None:
    assert refused(store, example.EVERYTHING, tmp_path / "h.csv", **wanted) is Message.EXPORT_OPTION


def test_table__unknown__refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ContractError):
        export(store, example.EVERYTHING, tmp_path / "x.csv", table="users")
    assert list_downloads(store.engine, None) == []


def test_ledger__after_a_file__says_who_what_why_and_its_hash(any_store: Store, tmp_path: Path) -> None:
    scope = Scope(Area.of(example.COMMUNES), frozenset({"open", "personal"}), "survey")
    receipt = export(any_store, scope, tmp_path / "h.csv", purpose="Đối chiếu\ndanh sách ")
    (row,) = list_downloads(any_store.engine, example.Person.id)
    assert (row.user_id, row.username, row.table_name) == (7, "giam.sat", "h")
    assert (row.file_format, row.profile) == ("csv", "codes")
    assert (row.areas, row.classes) == ("16663 16939 17329", "open personal")
    assert (row.practice, row.purpose) == (False, "Đối chiếu danh sách")
    assert (row.state, row.row_count, row.sha256) == ("done", 3, receipt.sha256)
    assert (row.id, row.at.tzinfo is not None) == (receipt.download_id, True)


def test_file__of_one_rank__is_read_by_its_owner_only(store: Store, tmp_path: Path) -> None:
    export(store, example.EVERYTHING, tmp_path / "h.csv")
    assert (tmp_path / "h.csv").stat().st_mode & 0o777 == 0o600


def test_file_name__says_table_area_profile_day(store: Store, tmp_path: Path) -> None:
    at = export(store, example.EVERYTHING, tmp_path / "h.csv").at.replace(year=2016, month=4, day=14)
    name = file_name("c", profile="labels", file_format="xlsx", practice=False, at=at, area="Huyện Con Cuông")
    assert name == "c_huyen-con-cuong_nhan_20160414.xlsx"
    practice = file_name("c1", profile="both", file_format="csv", practice=True, at=at)
    assert practice == "TAP-HUAN_c1_ma-nhan_20160414.csv"


def test_access_error__of_a_file__is_for_the_caller(store: Store, tmp_path: Path) -> None:
    with pytest.raises(AccessError):
        export(store, example.EVERYTHING, tmp_path / "h.csv", purpose="")
