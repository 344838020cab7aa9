"""`forms deploy`, `status`, `diff` and `rollback` as commands, with ODK Central and KoboToolbox over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from processor.config import load_config
from processor.errors import FormError, Message, ProcessorError, ServerError
from processor.servers import open as servers
from processor.servers.http_wait import Retries
from processor.store.deploys import list_deploys
from processor.store.open import open_store
from tests.fakes import Clock, Fake
from tests.fakes.central import EMAIL, PASSWORD
from tests.forms.pairs import Edit, put, remove
from tests.forms.projects import Write, lines, new_project, open_project, refused, run
from tests.servers_central.conftest import AT

FORM = "phieu_c"
MOST_CALLS = 40
LIST = put("commune_code", type="select_one_from_file xa.csv")
OTHER_LIST = "name,label\n16663,Đông Vĩnh\n16666,Hà Huy Tập\n"


class Place:
    """A project whose form server is a fake."""

    def __init__(self, kind: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.fake = Fake(kind, Clock(AT))
        self.folder = folder
        self._patch = patch

    def __enter__(self) -> Place:
        self.fake.__enter__()
        new_project(self.folder)
        path = self.folder / "config" / "survey.toml"
        path.write_text(path.read_text(encoding="utf-8") + self._table(), encoding="utf-8")
        self._write: Write = open_project(self.folder, self._patch)
        self.list("name,label\n16663,Đông Vĩnh\n")
        options = {"retries": Retries(attempts=1), "wait": lambda _seconds: None}
        self._patch.setattr(servers, "open_server", partial(OPEN_SERVER, **options))
        return self

    def __exit__(self, *_error: object) -> None:
        self.fake.__exit__(None, None, None)

    def _table(self) -> str:
        fake = self.fake
        if fake.central:
            self._patch.setenv("CENTRAL_EMAIL", EMAIL)
            self._patch.setenv("CENTRAL_PASSWORD", PASSWORD)
            return f'\n[server]\nkind = "central"\nurl = "{fake.url}"\nproject = 1\n'
        assert fake.kobo is not None
        self._patch.setenv("KOBO_TOKEN", fake.kobo.owner.token)
        return f'\n[server]\nkind = "kobo"\nurl = "{fake.url}"\nopenrosa_url = "{fake.url}"\n'

    def write(self, version: str, *edits: Edit) -> Path:
        return self._write(version, LIST, *edits)

    def list(self, text: str) -> None:
        (self.folder / "xlsforms" / "media" / "xa.csv").write_text(text, encoding="utf-8")

    def deployed(self) -> list[tuple[Any, ...]]:
        """What phones can get, without its moments."""
        server = servers.open_server(load_config())
        try:
            found = server.deployed()
        finally:
            servers.close_server(server)
        return sorted((d.version, d.current, d.media) for d in found)

    def versions(self) -> list[str]:
        return [f.version for f in open_store(load_config()).versions(FORM)]

    def results(self) -> list[str]:
        return [row.result for row in list_deploys(open_store(load_config()), FORM)]

    def writes(self) -> list[str]:
        return [line for line in self.fake.lines if not line.startswith("GET") and "sessions" not in line]


OPEN_SERVER = servers.open_server


@pytest.fixture(params=["central", "kobo"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Version 1 is deployed."""
    with Place(request.param, tmp_path, monkeypatch) as made:
        made.write("1")
        done = run("deploy")
        assert done.exit_code == 0, (done.output, done.exception)
        made.fake.lines.clear()
        yield made


def test_deploy__again__nothing_is_sent_and_said_so(place: Place) -> None:
    assert run("deploy").output.splitlines()[-1] == "phieu_c: version 1 unchanged"
    assert place.writes() == []
    assert place.results() == ["published"]


def test_deploy__dry_run__asks_and_writes_nothing(place: Place) -> None:
    place.write("2", remove("ill"))
    place.list(OTHER_LIST)
    done = run("deploy", "--dry-run")
    assert done.exit_code == 0, done.output
    last = done.output.splitlines()[-1]
    assert "dry run: version 2 would be published on " in last and "xa.csv 50 bytes" in last
    assert "phones have it" not in last
    assert place.writes() == [] and place.versions() == ["1"] and place.results() == ["published"]


def test_deploy__dry_run__names_the_file_that_phones_have(place: Place) -> None:
    place.write("2", remove("ill"))
    assert "(phones have it)" in run("deploy", "--dry-run").output.splitlines()[-1]


def test_deploy__second_version__status_and_diff_agree_before_and_after(place: Place) -> None:
    place.write("2", remove("ill"))
    before = run("status")
    assert before.exit_code == 3
    assert [line.split()[:5] for line in before.output.splitlines()[1:]] == [
        ["phieu_c", "1", "-", "current", "yes"],
        ["!", "phieu_c", "2", "new", "-"],
    ]
    [line] = lines(run("diff"), "CAREFUL")
    assert "Question sec_b/ill removed; its column stays. Stored answers: 0." in line
    assert run("deploy").output.splitlines()[-1] == "phieu_c: version 2 published"
    assert run("diff").exit_code == 0
    after = run("status")
    assert after.exit_code == 0, after.output
    assert [line.split()[1:] for line in after.output.splitlines()[1:]] == [
        ["1", "-", "older", "yes", "-"],
        ["2", "same", "current", "yes", "same"],
    ]


def test_deploy__refused__not_a_word_to_the_server(place: Place) -> None:
    place.write("2", put("pigs", type="text"))
    assert "sec_b/pigs changed its type" in refused(run("deploy"))
    assert place.writes() == []


def test_deploy__older_version_again__refused_before_phones_go_back(place: Place) -> None:
    """KoboToolbox would deploy it: phones would move to the old questions without anybody's word."""
    place.write("2", remove("ill"))
    run("deploy")
    before = place.deployed()
    place.write("1")
    done = run("deploy")
    assert isinstance(done.exception, FormError) and done.exception.message is Message.FORM_VERSION_OLD
    assert place.deployed() == before


def test_rollback__phones_get_the_earlier_content_under_a_new_version(place: Place) -> None:
    place.write("2", remove("ill"))
    run("deploy")
    done = run("rollback", FORM)
    assert done.exit_code == 0, (done.output, done.exception)
    [(version, _, media)] = [d for d in place.deployed() if d[1]]
    assert version not in ("1", "2") and [name for name, _ in media] == ["xa.csv"]
    assert place.versions() == ["1", "2", version]
    assert any(f.name == "ill" for f in open_store(load_config()).form(FORM).fields)
    assert f"phones have the content of 1 already, as version {version}" in run("rollback", FORM).output
    assert run("status").exit_code == 0


def test_deploy__import_on_kobo__tells_how_it_gets_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Place("kobo", tmp_path, monkeypatch) as place:
        assert place.fake.kobo is not None
        place.fake.kobo.import_polls = 2
        place.write("1")
        said = run("deploy").output
    assert "phieu_c: import processing, 0 s" in said and "phieu_c: import complete" in said
    assert "phieu_c: deploy\n" in said


def test_deploy__form_that_central_refuses__its_words_and_phones_keep_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database made anew knows no earlier version, so the change of type is not seen here first."""
    with Place("central", tmp_path, monkeypatch) as place:
        place.write("1")
        assert run("deploy").exit_code == 0
        before = place.deployed()
        shutil.rmtree(tmp_path / "data")
        place.write("2", put("head", type="integer", constraint=". > 1"))
        done = run("deploy")
        assert isinstance(done.exception, FormError), done.exception
        assert done.exception.message is Message.CENTRAL_FORM_INVALID
        assert "change the type of the field at /sec_a/head" in str(done.exception)
        assert place.deployed() == before and place.versions() == []
        [row] = list_deploys(open_store(load_config()), FORM)
        assert row.result == "failed" and "/sec_a/head" in row.detail


@pytest.mark.parametrize("kind", ["central", "kobo"])
def test_deploy__interrupted_at_each_call__the_next_run_ends_the_same(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server is gone from the n-th call of a second version on, for every n; then it is back.

    In turns the call itself is lost and only its answer; both for each call: `servers_*/test_deploy.py`.
    """
    for skip in range(MOST_CALLS):
        with Place(kind, tmp_path / str(skip), monkeypatch) as place:
            prepare_second(place)
            lost = "reset_after" if skip % 2 else "reset"
            fault = place.fake.faults.add(lost, skip=skip, times=999)
            done = run("deploy")
            was_hit = fault.times != 999
            place.fake.faults.clear()
            if was_hit:
                assert isinstance(done.exception, ProcessorError), done.exception
            ends_as_it_should(place)
        if not was_hit:
            assert skip > 8
            return
    pytest.fail("more calls than expected")


def prepare_second(place: Place) -> None:
    """Version 1 is deployed, version 2 with another list is written."""
    place.write("1")
    assert run("deploy").exit_code == 0
    if place.fake.kobo:
        place.fake.kobo.import_polls = 1
    place.write("2", remove("ill"))
    place.list(OTHER_LIST)


def ends_as_it_should(place: Place) -> None:
    """After one more run: both versions, tables, a settled ledger; and then nothing is left to do."""
    done = run("deploy")
    assert done.exit_code == 0, (done.output, done.exception)
    assert [(d[0], d[1]) for d in place.deployed()] == [("1", False), ("2", True)]
    [(_, _, media)] = [d for d in place.deployed() if d[1]]
    assert [name for name, _ in media] == ["xa.csv"]
    assert place.versions() == ["1", "2"]
    assert "started" not in place.results()
    place.fake.lines.clear()
    assert run("deploy").output.splitlines()[-1] == "phieu_c: version 2 unchanged"
    assert place.writes() == []
    assert run("status").exit_code == 0


def test_server_gone__said_by_the_command_and_the_ledger(place: Place) -> None:
    place.write("2", remove("ill"))
    place.fake.faults.add("reset", match="(POST|PUT|PATCH) .*(draft|imports)", times=99)
    done = run("deploy")
    assert isinstance(done.exception, ServerError)
    assert place.results()[0] == "failed"
