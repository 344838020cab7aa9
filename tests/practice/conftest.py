"""The real forms as phones read them, and households of a fixed seed."""

from __future__ import annotations

from pathlib import Path

import pytest

from processor.forms.xlsform import read_package
from processor.practice.interview import Printer
from processor.servers.protocol import FormPackage
from processor.survey.xform import read_xform

ROOT = Path(__file__).parent.parent.parent
CODES = ROOT / "config" / "codes"
MEDIA = ROOT / "xlsforms" / "media"


@pytest.fixture(scope="session")
def packages() -> dict[str, FormPackage]:
    """Both questionnaires, converted once."""
    found = [read_package(ROOT / "xlsforms" / name, MEDIA) for name in ("c.xlsx", "c1.xlsx")]
    return {package.form.form_id: package for package in found}


@pytest.fixture(scope="session")
def printers(packages: dict[str, FormPackage]) -> dict[str, Printer]:
    """What writes interviews of each form."""
    return {form_id: Printer(read_xform(package.xform, MEDIA)) for form_id, package in packages.items()}
