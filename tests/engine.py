"""Drives `tests/javarosa/Fill.java`: answers a form with the engine of ODK Collect, many in one JVM."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections import OrderedDict
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
    """Fill the form once per mapping, in order. `force` keeps the XML that Collect would not send.

    The engine stays open with the form it has read: the next batch of the same form costs no start.
    """
    key = (hashlib.sha256(xform).hexdigest(), str(media.resolve()), walk)
    phone = _phone(key, xform)
    common: dict[str, Any] = {"_property": {**PHONE, **(properties or {})}}
    if lang:
        common["_lang"] = lang
    results = []
    for number, given in enumerate(answers, start=1):
        line = phone.ask({"_id": f"{number:06d}", **common, **given})
        results.append(_result(line, phone.out, force))
    return results


class _Phone:
    """A running engine with one form: a line of answers in, a line of report out."""

    def __init__(self, xform: bytes, media: Path, walk: bool) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="fill-")
        folder = Path(self._folder.name)
        self.out = folder / "out"
        (folder / "form.xml").write_bytes(xform)
        self._log = folder / "log"
        options = [f"--form={folder / 'form.xml'}", f"--media={media}", f"--out={self.out}", "--force"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*_java(), *options, *(["--walk"] if walk else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def ask(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The report on one filled form. RuntimeError with the engine's words when it gave up."""
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        assert pipe_in and pipe_out
        try:
            pipe_in.write(json.dumps(answers, ensure_ascii=False, default=str).encode() + b"\n")
            pipe_in.flush()
            line = pipe_out.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            self._process.wait(timeout=60)
            raise RuntimeError(f"the form could not be opened:\n{self._log.read_text()[-4000:]}")
        report: dict[str, Any] = json.loads(line)
        return report

    @property
    def running(self) -> bool:
        """Whether the engine still takes answers."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the engine and remove its files."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()


OPEN_PHONES = 3
_phones: OrderedDict[tuple[str, str, bool], _Phone] = OrderedDict()


def _phone(key: tuple[str, str, bool], xform: bytes) -> _Phone:
    if key in _phones and not _phones[key].running:
        _phones.pop(key).close()
    if key not in _phones:
        if len(_phones) >= OPEN_PHONES:
            _phones.popitem(last=False)[1].close()
        _phones[key] = _Phone(xform, Path(key[1]), key[2])
    _phones.move_to_end(key)
    return _phones[key]


@atexit.register
def _close_all() -> None:
    while _phones:
        _phones.popitem()[1].close()


def _java() -> list[str]:
    path = os.pathsep.join((str(JAR), str(compiled())))
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m"]
    zone = ["-Duser.timezone=Asia/Ho_Chi_Minh", "-Dfile.encoding=UTF-8"]
    return [_tool("java"), *quick, *zone, "-cp", path, "Fill"]


def _result(line: dict[str, Any], out: Path, force: bool) -> FillResult:
    kept = line.get("file") and (force or line["valid"])
    return FillResult(
        id=line["id"],
        ok=line["ok"],
        valid=line.get("valid", False),
        problems=tuple(line.get("problems", ())),
        xml=(out / line["file"]).read_bytes() if kept else None,
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
