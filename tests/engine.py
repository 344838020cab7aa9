"""Drives `tests/javarosa/Fill.java`: answers a form with the engine of ODK Collect, many in one JVM."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyxform

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "tests" / "javarosa" / "Fill.java"
JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
CACHE = ROOT / ".tools" / "javarosa"
VIETNAMESE, ENGLISH = "Tiếng Việt (vi)", "English (en)"
PHONE = {"deviceid": "collect:test", "username": "16663-01"}
INSTALL = (
    "These tests fill the forms with the engine of ODK Collect, which needs a Java development kit of "
    "version 17 or newer; {tool} was not found. Install it: apt-get install -y openjdk-17-jdk-headless "
    "(or default-jdk-headless), then run the tests again."
)


@dataclass(frozen=True)
class FillResult:
    """One filled form. `valid`: Collect would have finalised it; `ok`: and every answer went in."""

    id: str
    ok: bool
    valid: bool
    problems: tuple[dict[str, Any], ...]
    xml: bytes | None
    instance_id: str = ""
    instance_name: str = ""
    walk: tuple[dict[str, Any], ...] = ()
    attachments: tuple[str, ...] = ()
    error: str = ""

    def messages(self, kind: str, question: str) -> list[str]:
        """What the phone said about `question` (its name) for problems of that kind."""
        return [
            str(p["message"])
            for p in self.problems
            if p["kind"] == kind and p["ref"].rpartition("/")[2].partition("[")[0] == question
        ]


def fill(
    xform: bytes,
    media: Path,
    answers: Iterable[Mapping[str, Any]],
    *,
    lang: str | None = None,
    properties: Mapping[str, str] | None = None,
    walk: bool = False,
    force: bool = False,
) -> list[FillResult]:
    """Fill the form once per mapping, in order. `force` writes forms that Collect would not finalise."""
    options = [f"--property.{k}={v}" for k, v in {**PHONE, **(properties or {})}.items()]
    options += [f"--lang={lang}"] if lang else []
    options += [option for option, on in (("--walk", walk), ("--force", force)) if on]
    batch = [{"_id": f"{number:06d}", **given} for number, given in enumerate(answers, start=1)]
    with tempfile.TemporaryDirectory(prefix="fill-") as name:
        folder = Path(name)
        (folder / "form.xml").write_bytes(xform)
        lines = (json.dumps(given, ensure_ascii=False, default=str) for given in batch)
        (folder / "answers.jsonl").write_text("\n".join(lines), encoding="utf-8")
        report = _run(folder, media, options)
        if len(report) != len(batch):
            raise RuntimeError(f"{len(batch)} forms given, {len(report)} reported")
        return [_result(line, folder / "out") for line in report]


def _run(folder: Path, media: Path, options: list[str]) -> list[dict[str, Any]]:
    command = [
        _tool("java"),
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Duser.timezone=Asia/Ho_Chi_Minh",
        "-Dfile.encoding=UTF-8",
        "-cp",
        os.pathsep.join((str(JAR), str(compiled()))),
        "Fill",
        f"--form={folder / 'form.xml'}",
        f"--media={media}",
        f"--answers={folder / 'answers.jsonl'}",
        f"--out={folder / 'out'}",
        *options,
    ]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode not in (0, 1) or not done.stdout:
        raise RuntimeError(f"the form could not be opened:\n{done.stderr[-4000:]}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _result(line: dict[str, Any], out: Path) -> FillResult:
    file = out / line["file"] if line.get("file") else None
    return FillResult(
        id=line["id"],
        ok=line["ok"],
        valid=line.get("valid", False),
        problems=tuple(line.get("problems", ())),
        xml=file.read_bytes() if file else None,
        instance_id=line.get("instanceID") or "",
        instance_name=line.get("instanceName") or "",
        walk=tuple(line.get("walk", ())),
        attachments=tuple(line.get("attachments", ())),
        error=line.get("error", ""),
    )


def compiled() -> Path:
    """Folder with the compiled driver, made once for each state of the source and of the engine."""
    state = hashlib.sha256(SOURCE.read_bytes() + JAR.name.encode() + pyxform.__version__.encode())
    target = CACHE / state.hexdigest()[:16]
    if target.is_dir():
        return target
    CACHE.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(dir=CACHE))
    command = [
        _tool("javac"),
        "-nowarn",
        "-encoding",
        "UTF-8",
        "-cp",
        str(JAR),
        "-d",
        str(building),
        str(SOURCE),
    ]
    subprocess.run(command, check=True, capture_output=True, text=True)
    try:
        building.rename(target)
    except OSError:  # another test process was faster: its folder is as good
        shutil.rmtree(building)
    return target


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise RuntimeError(INSTALL.format(tool=name))
    return path
