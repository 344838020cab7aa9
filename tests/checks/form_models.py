"""The real forms as the checks that follow from the form itself see them."""

from __future__ import annotations

from functools import cache

from processor.forms.xlsform import read_package
from processor.survey.checks.derived_form import FormModel
from processor.survey.columns import plan_tables
from tests.checks.make import FORMS, printers
from tests.conftest import ROOT


@cache
def form_model(form_id: str) -> FormModel:
    """The newest version of a form."""
    table, workbook = FORMS[form_id]
    package = read_package(ROOT / "xlsforms" / workbook, ROOT / "xlsforms" / "media")
    return FormModel(package.form, printers()[form_id][0].xform, plan_tables(table, [package.form]))
