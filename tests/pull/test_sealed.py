"""An encrypted project of Central through its export: the right answers or none, and the passphrase nowhere."""

from __future__ import annotations

import logging
import multiprocessing
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from processor.database import reading
from processor.errors import ConfigError, Message, ServerError
from processor.schedule import Scheduler
from processor.servers.central import sealed as sealing
from processor.servers.protocol import SEALED, STAYS
from processor.store.tables import pulls, submissions
from tests.fakes.forms import instance_id
from tests.killing import die_at_commit
from tests.pull.sealed import ANSWERS, PASSPHRASE, ZIP, Sealed
from tests.pull.server_forms import FORM, interview, package
from tests.pull.server_tables import Stores
from tests.pull.tables import everything, raw_rows, root_rows

A, B, C = ({"commune": "16663", "head": f"Nguyễn {x}", "size": "2"} for x in "ABC")
MEMBERS = [{"m_name": "Lan", "helps": "cash food"}, {"m_name": "Hoa", "helps": ""}]
ONE, TWO, THREE = (instance_id(n) for n in (1, 2, 3))


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    return Stores(tmp_path_factory.mktemp("stores"))


@pytest.fixture
def project(stores: Stores, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sealed]:
    """An encrypted project with three interviews, and the passphrase in the environment."""
    monkeypatch.setenv("CENTRAL_PASSPHRASE", PASSPHRASE)
    with stores.new() as store:
        found = Sealed(tmp_path, store)
        found.send(1, A, MEMBERS, photo=True, parts=(ANSWERS, "p1.jpg.enc"))
        found.send(2, B)
        found.send(3, C, MEMBERS[:1])
        yield found
        found.close()


def problems(project: Sealed) -> dict[str, str]:
    c = submissions.c
    with reading(project.store.engine) as connection:
        rows = connection.execute(select(c.instance_id, c.problem).where(c.problem != ""))
        return {row.instance_id: row.problem for row in rows}


def heads(project: Sealed) -> dict[str, str]:
    return {key: row.head for key, row in root_rows(project.store).items()}


def test_first_pull__all_answers__the_version_without_its_mark_and_what_the_proof_is_worth(
    project: Sealed,
) -> None:
    record = project.pull()
    assert (record.state, record.created, record.server_count, record.copy_count) == ("equal", 3, 3, 3)
    assert project.answers() == project.true_answers(1, 2, 3)
    assert {s.form_version for s in project.held().values()} == {"1"}
    assert "[encrypted:" in project.version
    assert "answers are as the export gives them" in record.detail
    assert "answers are as the export gives them" in record.sentence
    assert project.exports() == 1


def test_files__counted_as_the_server_has_them_and_never_fetched(project: Sealed) -> None:
    project.pull()
    assert [(a.name, a.sha256) for a in project.held()[ONE].attachments] == [("p1.jpg.enc", STAYS)]
    assert project.held()[TWO].attachments == ()
    assert not [line for line in project.fake.lines if "/attachments/" in line]


def test_file_that_comes_late__counted_with_the_next_pull(project: Sealed) -> None:
    project.send(4, A, photo=True)
    project.pull()
    c = submissions.c
    query = select(c.attachments_present, c.attachments_expected).where(c.instance_id == instance_id(4))
    with reading(project.store.engine) as connection:
        assert tuple(connection.execute(query).one()) == (0, 1)
    project.send(4, A, photo=True, parts=("p4.jpg.enc",))
    assert project.pull().updated == 1
    with reading(project.store.engine) as connection:
        assert tuple(connection.execute(query).one()) == (1, 1)


def test_unchanged__no_export(project: Sealed) -> None:
    server = project.server()
    project.pull(server)
    project.fake.clock.advance(minutes=11)
    project.pull(server)
    before = project.exports()
    project.fake.clock.advance(minutes=11)
    record = project.pull(server)
    assert (record.state, record.has_moves, project.exports()) == ("equal", False, before)


def test_edit_delete_restore_review__as_in_an_open_project(project: Sealed) -> None:
    project.pull()
    project.send(1, C, MEMBERS[:1], edit=1)
    project.fake.delete(FORM, TWO)
    project.fake.review(FORM, THREE, "approved")
    record = project.pull()
    assert (record.state, record.edited, record.deleted, record.updated) == ("equal", 1, 1, 1)
    assert project.answers() == project.true_answers(1, 3)
    assert project.held()[ONE].version_id == instance_id(1, 1)
    project.fake.restore(FORM, TWO)
    record = project.pull()
    assert (record.state, record.restored) == ("equal", 1)
    assert project.answers() == project.true_answers(1, 2, 3)


def test_edit_with_another_form_version__the_version_of_the_edit(project: Sealed) -> None:
    """The export and OData name the first one for ever."""
    project.pull()
    project.store.register(package("2"))
    project.fake.publish(package("2").xform)
    project.send(1, A, edit=1, plain=interview(1, 1, "2", A, (), photo=False))
    assert project.version == "2"
    assert project.pull().state == "equal"
    assert project.held()[ONE].form_version == "2"


def test_sent_before_encryption__read_as_ever(stores: Stores, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("CENTRAL_PASSPHRASE", PASSPHRASE)
    with stores.new() as store:
        project = Sealed(tmp_path, store)
        plain = interview(1, 0, "1", A, MEMBERS, photo=True)
        assert project.fake.submit(plain, {"p1.jpg": b"photo"}) == 201
        project.sent[ONE] = plain
        project.send(2, B)
        assert project.pull().state == "equal"
        assert project.answers() == project.true_answers(1, 2)
        assert project.held()[ONE].attachments[0].size == 5
        project.close()


def test_carriage_return__costs_only_itself(project: Sealed) -> None:
    xml = interview(4, 0, "1", A, (), photo=False).replace("Nguyễn A", "Nguyễn&#13;A")
    project.send(4, A, plain=xml)
    assert project.pull().state == "equal"
    assert project.answers()[instance_id(4)]["head"] == "Nguyễn\rA"
    assert project.answers() == project.true_answers(1, 2, 3, 4)


def test_many__by_the_time_at_which_they_came(project: Sealed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "IDS", 1)
    assert project.pull().state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)
    assert project.exports() == 1


def test_wrong_passphrase__said_and_nothing_changes(project: Sealed, monkeypatch) -> None:
    project.pull()
    before, rows = everything(project.store), raw_rows(project.store)
    project.send(1, C, edit=1)
    monkeypatch.setenv("CENTRAL_PASSPHRASE", "wrong-one")
    with pytest.raises(ConfigError) as caught:
        project.pull()
    assert caught.value.message is Message.CENTRAL_PASSPHRASE_WRONG
    assert "wrong-one" not in str(caught.value)
    assert (everything(project.store), raw_rows(project.store)) == (before, rows)
    monkeypatch.setenv("CENTRAL_PASSPHRASE", PASSPHRASE)
    assert project.pull().state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)


def test_no_passphrase__said_and_nothing_changes(project: Sealed, monkeypatch) -> None:
    monkeypatch.delenv("CENTRAL_PASSPHRASE")
    with pytest.raises(ConfigError) as caught:
        project.pull()
    assert caught.value.message is Message.CENTRAL_PASSPHRASE
    assert project.held() == {}
    server = project.server()
    server.unlock(PASSPHRASE)
    assert project.pull(server).state == "equal"


@pytest.mark.parametrize("kind", ["cut_chunks", "cut"])
def test_export_that_breaks_off_each_time__nothing_changes(project: Sealed, kind: str) -> None:
    project.pull()
    before = everything(project.store)
    project.send(1, C, edit=1)
    project.send(2, C, edit=1)
    project.fake.faults.add(kind, match=ZIP, times=10**6)
    with pytest.raises(ServerError) as caught:
        project.pull()
    assert caught.value.message is Message.CENTRAL_SEALED_BROKEN
    assert everything(project.store) == before
    project.fake.faults.clear()
    assert project.pull().state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)


def test_export_that_breaks_off_once__asked_again(project: Sealed) -> None:
    project.fake.faults.add("cut_chunks", match=ZIP)
    assert project.pull().state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)


def damage(project: Sealed, number: int) -> None:
    """Every export that has this submission breaks off at it, as was seen on a real server."""
    one = instance_id(number).removeprefix("uuid:")
    project.fake.faults.add("cut_chunks", match=rf"{ZIP}.*{one}", times=10**6)


def test_one_that_cannot_be_decrypted__counts_without_rows_and_the_others_come(project: Sealed) -> None:
    damage(project, 2)
    record = project.pull()
    assert (record.state, record.server_count, record.copy_count, record.incomplete) == (
        "incomplete",
        3,
        3,
        1,
    )
    assert sorted(heads(project)) == [ONE, THREE]
    assert problems(project)[TWO].endswith("so it is damaged.")
    project.fake.faults.clear()
    assert project.pull(full=True).state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)


def test_only_one_that_cannot_be_decrypted__not_taken_for_a_broken_server(project: Sealed) -> None:
    project.pull()
    project.fake.clock.advance(minutes=11)
    project.pull()
    project.send(4, A)
    damage(project, 4)
    assert project.pull().state == "incomplete"


def test_key_that_does_not_open_among_others__damaged_and_the_passphrase_right(project: Sealed) -> None:
    project.send(2, A, edit=1, damaged=True)
    assert project.pull().state == "incomplete"
    assert sorted(heads(project)) == [ONE, THREE]
    assert problems(project)[TWO].endswith("so it is damaged.")
    project.send(2, A, edit=2)
    assert project.pull().state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)


def test_key_that_does_not_open_alone__tried_with_another_before_the_passphrase_is_called_wrong(
    project: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.pull()
    project.fake.clock.advance(minutes=30)
    project.pull()
    project.send(4, A, damaged=True)
    monkeypatch.setenv("CENTRAL_PASSPHRASE", "wrong-one")
    with pytest.raises(ConfigError) as caught:
        project.pull()
    assert caught.value.message is Message.CENTRAL_PASSPHRASE_WRONG
    assert len(project.held()) == 3
    monkeypatch.setenv("CENTRAL_PASSPHRASE", PASSPHRASE)
    assert project.pull().state == "incomplete"
    assert list(problems(project)) == [instance_id(4)]


def test_many_that_break_off__an_error(project: Sealed) -> None:
    for number in range(4, 10):
        project.send(number, A)
        damage(project, number)
    with pytest.raises(ServerError) as caught:
        project.pull()
    assert caught.value.message is Message.CENTRAL_SEALED_BROKEN
    assert project.held() == {}


def test_encrypted_answers_that_have_not_arrived__waited_for_and_no_cleared_answers(project: Sealed) -> None:
    project.send(4, A, parts=())
    record = project.pull()
    assert (record.state, record.server_count, record.copy_count, record.incomplete) == (
        "incomplete",
        4,
        4,
        1,
    )
    assert instance_id(4) not in heads(project)
    assert "have not arrived" in problems(project)[instance_id(4)]
    project.send(4, A)
    record = project.pull()
    assert (record.state, record.updated) == ("equal", 1)
    assert project.answers() == project.true_answers(1, 2, 3, 4)


def test_held_already__an_export_that_fails_on_it_takes_nothing_away(project: Sealed) -> None:
    project.pull()
    damage(project, 2)
    project.fake.review(FORM, TWO, "hasIssues")
    record = project.pull(full=True)
    assert record.state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)
    assert root_rows(project.store)[TWO]._review_state == "has_issues"


def test_edit_that_cannot_be_decrypted__the_old_answers_are_not_shown_as_the_new(project: Sealed) -> None:
    project.pull()
    project.send(2, C, edit=1)
    damage(project, 2)
    record = project.pull()
    assert (record.state, record.edited) == ("incomplete", 1)
    assert sorted(heads(project)) == [ONE, THREE]
    assert list(project.answers()[TWO]) == [SEALED]


def test_edited_while_the_export_runs__never_the_answers_of_another_version(project: Sealed) -> None:
    def act() -> None:
        project.send(1, C, edit=1)

    project.fake.faults.add("before", match=ZIP, call=act)
    assert project.pull().state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)
    assert project.held()[ONE].version_id == instance_id(1, 1)


def test_answers_that_name_another_version__not_taken(project: Sealed) -> None:
    project.send(4, A, plain=interview(9, 0, "1", A, (), photo=False))
    assert project.pull().state == "incomplete"
    assert "do not name the version" in problems(project)[instance_id(4)]


def test_row_that_the_ids_do_not_have__not_loaded(project: Sealed, monkeypatch) -> None:
    monkeypatch.setattr(sealing, "IDS", 0)  # by time: the deleted one's neighbour in time comes as well
    project.fake.faults.add("before", match=ZIP, call=lambda: project.fake.delete(FORM, TWO))
    project.fake.faults.add("before", match=ZIP, call=lambda: project.send(4, A))
    assert project.pull().state == "equal"
    assert set(project.held()) <= {ONE, THREE, instance_id(4)}
    assert project.answers() == project.true_answers(
        *(n for n in (1, 3, 4) if instance_id(n) in project.held())
    )


def test_columns_that_no_field_explains__refused(project: Sealed, monkeypatch) -> None:
    monkeypatch.setattr("tests.fakes.central_tables._BACK", ["KEY", "Strange"])
    with pytest.raises(ServerError) as caught:
        project.pull()
    assert caught.value.message is Message.CENTRAL_SEALED_COLUMNS
    assert project.held() == {}


def dying(project: Sealed, number: int) -> None:
    """In the forked child: killed when it is about to commit for the n-th time."""
    project.store.engine.dispose(close=False)
    die_at_commit(project.store.engine, number)
    project.pull()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_killed_in_the_middle__the_next_pull_is_whole_and_no_file_is_left(
    project: Sealed, number: int
) -> None:
    child = multiprocessing.get_context("fork").Process(target=dying, args=(project, number))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    assert [p for p in project.side.cache.rglob("*") if p.is_file()] == []
    assert project.pull().state == "equal"
    assert project.answers() == project.true_answers(1, 2, 3)


def test_passphrase__in_no_file_log_or_error(
    project: Sealed, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said = [repr(project.server()), project.pull().sentence]
    project.fake.faults.add("cut_chunks", match=ZIP, times=2)
    project.send(1, C, edit=1)
    with pytest.raises(ServerError) as caught:
        project.fake.faults.add("status", status=500, match=ZIP, times=9)
        project.pull()
    said += [str(caught.value), repr(caught.value)]
    with reading(project.store.engine) as connection:
        said += [str(row) for row in connection.execute(select(pulls))]
    said += [r.getMessage() for r in caplog.records] + project.fake.lines
    secret = PASSPHRASE.split()[-1]
    assert not [line for line in said if secret in line]
    files = [
        p
        for folder in (project.home, Path(str(project.store.engine.url.database)).parent)
        for p in folder.rglob("*")
        if p.is_file()
    ]
    assert files
    assert not [p for p in files if secret.encode() in p.read_bytes()]


def test_scheduler_without_passphrase__does_nothing_and_says_so_once(
    project: Sealed, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("CENTRAL_PASSPHRASE")
    scheduler = Scheduler(project.store, project.server(), project.store.config, gather=0.01)
    before = len(project.fake.lines)
    form = project.store.config.forms[0]
    for _ in range(2):
        scheduler._pull(None, form)  # type: ignore[arg-type]
    assert len(project.fake.lines) == before
    assert scheduler.failures == ()
    with reading(project.store.engine) as connection:
        assert connection.execute(select(pulls)).all() == []
    assert sum("has no passphrase" in r.getMessage() for r in caplog.records) == 1


def test_deployed__the_mark_is_not_another_version_and_the_same_form_deploys_as_before(
    project: Sealed,
) -> None:
    server = project.server()
    plain = {d.version: d.xform_md5 for d in project.side.server.deployed()}
    assert [(d.version, d.current) for d in server.deployed()] == [("1", True)]
    assert {d.version: d.xform_md5 for d in server.deployed()} == plain
    assert server.deploy(package("1")).version == "1"
    with pytest.raises(ConfigError) as caught:
        server.deploy(package("2"))
    assert caught.value.message is Message.CENTRAL_ENCRYPTED_NEW
    with pytest.raises(ConfigError) as caught:
        project.server(sealed=False).deploy(package("1"))
    assert "server.encrypted" in str(caught.value)


def test_without_the_setting__refused_as_before(project: Sealed) -> None:
    with pytest.raises(ConfigError) as caught:
        project.pull(project.server(sealed=False))
    assert caught.value.message is Message.CENTRAL_ENCRYPTED


@pytest.mark.parametrize(
    ("text", "mode"), [("passphrase = 'x'", 0o644), ("passphrase = ''", 0o600), ("x", 0o600)]
)
def test_passphrase_file__open_to_others_or_empty__refused(
    project: Sealed, tmp_path: Path, monkeypatch, text: str, mode: int
) -> None:
    monkeypatch.delenv("CENTRAL_PASSPHRASE")
    path = tmp_path / "passphrase.toml"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(ConfigError):
        project.pull(project.server(passphrase_file=path))
    path.write_text(f'passphrase = "{PASSPHRASE}"')
    path.chmod(0o600)
    assert project.pull(project.server(passphrase_file=path)).state == "equal"
