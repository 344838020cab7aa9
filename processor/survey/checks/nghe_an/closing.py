"""Rules of the end of the interview: beneficiaries against lists and C1, answers that are missing; pure."""

from __future__ import annotations

from collections.abc import Sequence

from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.poverty import listed_group
from processor.survey.checks.nghe_an.roster import RECEIVING, receiving
from processor.survey.checks.rulebook import Parameters

COMPLETE = "1"
ALLOWANCE = "12"
PAYMENT_ROLL, POOR_LIST, NEAR_POOR_LIST, ON_NO_LIST = "1", "2", "3", "4"
ALWAYS_ASKED = {
    "c": (
        "district_code commune_code village_name village_code household_no interview_date area_type "
        "officer_code officer_name visit_no head_name respondent_rel hh_size hh_class list_source "
        "merit_household house_ownership water_source toilet_type light_source assets uses_phone "
        "uses_internet loudspeaker income_month support_got support_want n_c1_forms"
    ),
    "c_members": (
        "m_relation m_name m_sex m_birth_year m_ethnic m_residence m_id_type m_hi m_illness m_disabled m_sa"
    ),
}
"""Required answers that depend on no other; the derived checks look at those that do, question by question.
The month of birth is not among them: cleaning empties the answer 99, "unknown"."""


@BOOK.own("R-V38", reads=f"c: support_got; {RECEIVING}")
def support_contradicts(data: Data, _: Parameters) -> Hits:
    """R-V38: the monthly allowance is among the support received if somebody gets one, and only then."""
    people, told = receiving(data), data.text("c", "support_got")
    picked = data.picks("c", "support_got", ALLOWANCE)
    wrong = told.notna() & people.notna() & ((people > 0) != picked)
    return data.hits("c", "support_got", wrong, people=people, told=told)


@BOOK.own("R-V39", reads=f"c: result list_source; {RECEIVING}")
def nobody_receives(data: Data, _: Parameters) -> Hits:
    """R-V39: a completed household without beneficiary is on the poor or near-poor list."""
    lists = data.text("c", "list_source")
    listed = data.picks("c", "list_source", POOR_LIST) | data.picks("c", "list_source", NEAR_POOR_LIST)
    done = data.text("c", "result") == COMPLETE
    wrong = done & lists.notna() & ~listed & (receiving(data) == 0)
    return data.hits("c", "list_source", wrong, lists=lists)


@BOOK.own("R-V43", reads=f"c: n_c1_forms; {RECEIVING}")
def other_number_of_c1(data: Data, _: Parameters) -> Hits:
    """R-V43: there are as many C1 as members with an allowance."""
    forms, people = data.number("c", "n_c1_forms"), receiving(data)
    wrong = forms.notna() & people.notna() & (forms != people)
    return data.hits("c", "n_c1_forms", wrong, forms=forms, people=people)


@BOOK.own("R-V44", reads=f"c: result {ALWAYS_ASKED['c']}; c_members: {ALWAYS_ASKED['c_members']}")
def answer_missing(data: Data, _: Parameters) -> Sequence[Hits]:
    """R-V44: a completed form has every answer that is always asked; found at each that is missing."""
    done = data.text("c", "result") == COMPLETE
    complete = {"c": done, "c_members": data.down("c_members", done)}
    return [
        data.hits(table, name, complete[table] & data.text(table, name).isna(), question=name)
        for table, names in ALWAYS_ASKED.items()
        for name in names.split()
    ]


@BOOK.own("R-V45", reads=f"c: list_source hh_class; {RECEIVING}")
def lists_contradict(data: Data, _: Parameters) -> Hits:
    """R-V45: the lists that name the household fit its class and its beneficiaries."""
    lists, people, group = data.text("c", "list_source"), receiving(data), listed_group(data)
    on = {code: data.picks("c", "list_source", code) for code in "1234"}
    several = on[PAYMENT_ROLL] | on[POOR_LIST] | on[NEAR_POOR_LIST]
    wrong = (
        (lists.notna() & (people > 0) & ~on[PAYMENT_ROLL])
        | (on[POOR_LIST] & group.notna() & (group != "poor"))
        | (on[NEAR_POOR_LIST] & group.notna() & (group != "near_poor"))
        | (on[ON_NO_LIST] & several)
    )
    values = {"lists": lists, "people": people, "hh_class": data.text("c", "hh_class")}
    return data.hits("c", "list_source", wrong, **values)
