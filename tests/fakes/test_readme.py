"""The table of recordings tells the truth, and the truth has the shape that our own reader gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from processor.forms.answers import read_submission
from tests.fakes import Fake
from tests.fakes import test_replay_central as central
from tests.fakes import test_replay_kobo as kobo
from tests.fakes.forms import house, instance_id, workbook
from tests.fakes.replay import RECORDED, exchanges

README = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
SERVERS = (("central", central, set()), ("kobo", kobo, {"05_exports"}))


@pytest.mark.parametrize(("server", "module", "whole"), SERVERS)
def test_recordings__every_file__replayed_or_named(server: str, module, whole: set[str]) -> None:  # type: ignore[no-untyped-def]
    files = {path.stem for path in (RECORDED / server).glob("*.json")}
    assert files == {*module.FILES, *whole}


@pytest.mark.parametrize(("server", "module", "whole"), SERVERS)
def test_readme__numbers_and_reasons__as_in_the_tests(server: str, module, whole: set[str]) -> None:  # type: ignore[no-untyped-def]
    for file in module.FILES:
        every = len(exchanges(server, file))
        out = {k: v for k, v in module.NOT_REPLAYED.items() if k.startswith(file + "/")}
        reasons = "; ".join(f"{name.split('/')[1]}: {reason}" for name, reason in out.items())
        assert f"| {server}/{file} | {every} | {every - len(out)} | {reasons} |" in README


def test_truth__nested_and_empty_answers__as_our_reader_gives_them() -> None:
    body = "<head/><member><name>B</name><helps>cash food</helps></member><member/><odd>x</odd>"
    with Fake("central") as fake:
        fake.publish(workbook())
        xml = house(1, body=body)
        fake.submit(xml)
        found = fake.truth.expected("house")[instance_id(1)].answers
    assert found == read_submission(xml.encode(), {"member"}).answers
