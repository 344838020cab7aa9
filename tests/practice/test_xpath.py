"""Expressions give what the engine of ODK Collect gives, and what is not supported is refused."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from pyxform.xls2xform import convert

from processor.errors import FormError, Message
from processor.practice.interview import Phone, Printer
from processor.practice.people import VIETNAM
from processor.survey.xform import read_xform
from processor.survey.xpath import compile_expression
from tests.engine import fill

EXPRESSIONS = [
    "1 + 2 * 3 - 4 div 8",
    "7 mod 3",
    "-7 mod 3",
    "(1 + 2) * 3",
    "1 div 3",
    "0.1 + 0.2",
    "1000000 * 1000000",
    "-${n}",
    "${n} = 7",
    "${n} != '7'",
    "${n} < 10 and ${n} >= 7",
    "${empty} = ''",
    "${empty} < 5",
    "${empty} != 5",
    "${hidden} = ''",
    "not(${empty})",
    "boolean(${text})",
    "number(${empty})",
    "number('12abc')",
    "string(3.0)",
    "string(0.25)",
    "string(true())",
    "int(3.9)",
    "int(-3.9)",
    "round(2.5)",
    "round(-2.5)",
    "round(2.345, 2)",
    "round(21.95, 1)",
    "round(1234.5, 0)",
    "concat('a', ${n}, ${empty}, 1.5)",
    "concat(${r_value})",
    "substr('household', 2)",
    "substr('household', 2, 4)",
    "substr(concat('0000', string(${n})), string-length(string(${n})))",
    "substring-before('a|b|c', '|')",
    "substring-after('a|b|c', '|')",
    "substring-before('abc', '|')",
    "substring-after('abc', '|')",
    "contains('abc', 'bc')",
    "starts-with('abc', 'ab')",
    "ends-with('abc', 'bc')",
    "translate('cab', 'abc', 'xy')",
    "string-length(${text})",
    "normalize-space('  a   b ')",
    "regex('0401', '^[0-9]{4}$')",
    "regex('x0401', '[0-9]{4}')",
    "selected(${many}, 'b')",
    "selected(${many}, '')",
    "count-selected(${many})",
    "count-selected(${empty})",
    "selected-at(${many}, 1)",
    "coalesce(${empty}, ${n})",
    "coalesce(${text}, 'other')",
    "if(${n} > 5, 'more', 'less')",
    "if(${empty} = '', 1, 0)",
    "format-date(${day}, '%Y-%m-%d')",
    "format-date(${day}, '%d/%n/%y')",
    "number(format-date(${day}, '%m')) * 100",
    "date('2016-03-10') = ${day}",
    "date('2016-03-09') < ${day}",
    "date('2016-03-11') - ${day}",
    "sum(${r_value}[. != ''])",
    "sum(${r_value})",
    "count(${rows})",
    "count(${r_value}[. > 2])",
    "count-non-empty(${r_value})",
    "min(${r_value}[. != ''])",
    "max(${r_value}[. != ''])",
    "join('; ', ${r_value}[. != ''])",
    "join(base64-decode('Cg=='), ${r_label})",
    "${rows}[position() = 2]/r_value",
    "jr:choice-name(${one}, '${one}')",
    "instance('letters')/root/item[name = 'b']/label",
    "count(instance('letters')/root/item[group = '1'])",
    "once(${n})",
    "98 - ((40416 mod 97) * 100000000 + 66630010) mod 97",
    "pow(2, 10)",
    "abs(-4)",
    "'div' = 'mod' or ${n} = 7",
]
ANSWERS = {
    "n": 7,
    "text": "chữ Việt",
    "day": "2016-03-10",
    "many": "a b",
    "one": "b",
    "rows": [{"r_value": 1}, {"r_value": 2.5}, {}, {"r_value": 4}],
}
LETTERS = "name,label,group\na,Chữ A,1\nb,Chữ B,1\nc,Chữ C,2\n"


def form() -> bytes:
    """A form with one calculation for each expression."""
    rows = [
        ("integer", "n", "N", "", ""),
        ("text", "text", "Text", "", ""),
        ("text", "empty", "Empty", "", ""),
        ("date", "day", "Day", "", ""),
        ("select_multiple abc", "many", "Many", "", ""),
        ("select_one abc", "one", "One", "", ""),
        ("select_one_from_file letters.csv", "letter", "Letter", "", ""),
        ("calculate", "hidden", "", "'shown'", "${n} = 0"),
        ("begin repeat", "rows", "Rows", "", ""),
        ("decimal", "r_value", "Value", "", ""),
        ("calculate", "r_label", "", "concat(position(..), ':', ${r_value})", ""),
        ("end repeat", "", "", "", ""),
        *(("calculate", f"e{i}", "", text, "") for i, text in enumerate(EXPRESSIONS)),
    ]
    head = ("type", "name", "label", "calculation", "relevant")
    survey = [{k: v for k, v in zip(head, row, strict=True) if v} for row in rows]
    choices = [{"list_name": "abc", "name": c, "label": f"Chữ {c.upper()}"} for c in "abc"]
    settings = [{"form_id": "expressions", "version": "1", "form_title": "Expressions"}]
    return str(
        convert({"survey": survey, "choices": choices, "settings": settings}, warnings=[]).xform
    ).encode()


def test_expressions__many_kinds__equal_to_the_engine(tmp_path: Path) -> None:
    (tmp_path / "letters.csv").write_text(LETTERS, encoding="utf-8")
    xform = form()
    (theirs,) = fill(xform, tmp_path, [ANSWERS])
    assert theirs.xml is not None, theirs
    moment = datetime(2016, 3, 10, 8, tzinfo=VIETNAM)
    ours = Printer(read_xform(xform, tmp_path)).to_xml(ANSWERS, Phone("uuid:1", moment, moment, "d", "u"))
    found, wanted = fromstring(ours), fromstring(theirs.xml)
    differences = [
        (text, found.findtext(f"e{i}"), wanted.findtext(f"e{i}"))
        for i, text in enumerate(EXPRESSIONS)
        if (found.findtext(f"e{i}") or "") != (wanted.findtext(f"e{i}") or "")
    ]
    assert not differences, "\n".join(map(str, differences))
    assert found.find("hidden") is None


@pytest.mark.parametrize(
    "text",
    [
        "//a",
        "a/@b",
        "$x",
        "child::a",
        "unknown(1)",
        "if(1, 2)",
        "1 +",
        "(1",
        "'open",
        "a b",
        "random()",
        "floor(1.5)",
        "a | b",
        "",
        "..(",
    ],
)
def test_compile__outside_of_the_subset__refused(text: str) -> None:
    with pytest.raises(FormError) as raised:
        compile_expression(text)
    assert raised.value.message is Message.XPATH_UNSUPPORTED
