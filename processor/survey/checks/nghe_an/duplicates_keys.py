"""Families of rules about duplicates: what two rows must have in common to see each other; pure."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.groups import joined
from processor.survey.checks.nghe_an.book import BOOK

Keys = Mapping[str, pd.Series]
CARD_LENGTH = 15
"""Characters of a health card's number; a shorter one is a matter of cleaning."""
RECEIVING = "1"
"""Code of `m_sa` (yes) and of `benefit_status` (receiving)."""


@BOOK.family("id_number", reads="c_members: m_id_no; c1: b_id_no")
def id_number(data: Data) -> Keys:
    """People with one number of an identity paper."""
    return {"c_members": data.text("c_members", "m_id_no"), "c1": data.text("c1", "b_id_no")}


@BOOK.family(
    "person",
    reads="c: commune_code; c_members: m_name_key m_sex m_dob_est m_dob_precision; "
    "c1: commune_code b_name_key b_sex b_dob_est b_dob_precision",
)
def person(data: Data) -> Keys:
    """People of one name, sex and full birth date in a commune."""
    commune = data.down("c_members", data.text("c", "commune_code"))
    return {
        "c_members": _person(data, "c_members", "m", commune),
        "c1": _person(data, "c1", "b", data.text("c1", "commune_code")),
    }


def _person(data: Data, table: str, prefix: str, commune: pd.Series) -> pd.Series:
    born = data.text(table, f"{prefix}_dob_est")
    full = born.where(data.text(table, f"{prefix}_dob_precision") == "D", None)
    return joined(commune, data.text(table, f"{prefix}_name_key"), data.text(table, f"{prefix}_sex"), full)


@BOOK.family(
    "namesake",
    reads="c: district_code; c_members: m_name_key m_birth_year m_sa; "
    "c1: district_code b_name_key b_birth_year benefit_status",
)
def namesake(data: Data) -> Keys:
    """Receivers of one name and year of birth in a district."""
    district = data.down("c_members", data.text("c", "district_code"))
    member = joined(district, data.text("c_members", "m_name_key"), _year(data, "c_members", "m_birth_year"))
    c1 = joined(
        data.text("c1", "district_code"), data.text("c1", "b_name_key"), _year(data, "c1", "b_birth_year")
    )
    return {
        "c_members": member.where(data.text("c_members", "m_sa") == RECEIVING, None),
        "c1": c1.where(data.text("c1", "benefit_status") == RECEIVING, None),
    }


def _year(data: Data, table: str, column: str) -> pd.Series:
    years = data.number(table, column).tolist()
    return pd.Series([None if year != year else f"{year:.0f}" for year in years], dtype=object)  # noqa: PLR0124


@BOOK.family("health_card", reads="c_members: m_hi_no; c1: b_hi_no")
def health_card(data: Data) -> Keys:
    """People with one health card."""
    return {
        "c_members": _whole_card(data.text("c_members", "m_hi_no")),
        "c1": _whole_card(data.text("c1", "b_hi_no")),
    }


def _whole_card(cards: pd.Series) -> pd.Series:
    whole = [None if card is None or len(card) != CARD_LENGTH else card.upper() for card in cards.tolist()]
    return pd.Series(whole, dtype=object)


@BOOK.family("benefit_book", reads="c1: district_code benefit_book_no")
def benefit_book(data: Data) -> Keys:
    """Beneficiaries with one allowance book in a district."""
    return {"c1": joined(data.text("c1", "district_code"), data.text("c1", "benefit_book_no"))}


@BOOK.family("decision", reads="c1: district_code b_name_key; c1_allowances: a_decision_no a_decision_date")
def decision(data: Data) -> Keys:
    """Allowances of one decision, its date and one name in a district (numbers begin anew in each)."""
    table = "c1_allowances"
    district, name = (data.down(table, data.text("c1", n)) for n in ("district_code", "b_name_key"))
    number, day = (data.text(table, n) for n in ("a_decision_no", "a_decision_date"))
    return {table: joined(district, number, day, name)}


@BOOK.family("head_phone", reads="c: head_phone")
def head_phone(data: Data) -> Keys:
    """Households with one phone number."""
    return {"c": data.text("c", "head_phone")}


@BOOK.family("officer_place", reads="c: officer_code gps_lat gps_lon")
def officer_place(data: Data) -> Keys:
    """The located households of one officer."""
    located = data.number("c", "gps_lat").notna() & data.number("c", "gps_lon").notna()
    return {"c": data.text("c", "officer_code").where(located, None)}


@BOOK.family("village_head", reads="c: commune_code village_code head_name_key")
def village_head(data: Data) -> Keys:
    """Households of a village whose heads have one name."""
    return {"c": joined(*(data.text("c", n) for n in ("commune_code", "village_code", "head_name_key")))}


@BOOK.family("money_receiver", reads="c1: receiver_id")
def money_receiver(data: Data) -> Keys:
    """Beneficiaries for whom one person collects."""
    return {"c1": data.text("c1", "receiver_id")}
