"""Checks a questionnaire before it is published: pyxform, ODK Validate and the rules of the house."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from processor.errors import FormError, Message
from processor.forms.lint import Problem, lint, problem
from processor.forms.looks import look
from processor.forms.sheets import read_sheets
from processor.forms.xlsform import read_with_warnings

if TYPE_CHECKING:
    from processor.forms.definition import Form
    from processor.servers.protocol import FormPackage


def check(workbook: Path, media: Path) -> list[Problem]:
    """Every problem of the workbook, empty when it may be published.

    ODK Validate runs where Java is installed; `validator_available` says whether it did.
    """
    return check_and_look(workbook, media)[0]


def check_and_look(workbook: Path, media: Path) -> tuple[list[Problem], list[Problem]]:
    """The problems, and what deserves a look but keeps nobody from publishing (size, long names)."""
    return examine(workbook, media)[:2]


def examine(workbook: Path, media: Path) -> tuple[list[Problem], list[Problem], FormPackage | None]:
    """The same with the questionnaire itself, None when it cannot be converted: that takes seconds, once."""
    try:
        found = list(lint(read_sheets(workbook), media))
    except FormError as error:
        return [Problem(error.message, workbook.name, str(error))], [], None
    try:
        package, warnings = read_with_warnings(workbook, media)
    except FormError as error:
        return [*found, Problem(error.message, workbook.name, str(error))], [], None
    problems = [*found, *_of_package(package, warnings, workbook.name)]
    return problems, list(look(package)), package


def validator_available() -> bool:
    """Whether this machine can run ODK Validate."""
    return shutil.which("java") is not None


def _of_package(package: FormPackage, warnings: list[str], name: str) -> Iterator[Problem]:
    for text in warnings:
        yield problem(Message.CHECK_WARNING, name, detail=text)
    yield from _columns(package.form)
    if validator_available():
        yield from _validate(package.xform, name)


def _columns(form: Form) -> Iterator[Problem]:
    """Two questions that would share a column of the tables."""
    from processor.survey.columns import plan_tables

    try:
        plan_tables(form.form_id, (form,))
    except FormError as error:
        yield Problem(error.message, form.form_id, str(error))


def _validate(xform: bytes, name: str) -> Iterator[Problem]:
    """ODK Validate reads the XForm as a phone does and finds what pyxform cannot: bad expressions."""
    from pyxform.validators.odk_validate import ODKValidateError, check_xform

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "form.xml")
        path.write_bytes(xform)
        try:
            found = check_xform(str(path))
        except (ODKValidateError, OSError) as error:
            yield problem(Message.CHECK_VALIDATE, name, detail=error)
            return
    for text in found:
        yield problem(Message.CHECK_VALIDATE, name, detail=text)
