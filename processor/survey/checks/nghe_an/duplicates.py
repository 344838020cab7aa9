"""Rules about one thing that stands with several people or households (R-D01 to R-D07, R-D12); pure.

A finding stands on every row of its group. Its values tell how many there are and in which communes,
never who: the others may lie outside the reader's area.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.groups import distinct, joined, listed
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an import duplicates_keys as families
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.rulebook import Parameters

PEOPLE = "c: hh_code; c_members: row_no; c1: c1_key"
"""What tells people apart: household and line."""


@BOOK.shared("R-D01", "id_number", reads=f"{PEOPLE} b_id_no; c_members: m_id_no")
def one_id_number(data: Data, _: Parameters) -> list[Hits]:
    """R-D01: one ID number on different people, anywhere."""
    return _several(data, families.id_number, people, {"c_members": "m_id_no", "c1": "b_id_no"})


@BOOK.shared(
    "R-D02",
    "person",
    reads="c: hh_code commune_code; c_members: m_name m_name_key m_sex m_dob_est m_dob_precision; "
    "c1: hh_code commune_code b_name b_name_key b_sex b_dob_est b_dob_precision",
)
def same_person(data: Data, _: Parameters) -> list[Hits]:
    """R-D02: one name, sex and birth date in two households of a commune; 1 January is often an unknown day."""
    births = {"c_members": "m_dob_est", "c1": "b_dob_est"}
    found = _several(data, families.person, homes, {"c_members": "m_name", "c1": "b_name"})
    return [hits.warned_where(_first_of_january(data.text(hits.table, births[hits.table]))) for hits in found]


@BOOK.shared(
    "R-D03",
    "namesake",
    reads="c: district_code commune_code; c_members: m_name m_name_key m_birth_year m_sa; "
    "c1: district_code commune_code b_name b_name_key b_birth_year benefit_status",
)
def two_communes(data: Data, _: Parameters) -> list[Hits]:
    """R-D03: receivers of one name and year of birth in two communes of a district."""
    return _several(data, families.namesake, communes, {"c_members": "m_name", "c1": "b_name"})


@BOOK.shared("R-D04", "health_card", reads=f"{PEOPLE} b_hi_no; c_members: m_hi_no")
def one_health_card(data: Data, _: Parameters) -> list[Hits]:
    """R-D04: one health card on different people."""
    return _several(data, families.health_card, people, {"c_members": "m_hi_no", "c1": "b_hi_no"})


@BOOK.shared("R-D05", "benefit_book", reads="c1: c1_key district_code benefit_book_no")
def one_book(data: Data, _: Parameters) -> list[Hits]:
    """R-D05: one allowance book with different people of a district."""
    return _several(data, families.benefit_book, people, {"c1": "benefit_book_no"})


@BOOK.shared(
    "R-D06",
    "decision",
    reads="c1: c1_key district_code b_name_key; c1_allowances: a_decision_no a_decision_date",
)
def one_decision(data: Data, _: Parameters) -> list[Hits]:
    """R-D06: one decision and name with different people of a district."""
    return _several(data, families.decision, people, {"c1_allowances": "a_decision_no"})


@BOOK.shared("R-D07", "head_phone", reads="c: hh_code head_phone")
def one_phone(data: Data, p: Parameters) -> list[Hits]:
    """R-D07: one phone number with many households."""
    return _several(data, families.head_phone, homes, {"c": "head_phone"}, p["households"])


@BOOK.shared("R-D12", "money_receiver", reads="c1: c1_key receiver_id")
def one_receiver(data: Data, p: Parameters) -> list[Hits]:
    """R-D12: one person collects for many."""
    return _several(data, families.money_receiver, people, {"c1": "receiver_id"}, p["people"])


def _several(
    data: Data,
    family: Callable[[Data], Mapping[str, pd.Series]],
    identity: Callable[[Data, str], pd.Series],
    columns: Mapping[str, str],
    most: float = 1.0,
) -> list[Hits]:
    """Rows whose key stands with more than `most` different identities."""
    keys = data.made(family)
    count = distinct(keys, {table: identity(data, table) for table in keys})
    where = {table: count[table] > most for table in keys}
    places = listed(keys, {table: data.text(table, "_area") for table in keys}, where)
    return [
        data.hits(
            table, columns[table], where[table], count=count[table], communes=places[table], limit=limit(most)
        )
        for table in keys
    ]


def people(data: Data, table: str) -> pd.Series:
    """Who a row is about: household and line; a row without them is somebody of its own."""
    if table == "c_members":
        return data.made(_members)
    c1 = _known(data.text("c1", "c1_key"), data.keys("c1"))
    return c1 if table == "c1" else data.down(table, c1)


def _members(data: Data) -> pd.Series:
    numbers = data.number("c_members", "row_no")
    lines = numbers.map({number: f"{number:02.0f}" for number in numbers.unique()}).astype(object)
    keys = joined(data.down("c_members", data.text("c", "hh_code")), lines, by="-")
    return _known(keys, data.text("c_members", "row_key"))


def homes(data: Data, table: str) -> pd.Series:
    """Which household a row is about; a form without a code is one of its own."""
    root = data.root_of(table)
    return _down(data, table, _known(data.text(root, "hh_code"), data.keys(root)))


def communes(data: Data, table: str) -> pd.Series:
    """The commune that a row speaks of."""
    return _down(data, table, data.text(data.root_of(table), "commune_code"))


def _down(data: Data, table: str, values: pd.Series) -> pd.Series:
    return values if table == data.root_of(table) else data.down(table, values)


def _known(values: pd.Series, otherwise: pd.Series) -> pd.Series:
    return values.where(values.notna(), otherwise)


def _first_of_january(days: pd.Series) -> pd.Series:
    return pd.Series([day is not None and day.endswith("-01-01") for day in days.tolist()], dtype=bool)
