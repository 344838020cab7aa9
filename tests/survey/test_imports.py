"""Imports point one way, and the pure rooms stay pure; read from the source, lazy imports too."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

BASE = {"errors", "config", "words", "database", "private"}
FORM = {"forms.definition", "forms.answers", "forms.quick_xml"}
"""A questionnaire and its answers as data: pure."""
PROTOCOL = {"servers.protocol"}
"""The shape of a submission, for both sides of it."""
MIDDLE = BASE | FORM | PROTOCOL | {"survey", "forms", "store", "reports", "practice", "servers"}
TOP = {
    "backup",
    "checks_command",
    "corrections_command",
    "findings_command",
    "hooks",
    "hooks_command",
    "listener",
    "pull",
    "pull_command",
    "pull_run",
    "dry_run",
    "progress_bar",
    "reviews",
    "reviews_command",
    "repeat",
    "publish",
    "publish_compare",
    "rollback",
    "deploy_command",
    "telling",
    "schedule",
    "web",
    "commands",
    "command_users",
    "cli",
    "run",
}

MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "config": {"errors"},
    "words": {"errors"},
    "database": {"errors"},
    "private": {"errors"},
    **dict.fromkeys(FORM, {"errors"} | FORM),
    "survey": {"errors"} | FORM,
    "servers.protocol": {"errors"} | FORM,
    "forms": {"errors", "config", "survey"} | FORM | PROTOCOL,
    "servers": {"errors", "config", "database", "private", "forms"} | FORM | PROTOCOL,
    "store": BASE | FORM | PROTOCOL | {"survey"},
    "reports": BASE | FORM | {"survey", "store"},
    "practice": BASE | FORM | PROTOCOL | {"survey", "forms", "store", "reports"},
    **dict.fromkeys(TOP - {"cli", "run"}, MIDDLE | TOP - {"cli", "run"}),
    "app": MIDDLE | TOP - {"cli", "run"},
    "cli": MIDDLE | TOP | {"app"},
    "run": MIDDLE | TOP | {"app"},
    "__main__": {"cli"},
}
"""Room (or single module) -> what it may import besides itself."""

PURE = FORM | {"survey"}
OUTSIDE_OF_PURE = {
    "requests",
    "sqlalchemy",
    "flask",
    "sqlite3",
    "psycopg",
    "alembic",
    "urllib",
    "http",
    "socket",
}
FLASK_ROOMS = {"servers", "web", "app", "run", "listener", "commands"}
"""Besides the pages only the built-in form server answers requests itself."""


def room(module: str) -> str:
    """`processor.survey.clean.text` -> `survey`; modules named in the table stand for themselves."""
    parts = module.split(".")[1:]
    if parts and parts[-1] == "commands":
        return "commands"
    two = ".".join(parts[:2])
    return two if two in MAY_IMPORT else ".".join(parts[:1])


def imported(source: str) -> Iterator[str]:
    """Every module that a source text imports, wherever the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def faults(module: str, source: str) -> list[str]:
    """What is wrong with the imports of one module."""
    own, found = room(module), []
    for name in imported(source):
        top = name.partition(".")[0]
        if top == "processor":
            other = room(name)
            if other and other != own and other in MAY_IMPORT and other not in MAY_IMPORT[own]:
                found.append(f"{module} ({own}) imports {name} ({other})")
        elif own in PURE and top in OUTSIDE_OF_PURE:
            found.append(f"{module} is pure and imports {name}")
        elif top == "flask" and own not in FLASK_ROOMS:
            found.append(f"{module} ({own}) imports flask")
        elif own == "servers" and top == "flask" and not module.startswith("processor.servers.builtin"):
            found.append(f"{module} imports flask outside the built-in server")
    return found


def sources() -> list[tuple[str, Path]]:
    files = sorted((ROOT / "processor").rglob("*.py"))
    named = ((".".join(f.relative_to(ROOT).with_suffix("").parts), f) for f in files)
    return [(name.removesuffix(".__init__"), file) for name, file in named if name != "processor.__init__"]


def test_imports__every_module__belongs_to_a_room_of_the_table() -> None:
    assert {room(name) for name, _ in sources()} - MAY_IMPORT.keys() == set()


def test_imports__every_module__points_down_and_pure_rooms_are_pure() -> None:
    found = [fault for name, file in sources() for fault in faults(name, file.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("processor.survey.flatten", "import sqlalchemy"),
        ("processor.survey.clean.text", "def f():\n    from requests import get"),
        ("processor.survey.clean.text", "from processor.store.tables import changes"),
        ("processor.survey.columns", "from processor.forms import xlsform"),
        ("processor.survey.columns", "from processor.servers.protocol import Submission"),
        ("processor.forms.definition", "import flask"),
        ("processor.store.raw", "from processor.servers.builtin import inbox"),
        ("processor.store.raw", "import processor.web.data"),
        ("processor.servers.kobo", "from flask import request"),
        ("processor.servers.builtin.inbox", "from processor.survey.flatten import flatten"),
        ("processor.servers.builtin.inbox", "from processor.store import raw"),
        ("processor.reports.export", "from flask import Response"),
        ("processor.web.data", "from processor.app import create_app"),
        ("processor.errors", "from processor import config"),
    ],
)
def test_imports__against_the_direction__seen(module: str, source: str) -> None:
    assert faults(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("processor.survey.flatten", "import pandas as pd\nfrom processor.forms.answers import Answers"),
        ("processor.store.raw", "from processor.servers.protocol import Submission"),
        ("processor.servers.builtin.http", "from flask import Blueprint"),
        ("processor.store.commands", "from processor.reports.export import write_table"),
        ("processor.app", "from processor import web"),
    ],
)
def test_imports__with_the_direction__allowed(module: str, source: str) -> None:
    assert faults(module, source) == []
