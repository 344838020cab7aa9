"""Rules about households that look like one, and about a cared person claimed twice (R-D08, R-D10, R-D11); pure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from processor.survey.checks.data import Data
from processor.survey.checks.groups import distinct, joined, listed
from processor.survey.checks.hits import Hits
from processor.survey.checks.keyhash import all_hashed
from processor.survey.checks.nearby import neighbours
from processor.survey.checks.nghe_an import duplicates_keys as families
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.duplicates import homes
from processor.survey.checks.nghe_an.limits import limit
from processor.survey.checks.rulebook import Parameters

SPOUSE, CHILDREN = {"02"}, {"03", "04"}
STOPPED = "4"


# An officer has hundreds of households: of these the rule sees measures alone.
BOOK.keep("officer_place", "text", "c: submission_id _area officer_code")
BOOK.keep("officer_place", "number", "c: gps_lat gps_lon")


@BOOK.measure("officer_place", "c.home", "text", reads="c: hh_code")
def _home(data: Data) -> pd.Series:
    """The household, hashed."""
    return pd.Series(all_hashed("officer_place", homes(data, "c").tolist(), data.secret), dtype=object)


@BOOK.shared("R-D08", "officer_place", reads="c: hh_code officer_code gps gps_lat gps_lon")
def one_place(data: Data, p: Parameters) -> Hits:
    """R-D08: many households of one officer within a few metres."""
    officer = data.made(families.officer_place)["c"]
    latitude, longitude = (data.number("c", name) for name in ("gps_lat", "gps_lon"))
    count = neighbours(officer, data.text("c", "home"), latitude, longitude, p["metres"])
    values = {"count": count, "limit": limit(p["households"]), "metres": limit(p["metres"])}
    return data.hits("c", "gps", count > p["households"], **values)


@BOOK.shared(
    "R-D10",
    "village_head",
    reads="c: hh_code commune_code village_code head_name head_name_key; "
    "c_members: row_no m_relation m_name_key",
)
def one_home(data: Data, _: Parameters) -> Hits:
    """R-D10: households of a village with the same head, and the same spouse or first child."""
    head = data.made(families.village_head)["c"]
    count = pd.Series(0.0, index=range(data.size("c")))
    for relations in (SPOUSE, CHILDREN):
        key = joined(head, _first_name(data, relations))
        count = np.maximum(count, distinct({"c": key}, {"c": homes(data, "c")})["c"])
    where = count > 1
    places = listed({"c": head}, {"c": data.text("c", "_area")}, {"c": where})["c"]
    return data.hits("c", "head_name", where, count=count, communes=places)


def _first_name(data: Data, relations: set[str]) -> pd.Series:
    """The name key of the member of these relations who stands first on every form C."""
    frame = pd.DataFrame(
        {
            "home": data.parents("c_members"),
            "line": data.number("c_members", "row_no"),
            "name": data.text("c_members", "m_name_key"),
        }
    )
    chosen = frame[data.text("c_members", "m_relation").isin(relations).to_numpy()]
    firsts = chosen.sort_values(["home", "line"]).drop_duplicates("home")
    names = pd.Series(None, index=range(data.size("c")), dtype=object)
    names[firsts["home"].to_numpy()] = firsts["name"].to_numpy()
    return names.where(names.notna(), None)


@BOOK.shared("R-D11", "household", reads="c1: hh_code c1_key benefit_status k_cared_member_no")
def cared_for_twice(data: Data, _: Parameters) -> Hits:
    """R-D11: one member of a household named by two carers who both receive for it."""
    claims = _claims(data)
    carers = claims.groupby("person")["carer"].transform("nunique")
    twice = claims[carers > 1]
    lines = twice.groupby("row")["line"].agg(lambda found: ", ".join(sorted(set(found))))
    where = pd.Series(False, index=range(data.size("c1")))
    where[twice["row"].unique()] = True
    return data.hits("c1", "k_cared_member_no", where, lines=lines.reindex(where.index))


def _claims(data: Data) -> pd.DataFrame:
    """A row for every member that a current C1 of a carer names: position, carer, person, line."""
    current = data.text("c1", "benefit_status") != STOPPED
    named = data.text("c1", "k_cared_member_no").where(current, None)
    code, key = data.text("c1", "hh_code").tolist(), data.text("c1", "c1_key").tolist()
    rows = [
        (row, key[row], f"{code[row]}-{int(line):02d}", line)
        for row, text in enumerate(named.tolist())
        if text is not None and code[row] is not None and key[row] is not None
        for line in text.replace(" ", "").split(",")
        if line.isascii() and line.isdigit()
    ]
    return pd.DataFrame(rows, columns=["row", "carer", "person", "line"])
