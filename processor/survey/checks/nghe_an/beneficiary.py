"""Rules of form C1 about decisions, payment and who collects: R-B01 to R-B14; pure."""

from __future__ import annotations

import pandas as pd

from processor.survey.checks.ages import births
from processor.survey.checks.data import Data
from processor.survey.checks.hits import Hits
from processor.survey.checks.nghe_an import families  # noqa: F401 - registers the families
from processor.survey.checks.nghe_an.book import BOOK
from processor.survey.checks.nghe_an.eligibility_cases import TABLE, benefits, months_between
from processor.survey.checks.nghe_an.eligibility_home import homes
from processor.survey.checks.nghe_an.links_pairs import READS as PAIRS
from processor.survey.checks.rulebook import Parameters

RECEIVING, STOPPED = "1", "4"
DEPENDENT = "3"
HERSELF, NO_PAPER = "1", "4"
DIED_OR_STOPPED = "6"


def _decided_started(data: Data) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Decision, first month paid, months from one to the other."""
    decided, start = data.day(TABLE, "a_decision_date"), data.day(TABLE, "a_start")
    return decided, start, months_between(decided, start)


@BOOK.own("R-B01", reads="c1_allowances: a_decision_date a_start")
def paid_before_decision(data: Data, p: Parameters) -> Hits:
    """R-B01: not paid from more than some months before the month of the decision."""
    decided, start, months = _decided_started(data)
    return data.hits(
        TABLE,
        "a_start",
        months < -p["months"],
        start=start,
        decision=decided,
        months=-months,
        most=int(p["months"]),
    )


@BOOK.own("R-B02", reads="c1_allowances: a_decision_date a_start")
def paid_late(data: Data, p: Parameters) -> Hits:
    """R-B02: not paid only from more than some months after the month of the decision."""
    decided, start, months = _decided_started(data)
    return data.hits(
        TABLE,
        "a_start",
        months > p["months"],
        start=start,
        decision=decided,
        months=months,
        most=int(p["months"]),
    )


@BOOK.own("R-B03", reads="c1_allowances: a_decision_date")
def older_decree(data: Data, p: Parameters) -> Hits:
    """R-B03: the decision was made under an older decree."""
    decided = data.day(TABLE, "a_decision_date")
    old = decided < pd.Timestamp(p["since"])
    return data.hits(TABLE, "a_decision_date", old, decision=decided, since=p["since"])


@BOOK.own("R-B04", reads="c1: benefit_status; c1_allowances: a_decision_no a_no")
def no_decision(data: Data, _: Parameters) -> Hits:
    """R-B04: who receives has a decision with a number (cleaning has emptied `0`)."""
    receiving = data.down(TABLE, data.text("c1", "benefit_status")) == RECEIVING
    lacking = receiving & data.text(TABLE, "a_decision_no").isna()
    return data.hits(TABLE, "a_decision_no", lacking, line=data.number(TABLE, "a_no"))


@BOOK.own("R-B05", reads="c1: n_allowances; c1_allowances: row_no")
def count_differs(data: Data, _: Parameters) -> Hits:
    """R-B05: as many benefits as were said."""
    said, counted = data.number("c1", "n_allowances"), data.count(TABLE)
    return data.hits("c1", "n_allowances", said.notna() & (said != counted), said=said, counted=counted)


@BOOK.own("R-B06", reads="c1_allowances: a_category row_no")
def same_category(data: Data, _: Parameters) -> Hits:
    """R-B06: no category twice in one form; the first line stands, the others are found."""
    category, line = data.text(TABLE, "a_category"), data.number(TABLE, "row_no")
    groups = line.groupby([data.keys(TABLE), category], dropna=True)
    first = groups.transform("min")
    again = category.notna() & (line > first)
    return data.hits(TABLE, "a_category", again, category=category, line=line, first=first)


@BOOK.own("R-B07", reads="c1: benefit_status stop_reason result")
def status_contradicts(data: Data, _: Parameters) -> Hits:
    """R-B07: stopped with a reason; dead or stopped is not receiving."""
    status, result = data.text("c1", "benefit_status"), data.text("c1", "result")
    reason = data.text("c1", "stop_reason")
    wrong = ((status == STOPPED) & reason.isna()) | ((status == RECEIVING) & (result == DIED_OR_STOPPED))
    return data.hits("c1", "benefit_status", wrong, status=status, reason=reason, result=result)


@BOOK.own("R-B08", reads="c1: receiver interview_date b_dob_est b_dob_precision d_self_care e_self_care")
def collects_alone(data: Data, p: Parameters) -> Hits:
    """R-B08: neither a child nor a fully dependent person collects money alone."""
    age = births(data, "c1", "b_").years(data.day("c1", "interview_date"))
    dependent = (data.text("c1", "d_self_care") == DEPENDENT) | (data.text("c1", "e_self_care") == DEPENDENT)
    wrong = (data.text("c1", "receiver") == HERSELF) & ((age < p["age"]) | dependent)
    care = pd.Series([DEPENDENT if marked else None for marked in dependent], dtype=object)
    return data.hits("c1", "receiver", wrong, age=age, care=care, least=int(p["age"]))


@BOOK.own("R-B09", reads="c1: receiver")
def no_authorisation(data: Data, _: Parameters) -> Hits:
    """R-B09: whoever collects for somebody has a paper."""
    receiver = data.text("c1", "receiver")
    return data.hits("c1", "receiver", receiver == NO_PAPER, receiver=receiver)


@BOOK.own("R-B10", reads="c1: receiver receiver_id receiver_name_key b_id_no b_name_key")
def collects_for_self(data: Data, _: Parameters) -> list[Hits]:
    """R-B10: somebody else collects, so number and name are not the beneficiary's; no number or name is told."""
    receiver = data.text("c1", "receiver")
    other = receiver.notna() & (receiver != HERSELF)
    pairs = (("receiver_id", "b_id_no", "C1.P05"), ("receiver_name_key", "b_name_key", "C1.P04"))
    found = []
    for theirs, own, question in pairs:
        value = data.text("c1", theirs)
        equal = other & value.notna() & (value == data.text("c1", own))
        found.append(data.hits("c1", theirs, equal, question=question))
    return found


@BOOK.own("R-B11", reads="c1: benefit_status interview_date; c1_allowances: a_last_paid")
def not_paid(data: Data, p: Parameters) -> Hits:
    """R-B11: who receives was paid within some months before the interview."""
    paid = data.day(TABLE, "a_last_paid")
    months = months_between(paid, data.down(TABLE, data.day("c1", "interview_date")))
    receiving = data.down(TABLE, data.text("c1", "benefit_status")) == RECEIVING
    return data.hits(
        TABLE,
        "a_last_paid",
        receiving & (months > p["months"]),
        paid=paid,
        months=months,
        most=int(p["months"]),
    )


@BOOK.shared("R-B12", "household", reads=f"{PAIRS}; c1: member_no k_cared_member_no")
def wrong_line(data: Data, _: Parameters) -> Hits:
    """R-B12: a carer names lines of form C other than her own; without form C only her own is seen."""
    home = homes(data)
    of, lines = home.cared()
    own = lines == data.number("c1", "member_no").to_numpy()[of]
    lost = (home.households[of] >= 0) & (home.lines(home.households[of], lines) < 0)
    wrong: dict[int, list[str]] = {}
    for c1, line in zip(of[own | lost].tolist(), lines[own | lost].tolist(), strict=True):
        wrong.setdefault(c1, []).append(str(int(line)))
    named = pd.Series({c1: ", ".join(own) for c1, own in wrong.items()}, dtype=object)
    named = named.reindex(range(data.size("c1")))
    return data.hits(
        "c1", "k_cared_member_no", named.notna(), lines=named, own=data.number("c1", "member_no")
    )


@BOOK.own("R-B13", reads="c1: photo_decision")
def no_photo(data: Data, _: Parameters) -> Hits:
    """R-B13: the decision was photographed."""
    return data.hits("c1", "photo_decision", data.text("c1", "photo_decision").isna())


@BOOK.own(
    "R-B14",
    reads="c1: d_cert_date interview_date benefit_status; c1_allowances: a_category a_decision_date",
)
def certificate_late(data: Data, _: Parameters) -> Hits:
    """R-B14: a disability benefit was decided on a certificate that was there."""
    case = benefits(data)
    issued, decided = data.down(TABLE, data.day("c1", "d_cert_date")), data.day(TABLE, "a_decision_date")
    late = case.of("0601", "0602") & (issued > decided)
    return data.hits(TABLE, "a_decision_date", late, certificate=issued, decision=decided)
