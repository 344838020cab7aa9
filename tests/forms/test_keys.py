"""The key from C to C1 and its check digits: phone and Python agree, slips are refused."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from processor.servers.protocol import FormPackage
from processor.survey.keys import check_digits, key_with_check
from tests.engine import VIETNAMESE, fill
from tests.forms.conftest import MEDIA
from tests.forms.interviews import HEAD_CHECK, HEAD_KEY, beneficiary, head, household, member
from tests.forms.xml import answers

KEYS = st.from_regex(r"40[0-9]{15}-[0-9]{2}", fullmatch=True)


def test_check_digits__of_the_example__are_fixed() -> None:
    assert check_digits(HEAD_KEY) == HEAD_CHECK
    assert key_with_check(HEAD_KEY) == f"{HEAD_KEY}-{HEAD_CHECK}"


@settings(deadline=None)
@given(KEYS)
def test_check_digits__any_key__verified_by_the_library(key: str) -> None:
    check = check_digits(key)
    assert 2 <= int(check) <= 98 and len(check) == 2
    assert mod_97_10.is_valid(key.replace("-", "") + check)


@settings(deadline=None)
@given(KEYS, st.integers(0, 18), st.integers(1, 9))
def test_check_digits__one_wrong_digit__changes_them(key: str, place: int, step: int) -> None:
    digits = key.replace("-", "")
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    assert not mod_97_10.is_valid(wrong + check_digits(key))


@pytest.mark.parametrize(
    "key", ["", HEAD_KEY.replace("-", ""), HEAD_KEY[:-1], "50412166630010007-01", "x" * 20]
)
def test_check_digits__not_a_key__says_what_was_expected(key: str) -> None:
    with pytest.raises(ValueError, match="40412166630010007-02"):
        check_digits(key)


def households(packages: dict[str, FormPackage]) -> list[tuple[str, str]]:
    """(key, check) as the phone computes them for many households and lines."""
    places = sorted(
        (c.extra["district_code"], c.name) for c in packages["phieu_c"].form.choices["communes.csv"]
    )
    given = [
        household(
            district_code=district,
            commune_code=commune,
            village_code=f"{number * 7 % 1000:03}",
            household_no=(number * 911) % 9999 + 1,
            members=[head(), member(m_sa="1", m_sa_category="0601")],
            n_c1_forms=2,
        )
        for number, (district, commune) in enumerate(places[::6])
    ]
    results = fill(packages["phieu_c"].xform, MEDIA, given)
    assert [r.problems for r in results if not r.ok] == []
    return [(row["m_c1_key"], row["m_c1_check"]) for r in results for row in answers(r.xml, "members")]


def test_phone__keys_of_many_households__same_check_digits_as_python(
    packages: dict[str, FormPackage],
) -> None:
    pairs = households(packages)
    assert len(set(pairs)) == 160
    assert [(key, check) for key, check in pairs if check != check_digits(key)] == []
    assert any(check.startswith("0") for _key, check in pairs)  # the leading zero is kept


@pytest.fixture(scope="module")
def twenty_five(packages: dict[str, FormPackage]) -> bytes:
    """A household of 25 of whom lines 1, 12 and 25 receive assistance."""
    rows = [head(), *(member(m_relation="03", m_name=f"NGUYỄN VĂN {chr(65 + n)}") for n in range(24))]
    for line in (12, 25):
        rows[line - 1] |= {"m_sa": "1", "m_sa_category": "0102"}
    [result] = fill(packages["phieu_c"].xform, MEDIA, [household(hh_size=25, members=rows, n_c1_forms=3)])
    assert result.ok and result.xml, result.problems
    return result.xml


def test_last_page__those_with_assistance__name_key_and_check(twenty_five: bytes) -> None:
    key = HEAD_KEY.removesuffix("01")
    assert answers(twenty_five)[0]["c1_list"].splitlines() == [
        f"1. NGUYỄN VĂN AN: {key}01 → {check_digits(key + '01')}",
        f"12. NGUYỄN VĂN K: {key}12 → {check_digits(key + '12')}",
        f"25. NGUYỄN VĂN X: {key}25 → {check_digits(key + '25')}",
    ]
    rows = answers(twenty_five, "members")
    assert [n for n, row in enumerate(rows, start=1) if row["m_c1_check"]] == [1, 12, 25]


def test_last_page__shown_to_the_officer(packages: dict[str, FormPackage]) -> None:
    [result] = fill(packages["phieu_c"].xform, MEDIA, [household()], lang=VIETNAMESE, walk=True)
    label = next(s["label"] for s in result.walk if s["ref"].endswith("note_c1"))
    assert f"1. NGUYỄN VĂN AN: {HEAD_KEY} → {HEAD_CHECK}" in label


def test_key_check__wrong__refused_in_vietnamese(packages: dict[str, FormPackage]) -> None:
    [result] = fill(packages["phieu_c1"].xform, MEDIA, [beneficiary(key_check="21")], lang=VIETNAMESE)
    assert not result.valid
    [message] = result.messages("constraint", "key_check")
    assert message.startswith("Khóa và số kiểm tra không khớp.") and "trang cuối phiếu C" in message


def test_key_check__missing__required(packages: dict[str, FormPackage]) -> None:
    given = beneficiary()
    given.pop("key_check")
    [result] = fill(packages["phieu_c1"].xform, MEDIA, [given], lang=VIETNAMESE)
    assert result.messages("required", "key_check") == ["Chưa trả lời: Hai số kiểm tra của khóa."]


TYPED = ("district_code", "commune_code", "village_code", "household_no", "member_no", "key_check")


def test_key_scan__a_good_code__fills_the_whole_key(packages: dict[str, FormPackage]) -> None:
    given = {k: v for k, v in beneficiary().items() if k not in TYPED}
    [result] = fill(packages["phieu_c1"].xform, MEDIA, [given | {"key_scan": key_with_check(HEAD_KEY)}])
    assert result.ok, result.problems
    found = answers(result.xml)[0]
    assert [found[name] for name in TYPED] == ["412", "16663", "001", "7", "1", HEAD_CHECK]
    assert found["c1_key"] == HEAD_KEY
    assert result.instance_name == f"{HEAD_KEY} NGUYỄN VĂN AN"


def test_key_scan__any_key__accepted_with_its_check_only(packages: dict[str, FormPackage]) -> None:
    pick = random.Random(7)
    digits = ["".join(pick.choices("0123456789", k=17)) for _ in range(60)]
    keys = [f"40{d[:15]}-{d[15:]}" for d in digits]
    good = [{"key_scan": key_with_check(key)} for key in keys]
    bad = [{"key_scan": f"{key}-{int(check_digits(key)) % 97 + 1:02}"} for key in keys]
    results = fill(packages["phieu_c1"].xform, MEDIA, good + bad)
    refused = [bool(r.messages("constraint", "key_scan")) for r in results]
    assert refused == [False] * len(good) + [True] * len(bad)
