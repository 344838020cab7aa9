"""The project's two questionnaires, converted once."""

from __future__ import annotations

from pathlib import Path

import pytest

from processor.forms.xlsform import read_package
from processor.servers.protocol import FormPackage
from tests.forms.projects import filled, made, write

__all__ = ["filled", "made", "packages", "write"]

ROOT = Path(__file__).parent.parent.parent
WORKBOOKS = {"phieu_c": ROOT / "xlsforms" / "c.xlsx", "phieu_c1": ROOT / "xlsforms" / "c1.xlsx"}
MEDIA = ROOT / "xlsforms" / "media"
CODES = ROOT / "config" / "codes"


@pytest.fixture(scope="session")
def packages() -> dict[str, FormPackage]:
    """Form id -> converted questionnaire."""
    return {form_id: read_package(path, MEDIA) for form_id, path in WORKBOOKS.items()}
