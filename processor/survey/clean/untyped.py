"""Second reading of answers that flattening could not read as their type; pure.

Flattening leaves such a cell empty with a finding TYPE that carries the text. A rule that knows how
people write such a value fills the cell and logs it, or says what is wrong with the text; what no
rule knows stays a finding TYPE.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from processor.survey.clean import cells
from processor.survey.clean.sheet import Sheet
from processor.survey.columns import Column
from processor.survey.records import Finding

PaperReader = Callable[[str], cells.Reading | None]


def paper_reader(column: Column) -> PaperReader | None:
    """The rule that reads texts for this column, if there is one."""
    role = column.question.clean_as if column.question else ""
    if column.type == "date":
        return cells.read_paper_date  # R-C10, R-C11
    if column.type == "integer" and role == "amount":
        return cells.read_paper_amount  # R-C14
    if column.type == "decimal" and role == "coefficient":
        return cells.read_paper_coefficient  # R-C16
    if column.type == "integer" and role in ("birth_month", "birth_day"):
        return cells.read_unknown_part  # R-C12
    return None


def read_again(sheet: Sheet, untyped: Sequence[Finding]) -> None:
    """Fill the cells of the findings TYPE in `untyped` that a rule can read."""
    if not untyped:
        return
    columns = sheet.plan.by_name
    rows = sheet.row_numbers()
    for finding in untyped:
        reader = paper_reader(columns[finding.column_name])
        text = finding.value or ""
        reading = reader(text) if reader else None
        row = rows[finding.row_key]
        if reading is None:
            sheet.find(row, finding.column_name, finding.rule, finding.severity, finding.value)
        elif reading.severity:
            sheet.find(row, finding.column_name, reading.rule, reading.severity, text)
        else:
            sheet.restore(row, finding.column_name, reading.rule, text, reading.value)
