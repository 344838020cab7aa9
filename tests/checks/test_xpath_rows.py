"""Expressions as code: texts of a form stay texts, whatever is in them."""

from __future__ import annotations

import pytest

from processor.errors import FormError, Message
from processor.survey.xpath_parser import Parser
from processor.survey.xpath_rows import RowMaker
from processor.survey.xpath_terms import Names, Term, places_of

TEXTS = [
    "'",
    "p0",
    "a",
    "{0}",
    "{p0}",
    "%s",
    "\\",
    "\\'",
    "\n",
    "\0",
    "\ud800",
    "') or True or ('",
    "f1()",
    "#",
    "'''",
]


@pytest.mark.parametrize("word", TEXTS)
@pytest.mark.parametrize(
    "shape",
    ['concat("{}", "x")', 'if("" = "", "{}", "") = "y"', 'coalesce("", "{}")', 'selected("u {} v", "{}")'],
)
def test_code__any_text_of_a_form__is_a_literal(word: str, shape: str) -> None:
    names = Names()
    term: Term = Parser(shape.replace("{}", word), RowMaker(names)).whole()
    wanted = {"co": word + "x", "if": False, "se": word.strip() != "" or " " in word}
    assert places_of(term.code) == ()
    found = names.of_row(term.code)(())
    assert found == (word if shape.startswith("coa") else wanted[shape[:2]])


def test_code__places__those_that_are_named_and_no_others() -> None:
    assert places_of("[f1(a) for a in p7 if a != 'p1'] == (lambda x: p12)(p3) + p_1") == (3, 7, 12)


def test_code__nested_deeper_than_python_reads__refused() -> None:
    with pytest.raises(FormError) as error:
        places_of("(" * 1000 + "p0" + ")" * 1000)
    assert error.value.message is Message.XPATH_UNSUPPORTED


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 div 0", float("inf")), ("-1 div 0", float("-inf")), ("7 mod 3 - 2 * 3", -5.0), ("- -2", 2.0),
        ("string(1 div 0 - 1 div 0)", "NaN"), ("0.1 + 0.2 = 0.3", True), ("1 != '1.0'", False), ("'a' < 'b'", False),
        ("not(0) and 'x'", True), ("'' or 0 div 0", False), ("substr('abcdef', 2)", "cdef"), ("substr('abcdef', 1, 3)", "bc"),
        ("string-length('Vừ') + count-selected('a b')", 4.0), ("ends-with('abc', 'bc')", True), ("number(true())", 1.0),
        ("coalesce('', coalesce(0 div 0, 'z'))", "z"), ("join('-', 'a', 2, true())", "a-2-true"), ("concat()", ""),
    ],
)  # fmt: skip
def test_code__constants__as_a_phone_computes(text: str, value: object) -> None:
    names = Names()
    term: Term = Parser(text, RowMaker(names)).whole()
    assert repr(names.of_row(term.code)(())) == repr(value)
