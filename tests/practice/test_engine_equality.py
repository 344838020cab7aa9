"""The proof of our interviews: the engine of ODK Collect takes the same answers and writes the same XML."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

import pytest

from processor.practice.interview import Printer, problems
from processor.practice.people import Interview, households
from processor.servers.protocol import FormPackage
from tests.engine import fill
from tests.practice.conftest import CODES, MEDIA

OWN_CLOCK = {"start", "end", "today", "instanceID"}


def interviews(form_id: str, number: int) -> list[Interview]:
    """Interviews of one form from households of which half carry a mistake."""
    found: list[Interview] = []
    for household in households(CODES, number=10_000, seed=11, mistakes=0.5):
        found += [i for i in household.interviews if i.form_id == form_id]
        if len(found) >= number:
            break
    return found


def leaves(element: Element, path: str = "") -> Iterator[tuple[str, str]]:
    """Every answer in order, repeats included, with its path."""
    for child in element:
        if len(child):
            yield from leaves(child, f"{path}/{child.tag}")
        elif child.tag not in OWN_CLOCK:
            yield f"{path}/{child.tag}", child.text or ""


@pytest.mark.parametrize("form_id", ["phieu_c", "phieu_c1"])
def test_interviews__filled_by_the_engine__accepted_and_equal_in_every_answer(
    form_id: str, packages: dict[str, FormPackage], printers: dict[str, Printer]
) -> None:
    sample = interviews(form_id, 220)
    phones = [{"_property": {"deviceid": i.phone.deviceid, "username": i.phone.username}} for i in sample]
    answers = [{**i.answers, **phone} for i, phone in zip(sample, phones, strict=True)]
    filled = fill(packages[form_id].xform, MEDIA, answers)
    assert len(filled) >= 200
    assert [r.problems for r in filled if not r.ok] == []
    for interview, result in zip(sample, filled, strict=True):
        assert result.xml is not None
        ours = fromstring(printers[form_id].to_xml(interview.answers, interview.phone))
        theirs = fromstring(result.xml)
        assert list(leaves(ours)) == list(leaves(theirs))
        assert (ours.tag, ours.get("id"), ours.get("version")) == (
            theirs.tag,
            theirs.get("id"),
            theirs.get("version"),
        )


@pytest.mark.parametrize("form_id", ["phieu_c", "phieu_c1"])
def test_problems__answers_that_a_phone_refuses__named_as_the_engine_names_them(
    form_id: str, packages: dict[str, FormPackage], printers: dict[str, Printer]
) -> None:
    """Each interview is spoilt in one question; both sides must complain about that question."""
    spoils = {
        "phieu_c": [
            ("village_code", "12"),
            ("village_name", None),
            ("hh_class", "9"),
            ("visit_no", 4),
            ("nonsense", "1"),
        ],
        "phieu_c1": [
            ("key_check", "00"),
            ("receiver", None),
            ("pay_method", "8"),
            ("stop_reason", "1"),
            ("b_poor", "0"),
        ],
    }[form_id]
    sample = interviews(form_id, 5)[:5]
    spoilt = []
    for (name, value), interview in zip(spoils, sample, strict=True):
        answers = {k: v for k, v in interview.answers.items() if k != name and k != "key_scan"}
        spoilt.append(answers if value is None else {**answers, name: value})
    results = fill(packages[form_id].xform, MEDIA, spoilt)
    for (name, _value), interview, answers, result in zip(spoils, sample, spoilt, results, strict=True):
        theirs = {p["ref"].rpartition("/")[2] for p in result.problems}
        assert name in theirs
        printer = printers[form_id]
        ours = {p.path.rpartition("/")[2] for p in problems(printer.fill(answers, interview.phone), answers)}
        assert name in ours
