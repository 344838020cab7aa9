"""LibreOffice as the reader of our files, with a profile of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL = "apt-get install -y --no-install-recommends libreoffice-calc-nogui"
CSV_OF_ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def convert(file: Path, into: Path, kind: str) -> None:
    """Open the file and save it as `kind` in the folder `into`."""
    program = shutil.which("soffice")
    if program is None:
        pytest.fail(f"LibreOffice Calc is missing. Install it: {INSTALL}")
    into.mkdir(exist_ok=True)
    profile = f"-env:UserInstallation={(into.parent / 'office').as_uri()}"
    command = [program, profile, "--headless", "--norestore", "--convert-to", kind, "--outdir", str(into)]
    done = subprocess.run([*command, str(file)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
