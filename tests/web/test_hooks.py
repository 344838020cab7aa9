"""Addresses that wake a pull: over real HTTP, from Kobo and from strangers, with floods and large bodies."""

from __future__ import annotations

import os
import socket
import stat
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner

from processor.cli import cli
from processor.errors import ConfigError, Message, ServerError
from processor.hooks import Hooks
from processor.listener import SMALL, listening
from processor.pull import pull
from processor.web import hooks as page
from processor.web.doorbell import PLACES, TRIES, WINDOW, Doorbell, Strangers
from tests.web.conftest import Site
from tests.web.elsewhere import FORM, Place, place, send_interviews

PATIENCE = 30
FORMS = ("phieu_c", "phieu_c1")


class Bell:
    """Stands where the scheduler stands; notes who was woken and lets a test wait for it."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        self.rung = threading.Semaphore(0)

    def wake(self, form_id: str) -> None:
        self.woken.append(form_id)
        self.rung.release()


@dataclass
class Served:
    """A site on a real listener, with the secrets of its two forms."""

    url: str
    bell: Bell
    secrets: dict[str, str]
    hooks: Hooks

    def post(self, secret: str, **options: object) -> requests.Response:
        return requests.post(f"{self.url}/hooks/{secret}", timeout=PATIENCE, **options)  # type: ignore[arg-type]


@pytest.fixture
def served(site: Site) -> Iterator[Served]:
    bell, hooks = Bell(), Hooks(site.home)
    secrets = {form_id: hooks.make(form_id) for form_id in FORMS}
    door = page.Door(hooks, Doorbell(bell.wake), Strangers())
    site.app.extensions[page.KEY] = door
    with listening(site.app, "127.0.0.1", 0, largest=SMALL) as port:
        yield Served(f"http://127.0.0.1:{port}", bell, secrets, hooks)


def test_call__right_secret__wakes_the_pull_of_its_form_and_no_other(served):
    for form_id in FORMS:
        answer = served.post(served.secrets[form_id], json={"_id": 1})
        assert (answer.status_code, answer.content) == (202, b"")
        assert "Set-Cookie" not in answer.headers
    assert served.bell.woken == list(FORMS)


def test_call__wrong_secret__looks_like_nothing_and_wakes_nobody(served):
    right = served.secrets[FORM]
    for wrong in ("x", right[:-1], right + "x", right.lower(), "%00", right + "%20", "a" * 5000):
        answer = served.post(wrong)
        assert (answer.status_code, answer.content) == (404, b"")
    assert served.bell.woken == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_call__not_a_post__wakes_nobody(served, method):
    answer = requests.request(method, f"{served.url}/hooks/{served.secrets[FORM]}", timeout=PATIENCE)
    assert answer.status_code >= 400
    assert served.bell.woken == []


def test_call__many_unknown__slowed_down_while_the_right_one_still_works(served):
    statuses = [served.post(f"unknown-{n}").status_code for n in range(TRIES + 5)]
    assert statuses == [404] * TRIES + [429] * 5
    assert served.post("unknown").headers["Retry-After"] == str(int(WINDOW))
    assert served.post(served.secrets[FORM]).status_code == 202


def test_flood__of_right_calls__one_pull(served):
    with requests.Session() as caller:
        for _ in range(300):
            assert (
                caller.post(f"{served.url}/hooks/{served.secrets[FORM]}", timeout=PATIENCE).status_code == 202
            )
    assert served.bell.woken == [FORM]


def test_body__whatever_it_is__not_looked_at(served):
    bodies = (
        {"data": b"\0" * 1000},
        {"json": {"a": "\0"}},
        {"data": {"f": "a\0b"}},
        {"files": {"f": b"x" * 500_000}},
    )
    for number, body in enumerate(bodies):
        assert served.post(served.secrets[FORM], **body).status_code == 202, number


def test_body__too_large__refused_before_it_is_sent(served):
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as caller:
        head = f"POST /hooks/{served.secrets[FORM]} HTTP/1.1\r\nHost: x\r\nContent-Length: {10**9}\r\n\r\n"
        caller.sendall(head.encode())
        assert b" 413 " in caller.recv(200)
    assert served.bell.woken == []


def test_log__of_calls__holds_no_secret(served, caplog):
    caplog.set_level("DEBUG")
    served.post(served.secrets[FORM])
    served.post("some-unknown-secret")
    requests.get(f"{served.url}/hooks/{served.secrets[FORM]}", timeout=PATIENCE)
    ours = "\n".join(r.getMessage() for r in caplog.records if not r.name.startswith("urllib3"))
    assert served.secrets[FORM] not in ours and "some-unknown-secret" not in ours


def test_call__with_a_session__costs_the_database_nothing(served, site, signed_in, monkeypatch):
    cookie = signed_in("admin").client.get_cookie("session")
    assert cookie is not None
    monkeypatch.setattr("processor.web.sessions.load_state", None)  # any question to it would fail
    answer = served.post(served.secrets[FORM], cookies={"session": cookie.value})
    assert answer.status_code == 202


def test_secret__removed_by_another_process__is_worth_nothing_at_the_next_call(served, site):
    assert served.post(served.secrets[FORM]).status_code == 202
    assert Hooks(site.home).remove(FORM)
    assert served.post(served.secrets[FORM]).status_code == 404
    assert served.post(served.secrets["phieu_c1"]).status_code == 202


# --- what is kept


def test_secrets__long_and_only_their_hash_in_a_private_file(tmp_path: Path):
    hooks = Hooks(tmp_path)
    first, second = hooks.make(FORM), hooks.make(FORM)
    assert len(first) >= 43 and first != second
    file = tmp_path / "hooks.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert first not in file.read_text(encoding="utf-8")
    assert [hooks.form_of(s) for s in (first, second)] == [FORM, FORM]
    hooks.settle(FORM, second)
    assert [hooks.form_of(s) for s in (first, second)] == [None, FORM]
    hooks.withdraw(FORM, second)
    assert hooks.all() == ()


def test_file__damaged__said_and_not_begun_anew(tmp_path: Path):
    hooks = Hooks(tmp_path)
    secret = hooks.make(FORM)
    file = tmp_path / "hooks.json"
    for content in ("{", "[]", '{"phieu_c": 1}', '{"phieu_c": [{"sha256": "x"}]}'):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(ConfigError) as error:
            hooks.form_of(secret)
        assert error.value.message is Message.PRIVATE_FILE
    file.write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError):
        hooks.make(FORM)
    assert file.read_text(encoding="utf-8") == "{"


def test_file__disk_full_while_writing__the_old_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    hooks = Hooks(tmp_path)
    secret = hooks.make(FORM)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        hooks.make(FORM)
    monkeypatch.undo()
    assert Hooks(tmp_path).form_of(secret) == FORM
    assert len(hooks.all()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["hooks.json", "hooks.json.lock"]


def test_file__many_writers__none_lost(tmp_path: Path):
    threads = [threading.Thread(target=Hooks(tmp_path).make, args=(f"f{n}",)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {hook.form_id for hook in Hooks(tmp_path).all()} == {f"f{n}" for n in range(16)}


# --- how often


def test_doorbell__burst__first_at_once_last_at_the_end_of_the_pause():
    bell, at = Bell(), [0.0]
    door = Doorbell(bell.wake, pause=0.05, clock=lambda: at[0])
    door.ring(FORM)
    assert bell.woken == [FORM]
    for _ in range(5):
        door.ring(FORM)
    assert bell.woken == [FORM]
    bell.rung.acquire()
    assert bell.rung.acquire(timeout=PATIENCE)  # the one that came within the pause
    assert bell.woken == [FORM, FORM]
    at[0] = 1.0
    door.ring(FORM)
    assert bell.woken == [FORM] * 3


def test_doorbell__forms__do_not_wait_for_each_other():
    bell = Bell()
    door = Doorbell(bell.wake, pause=1000, clock=lambda: 0.0)
    for form_id in FORMS:
        door.ring(form_id)
    assert bell.woken == list(FORMS)


def test_strangers__counted_by_place_forgotten_after_the_window_and_never_too_many():
    at = [0.0]
    strangers = Strangers(clock=lambda: at[0])
    assert [strangers.too_many("a") for _ in range(TRIES + 1)] == [False] * TRIES + [True]
    assert not strangers.too_many("b")
    at[0] = WINDOW + 1
    assert not strangers.too_many("a")
    for number in range(PLACES + 10):
        strangers.too_many(str(number))
    assert len(strangers._seen) <= PLACES


# --- the command


def run(*words: str, fails: bool = False) -> str:
    result = CliRunner().invoke(cli, ["hooks", *words])
    assert bool(result.exception) == fails, (result.output, result.exception)
    if fails:
        assert result.exception is not None
        raise result.exception
    return result.output


@pytest.fixture(scope="module")
def kobo(quick_hashes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place("kobo", tmp_path_factory.mktemp("kobo") / "home") as found:
        yield found


@pytest.fixture
def there(kobo: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Kobo without hooks, and where the service is reached."""
    kobo.fake.faults.clear()
    kobo.fake.kobo.assets[kobo.asset].hooks.clear()
    Hooks(kobo.config.data).remove(FORM)
    monkeypatch.setenv("PROCESSOR_PUBLIC_URL", "https://survey.example.vn")
    yield kobo


def endpoints(there: Place) -> list[str]:
    return [hook["endpoint"] for hook in there.fake.kobo.assets[there.asset].hooks.values()]


def secret_of(endpoint: str) -> str:
    return endpoint.rpartition("/")[2]


def test_register__kobo__once_then_as_before_and_never_shown(there):
    said = run("register")
    [endpoint] = endpoints(there)
    assert endpoint.startswith("https://survey.example.vn/hooks/")
    assert secret_of(endpoint) not in said + run("list")
    assert Hooks(there.config.data).form_of(secret_of(endpoint)) == FORM
    assert "as before" in run("register")
    assert endpoints(there) == [endpoint]


@pytest.mark.parametrize(
    "change", [{"active": False}, {"subset_fields": []}, {"endpoint": "https://x.example/hooks/" + "a" * 43}]
)
def test_register__kobo_hook_changed_by_hand__mended(there, change):
    run("register")
    [hook] = there.fake.kobo.assets[there.asset].hooks.values()
    hook.update(change)
    assert "as before" not in run("register")
    assert (hook["active"], hook["subset_fields"]) == (True, ["_id"])
    assert Hooks(there.config.data).form_of(secret_of(hook["endpoint"])) == FORM


def test_rotate__kobo__the_old_address_is_worth_nothing(there):
    run("register")
    [old] = endpoints(there)
    run("rotate", "--form", FORM)
    [new] = endpoints(there)
    hooks = Hooks(there.config.data)
    assert (hooks.form_of(secret_of(old)), hooks.form_of(secret_of(new))) == (None, FORM)


def test_rotate__kobo_refuses__the_old_address_stays_good(there):
    run("register")
    [old] = endpoints(there)
    there.fake.faults.add("status", match="PATCH", status=400, times=9)
    with pytest.raises(ServerError):
        run("rotate", fails=True)
    assert endpoints(there) == [old]
    assert [hook.form_id for hook in Hooks(there.config.data).all()] == [FORM]
    assert Hooks(there.config.data).form_of(secret_of(old)) == FORM


def test_register__answer_lost__what_kobo_may_call_is_good_and_the_next_run_settles_it(there):
    there.fake.faults.add("reset_after", match="POST .*/hooks/")
    with pytest.raises(ServerError) as error:
        run("register", fails=True)
    assert error.value.message is Message.HTTP_UNSURE
    [endpoint] = endpoints(there)
    assert Hooks(there.config.data).form_of(secret_of(endpoint)) == FORM
    assert "as before" in run("register")
    assert len(endpoints(there)) == 1


def test_remove__kobo__closed_on_both_sides_again_says_none(there):
    run("register")
    assert "removed" in run("remove")
    assert (endpoints(there), Hooks(there.config.data).all()) == ([], ())
    assert "there was none" in run("remove")
    assert "none" in run("list")


def test_remove__kobo_away__our_door_is_closed_all_the_same(there, monkeypatch):
    monkeypatch.setattr("processor.servers.http_wait.Retries.seconds", lambda *_args: 0.0)
    run("register")
    there.fake.faults.add("reset", times=99)
    with pytest.raises(ServerError):
        run("remove", fails=True)
    assert Hooks(there.config.data).all() == ()


def test_register__account_may_not__says_which_right(there, monkeypatch):
    there.fake.faults.add("status", match="/hooks/", status=404, times=9)
    with pytest.raises(ConfigError) as error:
        run("register", fails=True)
    assert error.value.message is Message.KOBO_HOOK_RIGHTS
    assert Hooks(there.config.data).all() == ()


@pytest.mark.parametrize("url", ["", "http://192.168.1.20:8080"])
def test_register__no_address_that_keeps_a_secret__says_what_to_set(there, monkeypatch, url):
    monkeypatch.setenv("PROCESSOR_PUBLIC_URL", url)
    with pytest.raises(ConfigError) as error:
        run("register", fails=True)
    assert error.value.message is Message.HOOK_ADDRESS
    assert endpoints(there) == []


def test_register__other_server__prints_the_address_once_and_what_to_do(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PROCESSOR_HOME", str(tmp_path))
    monkeypatch.setenv("PROCESSOR_PUBLIC_URL", "https://survey.example.vn")
    monkeypatch.delenv("PROCESSOR_CONFIG", raising=False)
    said = run("register", "--form", FORM)
    address = next(word for word in said.split() if word.startswith("https://"))
    assert Hooks(tmp_path).form_of(secret_of(address)) == FORM
    assert "https://" not in run("register", "--form", FORM)
    assert Hooks(tmp_path).form_of(secret_of(address)) == FORM
    assert "https://" in run("rotate", "--form", FORM)
    assert Hooks(tmp_path).form_of(secret_of(address)) is None
    with pytest.raises(ConfigError):
        run("register", "--form", "phieu_x", fails=True)


def test_submission_on_kobo__wakes_the_pull__and_the_copy_has_it(there, monkeypatch):
    with listening(there.app, "127.0.0.1", 0, largest=SMALL) as port:
        monkeypatch.setenv("PROCESSOR_PUBLIC_URL", f"http://127.0.0.1:{port}")
        run("register")
        bell = Bell()
        there.app.extensions[page.KEY] = page.Door(Hooks(there.config.data), Doorbell(bell.wake), Strangers())
        send_interviews(there.fake, number=1, seed=9)
        assert bell.rung.acquire(timeout=PATIENCE)
    assert bell.woken == [FORM]
    record = pull(there.store, there.server, there.config.forms[0])
    assert (record.created, record.is_equal) == (1, True)
