"""`forms deploy`, `rollback` and `history` with the built-in server and data in the tables."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from processor.config import load_config
from processor.errors import FormError, Message, ProcessorError, ServerError
from processor.publish import prepare, publish_all, send, turn
from processor.pull import pull
from processor.servers.builtin.officers import list_officers
from processor.servers.builtin.server import BuiltinServer, open_builtin
from processor.store.deploys import Act, Deploy, list_deploys, open_deploy
from processor.store.open import Store, open_store
from processor.store.query import iterate_rows
from processor.store.scope import Area, Scope
from tests.forms.pairs import put, remove, words
from tests.forms.projects import Write, answers, lines, refused, run
from tests.servers.phones import Phone, served

EVERYTHING = Scope(Area.province(), frozenset({"open", "personal", "sensitive", "secret"}), "survey")
FORM = "phieu_c"


def opened() -> tuple[BuiltinServer, Store]:
    config = load_config()
    return open_builtin(config), open_store(config)


def ledger() -> list[Deploy]:
    return list_deploys(opened()[1], FORM)


def phones_get() -> str:
    [current] = [d.version for d in opened()[0].deployed() if d.current]
    return current


def column(name: str) -> list[object]:
    store = opened()[1]
    columns, rows = iterate_rows(store, "c", EVERYTHING)
    at = [c.name for c in columns].index(name)
    return sorted((row[at] for row in rows), key=repr)


def failed(*words: str) -> Message:
    done = run(*words)
    assert isinstance(done.exception, ProcessorError), done.output
    return done.exception.message


def interview(number: int, version: str) -> bytes:
    return answers(number, version).replace(b"<pigs>2</pigs>", b"<swine>7</swine>")


def test_deploy__again__does_nothing_says_so_and_writes_no_row(filled: Write) -> None:
    filled("2", remove("ill"))
    assert run("deploy").output.splitlines()[-1] == "phieu_c: version 2 published"
    before = ledger()
    assert run("deploy").output.splitlines()[-1] == "phieu_c: version 2 unchanged"
    assert ledger() == before


def test_deploy__dry_run__says_what_would_be_sent_and_sends_nothing(filled: Write) -> None:
    filled("2", remove("ill"))
    done = run("deploy", "--dry-run")
    assert done.exit_code == 0
    assert "Question sec_b/ill removed" in lines(done, "CAREFUL")[0]
    assert "dry run: version 2 would be published on builtin: XForm " in done.output.splitlines()[-1]
    assert (phones_get(), [f.version for f in opened()[1].versions(FORM)], len(ledger())) == ("1", ["1"], 1)


def test_deploy__dry_run_of_what_is_refused__is_refused_too(filled: Write) -> None:
    filled("2", put("pigs", type="text"))
    refused(run("deploy", "--dry-run"))


def test_deploy__dry_run_of_the_same__says_that_nothing_would_be_sent(filled: Write) -> None:
    assert "version 1 unchanged, nothing would be sent" in run("deploy", "--dry-run").output


def test_deploy__ledger__who_what_and_what_it_changed(
    filled: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "hoa")
    book = filled("2", remove("ill"))
    run("deploy")
    row, first = ledger()
    package = opened()[0].deployed()[-1]
    assert (row.version, row.act, row.result, row.actor, row.server) == (
        "2",
        "deploy",
        "published",
        "hoa",
        "builtin",
    )
    assert row.workbook_sha256 == hashlib.sha256(book.read_bytes()).hexdigest()
    assert row.xform_md5 == package.xform_md5
    assert [c["level"] for c in row.changes] == ["careful"] and "Bỏ câu hỏi sec_b/ill" in row.changes[0]["vi"]
    assert row.ended_at is not None and row.at <= row.ended_at
    assert (first.version, first.changes) == ("1", ())
    said = run("history").output
    assert "version 2  deploy  published  builtin  by hoa" in said
    assert "careful: Question sec_b/ill removed" in said
    assert "careful: Bỏ câu hỏi sec_b/ill" in run("history", "--language", "vi").output


def test_deploy__refused_by_the_form_server__ledger_has_the_reason(filled: Write) -> None:
    version = "2/3"  # no part of an address
    filled(version)
    assert failed("deploy") is Message.FORM_ADDRESS
    row = ledger()[0]
    assert (row.version, row.result) == (version, "failed") and "no slash" in row.detail


def test_deploy__killed_after_the_server__the_next_run_settles_the_ledger(filled: Write) -> None:
    filled("2", remove("ill"))
    config = load_config()
    server, store = opened()
    ready = prepare(config, server, store, config.form(FORM))
    assert ready.package is not None
    open_deploy(store, ready.package, Act("hoa", "builtin"), ())
    server.deploy(ready.package)
    assert run("deploy").output.splitlines()[-1] == "phieu_c: version 2 unchanged"
    assert [(r.version, r.result) for r in ledger()][:2] == [("2", "unchanged"), ("2", "failed")]
    open_deploy(store, ready.package, Act("hoa", "builtin"), ())
    run("deploy")
    assert ledger()[0].result == "published" and "a later run" in ledger()[0].detail


def test_send__phones_get_another_version__is_an_error_and_no_table_is_made(filled: Write) -> None:
    """What the server says is not taken for done: a server whose answer is not the version that was sent."""

    class Stale(BuiltinServer):
        def deploy(self, package):  # type: ignore[no-untyped-def]
            return next(d for d in self.deployed() if d.current)

    filled("2", remove("ill"))
    config = load_config()
    server, store = opened()
    ready = prepare(config, server, store, config.form(FORM))
    server.__class__ = Stale
    with pytest.raises(ServerError) as caught:
        send(server, store, ready)
    assert caught.value.message is Message.FORM_READBACK
    assert [f.version for f in store.versions(FORM)] == ["1"]
    assert ledger()[0].result == "failed"


def test_deploy__lowered_class__refused_until_it_is_allowed(filled: Write) -> None:
    filled("2", put("poor", data_class="open"))
    text = refused(run("deploy"))
    assert "lowered from sensitive to open" in text and "--allow-class-change" in text
    done = run("deploy", "--allow-class-change")
    assert done.output.splitlines()[-1] == "phieu_c: version 2 published"
    assert "lowered from sensitive to open" in lines(done, "CAREFUL")[0]
    assert opened()[1].plan("c").by_name["poor"].data_class == "open"


def test_publish_all__lowered_class_under_the_same_version__stays_as_it_was(filled: Write) -> None:
    """Phones have nothing new, so a start would make it live in silence."""
    filled("1", put("poor", data_class="open"))
    server, store = opened()
    [done] = publish_all(load_config(), server, store)
    assert not done.changed and "lowered from sensitive to open" in done.problem
    assert store.plan("c").by_name["poor"].data_class == "sensitive"


def test_publish_all__careful__is_carried_to_whoever_prints_it(filled: Write) -> None:
    filled("2", remove("ill"))
    server, store = opened()
    [done] = publish_all(load_config(), server, store)
    assert done.changed and "Question sec_b/ill removed" in done.notes[0]


def test_deploy__an_older_version_again__refused_with_the_way_out(filled: Write) -> None:
    filled("2", remove("ill"))
    run("deploy")
    filled("1")
    assert failed("deploy") is Message.FORM_VERSION_OLD
    assert phones_get() == "2"


def test_deploy__rename_with_a_map__answers_before_and_after_in_one_column(filled: Write) -> None:
    before = column("pigs")
    filled("2", put("pigs", name="swine", former_name="pigs"))
    assert (
        "sec_b/pigs renamed sec_b/swine; its column and its answers stay. Stored answers: 2."
        in run("diff").output
    )
    assert run("deploy").exit_code == 0
    server, store = opened()
    officer = next(o for o in list_officers(server) if o.code == "16663-01")
    with served(server) as address:
        assert Phone(address, officer).post(interview(9, "2")).status_code == 201
    assert pull(store, server, load_config().form(FORM)).is_equal
    assert column("pigs") == sorted([*before, 7], key=repr)
    assert "swine" not in {c.name for c in store.plan("c").columns}


def test_deploy_and_rollback__somebody_else_is_at_it__refused_and_nothing_is_sent(filled: Write) -> None:
    book = filled("2", remove("ill"))
    content, rows = book.read_bytes(), ledger()
    with turn(opened()[1], FORM):
        assert failed("deploy") is Message.DEPLOY_BUSY
        assert failed("rollback", FORM, "--to", "1") is Message.DEPLOY_BUSY
        assert run("deploy", "--dry-run").exit_code == 0
    assert (phones_get(), ledger(), book.read_bytes()) == ("1", rows, content)
    assert run("deploy").exit_code == 0


# Going back


def test_rollback__content_of_the_earlier_version_under_a_new_one(filled: Write, tmp_path: Path) -> None:
    filled("2", remove("pigs"), words("rooms", "All rooms"))
    run("deploy")
    done = run("rollback", FORM)
    assert done.exit_code == 0, done.output
    new = phones_get()
    store = opened()[1]
    first, _second, third = store.versions(FORM)
    assert new == third.version and len(new) == 10 and new.isdecimal()
    assert third.items == first.items and third.choices == first.choices
    assert f"back to the content of 1, as version {new}" in done.output
    assert "Phones fetch it at their next check" in done.output
    row = ledger()[0]
    assert (row.act, row.back_to, row.version, row.result) == ("rollback", "1", new, "published")
    assert run("status").exit_code == 0, "the workbook in its place is the one that phones have"
    assert run("deploy").output.splitlines()[-1] == f"phieu_c: version {new} unchanged"
    assert not list((tmp_path / "xlsforms").glob("*.before-*")), (
        "the replaced workbook was published: it is stored"
    )


def test_rollback__again__does_nothing(filled: Write) -> None:
    filled("2", remove("pigs"))
    run("deploy")
    run("rollback", FORM)
    new, rows = phones_get(), ledger()
    done = run("rollback", FORM)
    assert f"phones have the content of 1 already, as version {new}" in done.output
    assert (phones_get(), ledger()) == (new, rows)


def test_rollback__and_forward_again__by_name(filled: Write) -> None:
    filled("2", remove("pigs"))
    run("deploy")
    run("rollback", FORM)
    third = phones_get()
    assert run("rollback", FORM, "--to", "2").exit_code == 0
    assert int(phones_get()) == int(third) + 1
    assert not any(f.name == "pigs" for f in opened()[1].form(FORM).fields)


def test_rollback__answers_given_since__keep_their_columns(filled: Write) -> None:
    before = column("pigs")
    filled("2", put("pigs", name="geese"))
    run("deploy")
    server, store = opened()
    officer = next(o for o in list_officers(server) if o.code == "16663-01")
    with served(server) as address:
        body = answers(9, "2").replace(b"pigs>", b"geese>")
        assert Phone(address, officer).post(body).status_code == 201
    assert pull(store, server, load_config().form(FORM)).is_equal
    assert run("rollback", FORM).exit_code == 0
    assert pull(*reversed(opened()), load_config().form(FORM)).is_equal  # type: ignore[call-arg]
    assert column("geese") == sorted([None, None, None, 2], key=repr)
    assert column("pigs") == sorted([*before, None], key=repr)


def test_rollback__dry_run__leaves_everything(filled: Write) -> None:
    book = filled("2", remove("pigs"))
    run("deploy")
    content, rows = book.read_bytes(), ledger()
    done = run("rollback", FORM, "--dry-run")
    assert "would be published on builtin" in done.output
    assert (book.read_bytes(), ledger(), phones_get()) == (content, rows, "2")


def test_rollback__workbook_with_unpublished_work__is_kept_beside(filled: Write, tmp_path: Path) -> None:
    filled("2", remove("pigs"))
    run("deploy")
    work = filled("3", words("rooms", "Work of an afternoon")).read_bytes()
    done = run("rollback", FORM)
    [kept] = (tmp_path / "xlsforms").glob("c.before-*.xlsx")
    assert kept.read_bytes() == work and kept.name in done.output


def test_rollback__interrupted_before_the_server__the_next_run_goes_on(
    filled: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled("2", remove("pigs"))
    run("deploy")

    def die(self, package):  # type: ignore[no-untyped-def]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BuiltinServer, "deploy", die)
        assert run("rollback", FORM).exit_code == 1
    begun = ledger()[0]
    assert (begun.result, phones_get()) == ("started", "2")
    assert run("rollback", FORM).exit_code == 0
    assert phones_get() == begun.version, "the same version, not a second one"
    assert [r.result for r in ledger()][:2] == ["published", "failed"]
    assert len(opened()[1].versions(FORM)) == 3


def test_rollback__interrupted_before_the_tables__the_next_run_goes_on(
    filled: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled("2", remove("pigs"))
    run("deploy")

    def die(self, package):  # type: ignore[no-untyped-def]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "register", die)
        run("rollback", FORM)
    begun = phones_get()
    assert begun != "2"
    assert run("rollback", FORM).exit_code == 0
    assert phones_get() == begun and len(opened()[1].versions(FORM)) == 3
    assert run("status").exit_code == 0


def test_rollback__to_a_lower_class__the_same_protection(filled: Write) -> None:
    filled("2", put("pigs", data_class="secret"))
    run("deploy")
    book = filled("2", put("pigs", data_class="secret")).read_bytes()
    assert "lowered from secret to open" in refused(run("rollback", FORM))
    assert load_config().form(FORM).workbook.read_bytes() == book, "the workbook stays when it is refused"
    assert run("rollback", FORM, "--allow-class-change").exit_code == 0


@pytest.mark.parametrize("goal", ["7", "2"], ids=["unknown", "the present one"])
def test_rollback__to_no_earlier_version__says_which_there_are(filled: Write, goal: str) -> None:
    filled("2", remove("pigs"))
    run("deploy")
    done = run("rollback", FORM, "--to", goal)
    assert isinstance(done.exception, FormError) and done.exception.message is Message.FORM_ROLLBACK_NONE
    assert "Expected one of: 1." in str(done.exception)
    assert phones_get() == "2"


def test_rollback__nothing_before__says_so(filled: Write) -> None:
    assert failed("rollback", FORM) is Message.FORM_ROLLBACK_NONE
